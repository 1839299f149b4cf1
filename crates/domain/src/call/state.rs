//! Where a call stands. Every state carries the data that it needs and no other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::facts::{CallFacts, DEFAULT_RING_S, DEFAULT_WRAP_UP_S, QueuePlan};
use crate::{
    ids::{DecisionId, LegId, MediaSessionId, UserId},
    phone_number::E164,
    time::UnixMillis,
};

/// Where a call stands, as lists show it. The last six are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    Greeting,
    Queued,
    /// At an agent (inbound) or at the customer (outbound).
    Ringing,
    InProgress,
    Completed,
    /// The customer left before an agent answered.
    Abandoned,
    NoAnswer,
    Busy,
    Failed,
    Cancelled,
}

impl CallStatus {
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Greeting | Self::Queued | Self::Ringing | Self::InProgress)
    }
}

/// Which of the two outside parties a carrier connection belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    #[default]
    Customer,
    /// The number that the call is being, or was, passed on to.
    Outside,
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
    /// Dropped (socket closed, server restarted) while the telephone call may still be up.
    Lost {
        since: UnixMillis,
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
    },
}

/// A blind transfer under way: the customer hears music and the first agent stands by until the target answers. A consult
/// would be one more stage, in which the first agent and the target hear each other.
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Phase {
    /// Nothing has happened yet.
    New,
    Greeting {
        since: UnixMillis,
        digits: String,
    },
    Queued {
        waiting: Waiting,
    },
    Offered {
        offer: Offer,
        waiting: Waiting,
    },
    /// Outbound: the agent is there, the customer's telephone is being called.
    Dialing {
        desk: Desk,
        since: UnixMillis,
        ringing: bool,
    },
    Talking {
        talk: Talk,
    },
    /// Passed on to an outside number; no agent is in the call.
    PassedOn {
        outside: Outside,
        since: UnixMillis,
    },
    /// The customer hears a last sentence and is then hung up.
    Leaving {
        since: UnixMillis,
    },
    /// The customer has gone; at least one agent is still finishing.
    WrapUp {
        since: UnixMillis,
    },
    Ended {
        at: UnixMillis,
    },
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
    Failed {
        reason: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    CustomerHungUp,
    AgentHungUp,
    /// The outside party, after a transfer to a number.
    OutsideHungUp,
    /// The carrier said so.
    CarrierEnded,
    /// The carrier's media did not come back in time.
    Dropped,
    Busy,
    NoAnswer,
    Failed,
    AnsweringMachine,
    /// Nobody was free within the queue's longest wait.
    WaitedTooLong,
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

/// What rows and reports need of the past of the call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    /// First entry into a queue.
    pub queued_at: Option<UnixMillis>,
    /// First ring: at an agent (inbound) or at the customer (outbound).
    pub rang_at: Option<UnixMillis>,
    pub answered_at: Option<UnixMillis>,
    pub talks: Vec<TalkSpan>,
    pub holds: Vec<Span>,
    /// Back in the queue because an agent's device was lost.
    pub returned_to_queue: u32,
}

/// The result an agent saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDisposition {
    pub agent: UserId,
    pub code: String,
    pub sub_code: Option<String>,
    pub made_at: UnixMillis,
}

/// One call, folded from its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub facts: CallFacts,
    pub phase: Phase,
    /// The customer's media.
    pub line: Line,
    pub provider_call_id: Option<String>,
    /// The queue whose rules hold now; a transfer to another queue changes it.
    pub queue: Option<QueuePlan>,
    pub recording: Recording,
    pub hearing: Hearing,
    pub monitors: Vec<Monitor>,
    /// Agents who are finishing, also while the call goes on with somebody else.
    pub wrap_ups: BTreeMap<UserId, WrapUp>,
    pub history: History,
    /// Why the present or last agent got the call.
    pub why: Option<String>,
    pub disposition: Option<SavedDisposition>,
    /// Set once, when the customer has gone.
    pub end: Option<End>,
}

impl Call {
    /// A call to which nothing has happened yet; `Received` or `Placed` begins it.
    pub fn new(facts: CallFacts) -> Self {
        let records = facts.queue.as_ref().map_or(facts.recording, |queue| queue.recording);
        Self {
            phase: Phase::New,
            line: Line::Awaited { since: facts.started_at },
            provider_call_id: facts.provider_call_id.clone(),
            queue: facts.queue.clone(),
            recording: if records { Recording::Waiting } else { Recording::Off },
            hearing: Hearing::default(),
            monitors: Vec::new(),
            wrap_ups: BTreeMap::new(),
            history: History::default(),
            why: None,
            disposition: None,
            end: None,
            facts,
        }
    }

    pub fn ring_s(&self) -> u32 {
        self.queue.as_ref().map_or(DEFAULT_RING_S, |queue| queue.ring_s)
    }

    pub fn wrap_up_s(&self) -> u32 {
        self.queue.as_ref().map_or(DEFAULT_WRAP_UP_S, |queue| queue.wrap_up_s)
    }

    /// The agent who talks or dials.
    pub fn desk(&self) -> Option<&Desk> {
        match &self.phase {
            Phase::Dialing { desk, .. } => Some(desk),
            Phase::Talking { talk } => Some(&talk.desk),
            Phase::New
            | Phase::Greeting { .. }
            | Phase::Queued { .. }
            | Phase::Offered { .. }
            | Phase::PassedOn { .. }
            | Phase::Leaving { .. }
            | Phase::WrapUp { .. }
            | Phase::Ended { .. } => None,
        }
    }

    pub fn talk(&self) -> Option<&Talk> {
        match &self.phase {
            Phase::Talking { talk } => Some(talk),
            _ => None,
        }
    }

    /// The offer that is ringing now: of the call itself, or of a transfer.
    pub fn offer(&self) -> Option<&Offer> {
        match &self.phase {
            Phase::Offered { offer, .. } => Some(offer),
            Phase::Talking { talk } => match &talk.transfer.as_ref()?.stage {
                TransferStage::Offered { offer } => Some(offer),
                TransferStage::Routing { .. } | TransferStage::Dialing { .. } => None,
            },
            _ => None,
        }
    }

    /// The outside number that is being dialed or talks.
    pub fn outside(&self) -> Option<&Outside> {
        match &self.phase {
            Phase::PassedOn { outside, .. } => Some(outside),
            Phase::Talking { talk } => match &talk.transfer.as_ref()?.stage {
                TransferStage::Dialing { outside } => Some(outside),
                TransferStage::Routing { .. } | TransferStage::Offered { .. } => None,
            },
            _ => None,
        }
    }

    /// Media of both sides are there and each has been heard.
    pub fn both_heard(&self) -> bool {
        !matches!(self.hearing.agent, Heard::NotYet) && !matches!(self.hearing.customer, Heard::NotYet)
    }

    /// The customer's side is over; nothing can bring it back.
    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    pub fn status(&self) -> CallStatus {
        if let Some(end) = self.end {
            return end.status;
        }
        match &self.phase {
            Phase::New | Phase::Greeting { .. } => CallStatus::Greeting,
            Phase::Queued { .. } => CallStatus::Queued,
            Phase::Offered { .. } | Phase::Dialing { .. } => CallStatus::Ringing,
            Phase::Talking { .. }
            | Phase::PassedOn { .. }
            | Phase::Leaving { .. }
            | Phase::WrapUp { .. }
            | Phase::Ended { .. } => CallStatus::InProgress,
        }
    }
}
