//! What came of a call: its timeline, and what the customer said and heard.

use super::record::{CallRecord, Status};
use crate::party::PartyReport;

/// Who or what ended a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndedBy {
    /// The virtual customer hung up.
    Customer,
    /// The TwiML said so or came to its end.
    Document,
    /// The application, over the REST API.
    Api,
    /// The TwiML rejected the call.
    Rejected,
    /// The called side was busy, did not answer or does not exist.
    NotAnswered,
    /// The application could not be asked or understood; the code is in the debugger.
    ApplicationError {
        code: u32,
    },
    TimeLimit,
    /// The simulated account was stopped.
    Stopped,
}

/// One thing that happened, in milliseconds since the call began.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    pub at_ms: u64,
    pub what: Happening,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Status(Status),
    /// The application answered a webhook.
    WebhookAnswered {
        url: String,
        status: u16,
        took_ms: u64,
    },
    Verb(&'static str),
    StreamOpened {
        url: String,
    },
    /// The application sent the first audible frame of this stream.
    StreamAudio,
    ConferenceEntered {
        name: String,
    },
    StreamCleared,
    MarkPlayed {
        name: String,
    },
    StreamClosed {
        by: &'static str,
    },
    Keys {
        digits: String,
    },
    /// The application sent the call elsewhere over the REST API.
    Redirected,
    Error {
        code: u32,
        message: String,
    },
}

#[derive(Debug, Clone)]
pub struct CallOutcome {
    pub record: CallRecord,
    pub ended_by: EndedBy,
    pub timeline: Vec<Moment>,
    pub customer: PartyReport,
}

impl CallOutcome {
    /// When something first happened.
    pub fn first(&self, is_it: impl Fn(&Happening) -> bool) -> Option<u64> {
        self.timeline.iter().find(|moment| is_it(&moment.what)).map(|moment| moment.at_ms)
    }
}
