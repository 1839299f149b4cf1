//! Who hears whom.

use serde::{Deserialize, Serialize};

use crate::ids::{LegId, MediaSessionId};

/// Anything that can speak and hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum PortRef {
    Session(MediaSessionId),
    Leg(LegId),
}

/// Customer left, agents right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordPlan {
    pub left: Vec<PortRef>,
    pub right: Vec<PortRef>,
    pub paused: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RoomPlan {
    pub members: Vec<PortRef>,
    /// (listener, speaker).
    pub hears: Vec<(PortRef, PortRef)>,
    /// Hear hold music.
    pub music: Vec<PortRef>,
    pub record: Option<RecordPlan>,
}
