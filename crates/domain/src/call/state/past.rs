//! How a call went and how it ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    super::{event::AnsweredBy, facts::VoicemailMessage},
    CallStatus,
};
use crate::{ids::UserId, time::UnixMillis};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    CustomerHungUp,
    AgentHungUp,
    /// The outside party, after a transfer to a number.
    OutsideHungUp,
    /// The customer goes on in another call.
    JoinedElsewhere,
    /// The carrier said so.
    CarrierEnded,
    /// The carrier's media did not come back in time.
    Dropped,
    Busy,
    NoAnswer,
    Failed,
    AnsweringMachine,
    /// The recorded message was left.
    MessageLeft,
    /// Nobody was free within the queue's longest wait.
    WaitedTooLong,
    /// As many as the queue may hold were waiting.
    QueueFull,
    /// No queue is set for the number.
    NoRoute,
    /// Turned away by the greeting's flow, such as outside opening hours.
    TurnedAway,
    /// The agent's device did not come back, and no queue is there to take the call.
    AgentLost,
}

/// Decided once, never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub at: UnixMillis,
    pub status: CallStatus,
    pub reason: EndReason,
}

/// From `from` to `to`, or still going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: UnixMillis,
    pub to: Option<UnixMillis>,
}

/// One agent's part of the talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkSpan {
    pub agent: UserId,
    pub span: Span,
}

/// Who had the message left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LeftBy {
    Agent {
        agent: UserId,
    },
    /// The carrier's detection of machines.
    Detection,
}

/// A recorded message on the customer's answering machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftVoicemail {
    pub message: VoicemailMessage,
    pub by: LeftBy,
    pub at: UnixMillis,
    /// It was played to its end.
    pub whole: bool,
}

/// What rows and reports need of the past of the call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    /// Of an outbound call whose carrier was asked.
    #[serde(default)]
    pub answered_by: Option<AnsweredBy>,
    /// Recordings that the carrier made, with their last state.
    #[serde(default)]
    pub carrier_recordings: BTreeMap<String, String>,
    /// The end was found out by asking the carrier, who had not told it.
    #[serde(default)]
    pub swept: bool,
    #[serde(default)]
    pub voicemail: Option<LeftVoicemail>,
    /// First entry into a queue.
    pub queued_at: Option<UnixMillis>,
    /// First ring: at an agent (inbound) or at the customer (outbound).
    pub rang_at: Option<UnixMillis>,
    pub answered_at: Option<UnixMillis>,
    /// Everyone who talked or dialed, in order.
    pub agents: Vec<UserId>,
    pub talks: Vec<TalkSpan>,
    pub holds: Vec<Span>,
    /// Back in the queue because an agent's device was lost.
    pub returned_to_queue: u32,
    /// Keys that the customer pressed while talking to an agent; not those of a time when the recording was paused.
    #[serde(default)]
    pub keys: String,
}

/// The result an agent saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDisposition {
    pub agent: UserId,
    pub code: String,
    pub sub_code: Option<String>,
    pub made_at: UnixMillis,
}
