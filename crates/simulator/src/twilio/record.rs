//! A call as the account's books show it.

use jiff::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Queued,
    Initiated,
    Ringing,
    InProgress,
    Completed,
    Busy,
    Failed,
    NoAnswer,
    Canceled,
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::NoAnswer => "no-answer",
            Self::Canceled => "canceled",
        }
    }

    pub const fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled => true,
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => false,
        }
    }

    /// The SIP answer that stands behind a final status.
    pub const fn sip_code(self) -> Option<u16> {
        match self {
            Self::Completed => Some(200),
            Self::Busy => Some(486),
            Self::Failed => Some(404),
            Self::NoAnswer | Self::Canceled => Some(487),
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Inbound,
    OutboundApi,
    OutboundDial,
}

impl Direction {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::OutboundApi => "outbound-api",
            Self::OutboundDial => "outbound-dial",
        }
    }
}

#[derive(Debug, Clone)]
pub struct CallRecord {
    pub sid: String,
    pub parent_sid: Option<String>,
    pub from: String,
    pub to: String,
    pub direction: Direction,
    pub status: Status,
    pub created: Timestamp,
    pub answered: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub answered_by: Option<&'static str>,
    /// Milliseconds in the queue of calls to be begun.
    pub queue_ms: u64,
}

impl CallRecord {
    pub fn new(from: &str, to: &str, direction: Direction, now: Timestamp) -> Self {
        Self {
            sid: new_sid("CA"),
            parent_sid: None,
            from: from.to_owned(),
            to: to.to_owned(),
            direction,
            status: Status::Queued,
            created: now,
            answered: None,
            ended: None,
            answered_by: None,
            queue_ms: 0,
        }
    }

    /// Whole seconds from answer to end, rounded up as Twilio does; zero when it was never answered.
    pub fn duration_s(&self) -> Option<i64> {
        let ended = self.ended?;
        let answered = self.answered.unwrap_or(ended);
        Some(((ended.as_millisecond() - answered.as_millisecond()).max(0) + 999) / 1000)
    }
}

/// Two letters and 32 hexadecimal digits.
pub fn new_sid(prefix: &str) -> String {
    format!("{prefix}{}", uuid::Uuid::now_v7().simple())
}

/// `Fri, 20 Nov 2026 10:20:30 +0000`
pub fn rfc2822(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
