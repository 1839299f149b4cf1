use serde::{Deserialize, Serialize};

use super::outcome;
use crate::call::DialFailure;

/// Who joins a caller with the number that an agent passes the call on to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum PassingOn {
    /// We call the number and carry both calls to their end.
    #[default]
    Ours,
    /// The trunk calls the number when it is asked to (RFC 3515), and the caller leaves us when it has answered.
    Refer,
    /// We call the number; when it has answered, the trunk joins its two calls without us (RFC 3891).
    ReferAnswered,
}

/// What a trunk's news mean for a caller whom it was asked to pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassingNews {
    UnderWay,
    /// The caller talks to the number, without us.
    Done,
    /// The caller is still with us.
    Failed {
        reason: DialFailure,
    },
}

impl PassingNews {
    /// By the status that a NOTIFY carries, and whether nothing more will come (RFC 3515 section 2.4.5). A last word that is
    /// no final status (section 2.4.7) has failed: nobody knows whether anybody was reached, and the caller is here.
    pub const fn of(status: u16, is_last: bool) -> Self {
        match status {
            200..300 => Self::Done,
            300.. => Self::Failed { reason: outcome(status).failure },
            _ if is_last => Self::Failed { reason: DialFailure::Failed },
            _ => Self::UnderWay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_of_a_caller_who_is_passed_on() {
        let failed = |reason| PassingNews::Failed { reason };
        assert_eq!(PassingNews::of(100, false), PassingNews::UnderWay);
        assert_eq!(PassingNews::of(180, false), PassingNews::UnderWay);
        assert_eq!(PassingNews::of(200, true), PassingNews::Done);
        // Some say the end and keep their subscription.
        assert_eq!(PassingNews::of(200, false), PassingNews::Done);
        assert_eq!(PassingNews::of(486, true), failed(DialFailure::Busy));
        assert_eq!(PassingNews::of(480, false), failed(DialFailure::NoAnswer));
        assert_eq!(PassingNews::of(100, true), failed(DialFailure::Failed));
        assert_eq!(PassingNews::of(180, true), failed(DialFailure::Failed));
    }
}
