//! What can be done with an import when.

use serde::{Deserialize, Serialize};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum ImportState {
    /// Parts of the file are still to come.
    Uploading,
    /// The file is there.
    Ready,
    /// Looks what would become of each row; nothing is written.
    Rehearsing,
    Rehearsed,
    Importing,
    Done,
    /// Takes back what it wrote.
    Undoing,
    Undone,
    /// Stopped, and what it wrote is taken back.
    Cancelled,
    Failed,
}

impl ImportState {
    pub const ALL: [Self; 10] = [
        Self::Uploading,
        Self::Ready,
        Self::Rehearsing,
        Self::Rehearsed,
        Self::Importing,
        Self::Done,
        Self::Undoing,
        Self::Undone,
        Self::Cancelled,
        Self::Failed,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Ready => "ready",
            Self::Rehearsing => "rehearsing",
            Self::Rehearsed => "rehearsed",
            Self::Importing => "importing",
            Self::Done => "done",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The server works on it.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Rehearsing | Self::Importing | Self::Undoing)
    }
}

/// What happens to an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportEvent {
    /// The last byte is there.
    FileComplete,
    Rehearse,
    Start,
    /// A person stops it. `written`: leads were written already.
    Cancel {
        written: bool,
    },
    /// The work came to its end.
    Finished,
    /// The work cannot go on. `written` as above.
    Fail {
        written: bool,
    },
    /// `in_time`: the day in which it is possible is not over.
    Undo {
        in_time: bool,
    },
}

/// Why it cannot be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongState {
    #[error("the file is not complete yet")]
    FileIncomplete,
    #[error("the import is being worked on; wait, or cancel it")]
    Working,
    #[error("this import is over; begin another with the file")]
    Over,
    #[error("an import can be undone for 24 hours, and they are over")]
    TooLate,
    #[error("nothing was imported that could be undone")]
    NothingToUndo,
}

/// The state after an event.
///
/// # Errors
/// See [`WrongState`]; the import then stays as it is.
pub const fn next(state: ImportState, event: ImportEvent) -> Result<ImportState, WrongState> {
    use ImportEvent as E;
    use ImportState as S;
    Ok(match (state, event) {
        (S::Uploading, E::FileComplete) => S::Ready,
        (S::Ready | S::Rehearsed, E::Rehearse) => S::Rehearsing,
        (S::Ready | S::Rehearsed, E::Start) => S::Importing,
        (S::Rehearsing, E::Finished) => S::Rehearsed,
        (S::Importing, E::Finished) => S::Done,
        (S::Undoing, E::Finished) => S::Undone,
        // A look is stopped without a trace; the file is still there.
        (S::Rehearsing, E::Cancel { .. }) => S::Ready,
        (S::Uploading | S::Ready | S::Rehearsed, E::Cancel { .. }) => S::Cancelled,
        (S::Importing, E::Cancel { written } | E::Fail { written }) => {
            if written {
                S::Undoing
            } else {
                S::Cancelled
            }
        }
        (S::Uploading | S::Ready | S::Rehearsing | S::Rehearsed | S::Undoing, E::Fail { .. }) => S::Failed,
        (S::Done, E::Undo { in_time: true }) => S::Undoing,
        (S::Done, E::Undo { in_time: false }) => return Err(WrongState::TooLate),
        (S::Uploading, E::Rehearse | E::Start) => return Err(WrongState::FileIncomplete),
        (S::Rehearsing | S::Importing | S::Undoing, _) => return Err(WrongState::Working),
        (_, E::Undo { .. }) => return Err(WrongState::NothingToUndo),
        (S::Done | S::Undone | S::Cancelled | S::Failed, _) | (_, E::FileComplete | E::Finished) => {
            return Err(WrongState::Over);
        }
    })
}
