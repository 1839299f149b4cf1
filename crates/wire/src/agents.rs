//! Agents' presence and queues' state, as seen live.

use domain::{
    ids::{CallId, QueueId, UserId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentState {
    Offline,
    Available,
    /// Claimed for a call that is ringing at them.
    Reserved {
        call_id: CallId,
    },
    OnCall {
        call_id: CallId,
    },
    /// One state for every queue; only the agent ends or extends it, or its own end does.
    WrapUp {
        call_id: CallId,
        ends_at_ms: UnixMillis,
    },
    Break {
        reason: String,
    },
    /// Signed in as available, and the audio engine has not answered a probe for 5 s.
    Unreachable,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AgentStatus {
    pub user_id: UserId,
    pub name: String,
    pub state: AgentState,
    pub since_ms: UnixMillis,
    pub queue_ids: Vec<QueueId>,
    pub calls_today: u32,
    pub last_call_at_ms: Option<UnixMillis>,
    /// A pause asked for while a call was reserved; it takes effect after that call.
    pub break_after_call: bool,
    /// A device of this agent is connected with sound.
    pub has_device: bool,
    /// Takes calls at a telephone of their own, with or without the app.
    pub by_telephone: bool,
}

/// What an agent may ask for; the rest follows from calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AskedAgentState {
    Available,
    /// At a telephone of their own: calls that meet in a conference at the carrier ring there, whether or not the app runs.
    AvailableByTelephone,
    Break {
        reason: String,
    },
    Offline,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct QueueStatus {
    pub queue_id: QueueId,
    pub name: String,
    pub waiting: u32,
    /// Entry instant of the caller who has waited longest.
    pub longest_since_ms: Option<UnixMillis>,
    pub available: u32,
    pub signed_in: u32,
    /// Of the calls answered in the last 30 minutes, the share answered within the queue's target, 0 to 1.
    pub service_level: Option<f32>,
    pub target_answer_s: u32,
    pub abandoned_30m: u32,
}
