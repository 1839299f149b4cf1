//! Where a call stands. Every state carries the data that it needs and no other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    conference::Telephone,
    facts::{CallFacts, DEFAULT_RING_S, DEFAULT_WRAP_UP_S, QueuePlan, VoicemailMessage},
};
use crate::{
    ids::{LegId, UserId},
    time::UnixMillis,
};

mod parts;
mod past;

pub use parts::{
    Desk, Device, Heard, Hearing, Line, Monitor, MonitorMode, Offer, Outside, Party, Recording, Side, Talk, Transfer,
    TransferStage, TransferTarget, Tried, Waiting, WrapUp,
};
pub use past::{End, EndReason, History, LeftBy, LeftVoicemail, SavedDisposition, Span, TalkSpan};

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
        /// What the customer's network plays until they answer.
        #[serde(default)]
        early: Option<LegId>,
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
        reason: EndReason,
    },
    /// The customer's answering machine hears a recorded message and is then hung up; no agent is in the call.
    LeavingMessage {
        message: VoicemailMessage,
        /// When it began from its beginning.
        since: UnixMillis,
        /// When its end went out.
        heard_at: Option<UnixMillis>,
    },
    /// The customer has gone; at least one agent is still finishing.
    WrapUp {
        since: UnixMillis,
    },
    Ended {
        at: UnixMillis,
    },
}

/// One call, folded from its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub facts: CallFacts,
    pub phase: Phase,
    /// The customer's media.
    pub line: Line,
    pub provider_call_id: Option<String>,
    /// When the carrier was last asked whether the call goes on.
    #[serde(default)]
    pub asked_carrier_at: Option<UnixMillis>,
    /// The queue whose rules hold now; a transfer to another queue changes it.
    pub queue: Option<QueuePlan>,
    pub recording: Recording,
    pub hearing: Hearing,
    pub monitors: Vec<Monitor>,
    /// Agents who are finishing, also while the call goes on with somebody else.
    pub wrap_ups: BTreeMap<UserId, WrapUp>,
    pub history: History,
    /// The conference at the carrier, as it names it.
    #[serde(default)]
    pub conference: Option<String>,
    /// Who is called into the conference or sits in it, but the customer.
    #[serde(default)]
    pub telephones: Vec<Telephone>,
    #[serde(default)]
    pub telephones_called: u32,
    /// Transfers begun so far; see [`Party::Outside`].
    pub transfers: u32,
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
            asked_carrier_at: None,
            queue: facts.queue.clone(),
            recording: if records { Recording::Waiting } else { Recording::Off },
            hearing: Hearing::default(),
            monitors: Vec::new(),
            wrap_ups: BTreeMap::new(),
            history: History::default(),
            conference: None,
            telephones: Vec::new(),
            telephones_called: 0,
            transfers: 0,
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
            | Phase::LeavingMessage { .. }
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
                TransferStage::Dialing { outside, .. } => Some(outside),
                TransferStage::Routing { .. } | TransferStage::Offered { .. } => None,
            },
            _ => None,
        }
    }

    /// The agent's second line, by which they speak with an outside number.
    pub fn consult(&self) -> Option<LegId> {
        match self.talk()?.transfer.as_ref()?.stage {
            TransferStage::Dialing { consult, .. } => consult,
            TransferStage::Routing { .. } | TransferStage::Offered { .. } => None,
        }
    }

    /// The agent speaks with the number that they want to leave the customer to.
    pub fn consults(&self) -> bool {
        self.consult().and(self.outside()).is_some_and(|outside| outside.line.leg().is_some())
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
            | Phase::LeavingMessage { .. }
            | Phase::WrapUp { .. }
            | Phase::Ended { .. } => CallStatus::InProgress,
        }
    }
}
