//! One action on many leads: what it does, and what can be done with it when.

use serde::{Deserialize, Serialize};

use crate::ids::{CampaignId, TagId, UserId};

/// What is done to each lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum BulkActionKind {
    /// To an agent, or to nobody.
    Assign {
        to: Option<UserId>,
    },
    AddTag {
        tag_id: TagId,
    },
    RemoveTag {
        tag_id: TagId,
    },
    /// To a campaign, or out of every one.
    MoveToCampaign {
        campaign_id: Option<CampaignId>,
    },
    Delete,
    /// Into a file that can be taken away for a day.
    Export,
}

/// What became of one lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BulkOutcome {
    Changed,
    /// It was so already, or the lead is gone.
    Same,
    /// It could not be done: another lead of the campaign has the number.
    Kept,
    /// Taken back.
    Undone,
    /// Stands in the file.
    Exported,
}

impl BulkOutcome {
    pub const ALL: [Self; 5] = [Self::Changed, Self::Same, Self::Kept, Self::Undone, Self::Exported];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Kept => "kept",
            Self::Undone => "undone",
            Self::Exported => "exported",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// How many leads came to which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct BulkCounts {
    pub changed: u64,
    pub same: u64,
    pub kept: u64,
    pub undone: u64,
    pub exported: u64,
}

impl BulkCounts {
    pub const fn add(&mut self, outcome: BulkOutcome) {
        match outcome {
            BulkOutcome::Changed => self.changed += 1,
            BulkOutcome::Same => self.same += 1,
            BulkOutcome::Kept => self.kept += 1,
            BulkOutcome::Undone => self.undone += 1,
            BulkOutcome::Exported => self.exported += 1,
        }
    }
}

/// Where an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum BulkState {
    /// Looks which leads fit; nothing is changed yet.
    Gathering,
    Working,
    Done,
    /// A person stopped it. What was changed until then stays, and can be undone.
    Cancelled,
    Failed,
    Undoing,
    Undone,
}

impl BulkState {
    pub const ALL: [Self; 7] =
        [Self::Gathering, Self::Working, Self::Done, Self::Cancelled, Self::Failed, Self::Undoing, Self::Undone];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gathering => "gathering",
            Self::Working => "working",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The server works on it.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Gathering | Self::Working | Self::Undoing)
    }
}

/// What happens to an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkEvent {
    /// All leads that fit are known.
    Gathered,
    /// The work came to its end.
    Finished,
    /// A person stops it.
    Cancel,
    /// The work cannot go on.
    Fail,
    /// `in_time`: the day in which it is possible is not over. `changed`: there is something to undo.
    Undo { in_time: bool, changed: bool },
}

/// Why it cannot be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BulkRefusal {
    #[error("the action is being worked on; wait, or cancel it")]
    Working,
    #[error("this action is over")]
    Over,
    #[error("an action can be undone for 24 hours, and they are over")]
    TooLate,
    #[error("nothing was changed that could be undone")]
    NothingToUndo,
}

/// The state after an event.
///
/// # Errors
/// See [`BulkRefusal`]; the action then stays as it is.
pub const fn next(state: BulkState, event: BulkEvent) -> Result<BulkState, BulkRefusal> {
    use BulkEvent as E;
    use BulkState as S;
    Ok(match (state, event) {
        (S::Gathering, E::Gathered) => S::Working,
        (S::Working, E::Finished) => S::Done,
        (S::Undoing, E::Finished) => S::Undone,
        (S::Gathering | S::Working, E::Cancel) => S::Cancelled,
        (S::Gathering | S::Working | S::Undoing, E::Fail) => S::Failed,
        (S::Gathering | S::Working | S::Undoing, _) => return Err(BulkRefusal::Working),
        (S::Done | S::Cancelled | S::Failed, E::Undo { changed: false, .. }) => return Err(BulkRefusal::NothingToUndo),
        (S::Done | S::Cancelled | S::Failed, E::Undo { in_time: false, .. }) => return Err(BulkRefusal::TooLate),
        (S::Done | S::Cancelled | S::Failed, E::Undo { .. }) => S::Undoing,
        (S::Undone, E::Undo { .. }) => return Err(BulkRefusal::NothingToUndo),
        (S::Done | S::Cancelled | S::Failed | S::Undone, _) => return Err(BulkRefusal::Over),
    })
}
