use serde::{Deserialize, Serialize};

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
