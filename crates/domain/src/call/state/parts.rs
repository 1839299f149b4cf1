//! What the phases of a call are made of.

use serde::{Deserialize, Serialize};

use crate::{
    call::facts::QueuePlan,
    ids::{DecisionId, LegId, MediaSessionId, UserId},
    phone_number::E164,
    time::UnixMillis,
};

/// Whose carrier connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Party {
    #[default]
    Customer,
    /// The number that the call is passed on to. `attempt` counts the transfers of the call, so that a late report about one
    /// is not taken for the next.
    Outside { attempt: u32 },
    /// A telephone of an agent or supervisor, see [`crate::call::Telephone`].
    Telephone { attempt: u32 },
}

/// Media of one carrier connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// Not heard of yet.
    Awaited {
        since: UnixMillis,
    },
    Attached {
        leg: LegId,
    },
    /// Dropped (socket closed, server restarted) while the telephone call may still be up. `missed`: so long that it is no
    /// hang-up whose report is on its way.
    Lost {
        since: UnixMillis,
        #[serde(default)]
        missed: bool,
    },
    /// Hung up.
    Gone,
}

impl Line {
    pub const fn leg(self) -> Option<LegId> {
        match self {
            Self::Attached { leg } => Some(leg),
            Self::Awaited { .. } | Self::Lost { .. } | Self::Gone => None,
        }
    }
}

/// An agent was asked and did not take it; not asked again for this call before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    pub agent: UserId,
    pub until: UnixMillis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub since: UnixMillis,
    /// When routing was last asked.
    pub asked_at: UnixMillis,
    /// Asked, and not answered by `Routed` or `NobodyFree` yet.
    pub asking: bool,
    /// An agent became free while routing was being asked: ask once more.
    pub again: bool,
    pub tried: Vec<Tried>,
    /// Came back from an agent whose device was lost; goes before everyone else.
    pub front: bool,
}

/// A call rings at one agent, who is claimed under `fence`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub agent: UserId,
    pub fence: u32,
    pub since: UnixMillis,
    pub expires_at: UnixMillis,
    #[serde(default)]
    pub decision: Option<DecisionId>,
    /// The decision's sentence: why this agent.
    #[serde(default)]
    pub why: String,
}

/// The agent's end of the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Device {
    Connected { session: MediaSessionId },
    Lost { since: UnixMillis },
}

impl Device {
    pub const fn session(self) -> Option<MediaSessionId> {
        match self {
            Self::Connected { session } => Some(session),
            Self::Lost { .. } => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferTarget {
    Agent { user_id: UserId },
    Queue { plan: QueuePlan },
    Number { number: E164 },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferStage {
    /// An agent is being looked for. `asking` as in [`Waiting`].
    Routing {
        asked_at: UnixMillis,
        asking: bool,
    },
    Offered {
        offer: Offer,
    },
    /// The outside number is being called.
    Dialing {
        outside: Outside,
        /// The agent's second line, by which they speak with the number first.
        #[serde(default)]
        consult: Option<LegId>,
    },
}

/// A transfer under way: the customer hears music and the first agent stands by until the target answers, or speaks with it until
/// they leave the two to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub to: TransferTarget,
    pub started_at: UnixMillis,
    /// Without an answer by then the call goes back to the first agent.
    pub give_up_at: UnixMillis,
    pub tried: Vec<Tried>,
    pub stage: TransferStage,
}

/// The second carrier connection, to the number that a call is passed on to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    pub attempt: u32,
    pub number: E164,
    #[serde(default)]
    pub provider_call_id: Option<String>,
    pub line: Line,
}

/// An agent has the call: talking, or dialing the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    pub agent: UserId,
    pub fence: u32,
    pub device: Device,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    pub desk: Desk,
    pub since: UnixMillis,
    /// The customer hears music since then.
    pub held_since: Option<UnixMillis>,
    pub transfer: Option<Transfer>,
}

/// An agent finishing after their part of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapUp {
    pub fence: u32,
    pub started_at: UnixMillis,
    pub ends_at: UnixMillis,
    /// How often it was extended.
    pub extended: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Agent,
    Customer,
}

/// What has been heard of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Heard {
    #[default]
    NotYet,
    Since {
        at: UnixMillis,
    },
    /// Heard before; no packet for 3 s.
    Silent {
        since: UnixMillis,
    },
}

/// "Connected" means that both sides were heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hearing {
    /// The agent and the customer have had media together since then.
    pub joined_at: Option<UnixMillis>,
    pub agent: Heard,
    pub customer: Heard,
    /// The agent was told that a side stays unheard.
    pub told: bool,
    /// One repair of each side's media was tried in this talk.
    #[serde(default)]
    pub repaired_agent: bool,
    #[serde(default)]
    pub repaired_customer: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorMode {
    /// Hears both, is heard by nobody.
    Listen,
    /// Is heard by the agent only.
    Whisper,
    /// Is heard by all.
    Barge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitor {
    pub user: UserId,
    pub session: MediaSessionId,
    pub mode: MonitorMode,
    pub since: UnixMillis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recording {
    /// Switched off for this call.
    Off,
    /// Begins when an agent answers.
    Waiting,
    Running,
    Paused,
    /// The call is over; the file is being finished or is finished.
    Finished,
    /// Nothing is being kept. The recorder goes on trying, and says when the disk takes it again.
    Failed {
        reason: String,
        /// It was paused, or the agent has asked for it since: it comes back paused.
        #[serde(default)]
        paused: bool,
    },
}
