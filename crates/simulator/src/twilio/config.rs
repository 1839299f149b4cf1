//! How the simulated account is set up, and what it does wrong on purpose.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use domain::pii::Personal;

use crate::customer::CustomerScript;

#[derive(Debug, Clone)]
pub struct Config {
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    pub auth_token: Personal<String>,
    /// Port 0 takes a free one.
    pub bind: SocketAddr,
    pub numbers: Vec<Number>,
    pub pace: Pace,
    /// Outbound calls that are begun in a second; the others are queued. Twilio's default is 1, `None` is no limit.
    pub calls_per_second: Option<f64>,
    /// Calls are ended after this.
    pub longest_call: Duration,
}

impl Config {
    /// A free port of the loopback, real time, no numbers yet.
    pub fn on_loopback(account_sid: &str, auth_token: &str) -> Self {
        Self {
            account_sid: account_sid.to_owned(),
            auth_token: Personal::new(auth_token.to_owned()),
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            numbers: Vec::new(),
            pace: Pace::RealTime,
            calls_per_second: None,
            longest_call: Duration::from_secs(30 * 60),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    RealTime,
    /// Announcements, pauses and ringing take no time; media streams and dialled lines stay in real time.
    SkipWaiting,
}

/// A number that the application owns.
#[derive(Debug, Clone)]
pub struct Number {
    /// E.164.
    pub number: String,
    pub voice_url: String,
    /// Asked when the voice URL fails.
    pub fallback_url: Option<String>,
    /// Told when a call is over.
    pub status_callback: Option<String>,
}

/// A telephone that the application may call.
#[derive(Debug, Clone)]
pub struct Destination {
    pub answer: Answer,
    /// Milliseconds of ringing before that.
    pub ring_ms: u64,
    /// What answering-machine detection says, such as `human` or `machine_end_beep`.
    pub answered_by: &'static str,
    /// Milliseconds from the answer to that verdict.
    pub detection_ms: u64,
    pub script: Arc<CustomerScript>,
}

impl Destination {
    /// A person who answers after a second.
    pub fn person(script: Arc<CustomerScript>) -> Self {
        Self { answer: Answer::Picks, ring_ms: 1000, answered_by: "human", detection_ms: 1200, script }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Picks,
    Busy,
    /// Rings until the caller gives up.
    Never,
    /// The number does not exist.
    Fails,
}

/// What goes wrong. All off by default.
#[derive(Debug, Clone, Default)]
pub struct Misbehaviour {
    /// Every status callback comes twice.
    pub duplicate_callbacks: bool,
    /// Each status callback comes this much later.
    pub late_callbacks: Option<Duration>,
    /// Status callbacks are not sent at all.
    pub lost_callbacks: bool,
    /// Pairs of status callbacks change places.
    pub swapped_callbacks: bool,
    /// Before each status callback comes one with a wrong signature that says the call is over.
    pub forged_callbacks: bool,
    /// The stream's TCP connection breaks this long after its start, without a closing handshake. Once per setting.
    pub break_stream_after: Option<Duration>,
    /// This long after its start nothing comes from the stream's connection and nothing goes into it, and neither end is told; twelve
    /// seconds later the account notices. Once per setting.
    pub half_open_stream_after: Option<Duration>,
    /// Each request to the application, and each answer of the REST API, is on its way for so long.
    pub slow_network: Option<Duration>,
    /// The stream's frames are held back and sent in bunches of this length.
    pub bunched_frames: Option<Duration>,
    /// The next requests to the REST API fail like this.
    pub rest: Vec<RestFailure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestFailure {
    TooManyRequests,
    /// 429 with `Retry-After`.
    ComeBackAfter {
        seconds: u32,
    },
    ServerError,
    /// The call is placed, and the answer is lost.
    PlacedButServerError,
}
