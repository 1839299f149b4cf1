//! What the call centre asks of a telephone carrier.
//!
//! A carrier is added as one module that implements [`Carrier`]; what it cannot do it says in [`Capabilities`], and the
//! screens leave it out. After a request that may have placed or changed a call has left, nothing here repeats it:
//! [`CarrierError::OutcomeUnknown`] hands the decision to the caller, who looks for the call first.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use domain::pii::Personal;

/// What a carrier can do for a call. Absent abilities are hidden, not simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Both directions of a call's audio over a socket to us; hold, mixing and recording are then ours.
    pub media_stream: bool,
    /// The carrier itself can hold and mute a leg.
    pub hold: bool,
    /// A live call can be sent elsewhere.
    pub transfer: bool,
    /// The carrier can record.
    pub recording: bool,
    pub answering_machine_detection: bool,
    pub dtmf: bool,
    /// Reports keys by itself. Otherwise their tones are looked for in the sound.
    pub reports_keys: bool,
    pub sms: bool,
    pub whatsapp: bool,
}

/// The carrier's id of one leg, such as a Twilio call SID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderCallId(String);

impl ProviderCallId {
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderCallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One outbound call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCall {
    /// E.164.
    pub to: Personal<String>,
    /// E.164; a number that the carrier account owns or has verified.
    pub from: Personal<String>,
    /// Asked for instructions when the call is answered.
    pub answer_url: String,
    /// Told about every change of the call's status.
    pub status_url: Option<String>,
    /// How long it rings, 5 to 600 s.
    pub ring_timeout: Option<Duration>,
    pub answering_machine: Option<MachineDetection>,
    /// Keys to press after the answer; `w` waits half a second. Switches answering-machine detection off.
    pub send_digits: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineDetection {
    pub wait: MachineWait,
    /// With a URL the call goes on while the verdict is awaited; without one it is silent until then.
    pub verdict_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineWait {
    /// The earliest verdict.
    Verdict,
    /// The end of the machine's greeting, to leave a message.
    EndOfGreeting,
}

/// What a live call is to do from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instructions {
    /// The carrier asks this URL for a document.
    Url(String),
    /// A document in the carrier's own language (TwiML).
    Document(String),
}

/// A call as the carrier sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSnapshot {
    pub id: ProviderCallId,
    /// The carrier's word, such as `in-progress`.
    pub status: String,
    /// No further event will come.
    pub over: bool,
    pub duration: Option<Duration>,
    pub answered_by: Option<String>,
}

/// What a successful credential test found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInfo {
    /// The name that the account's owner gave it.
    pub name: String,
    /// The carrier's word, such as `active` or `suspended`.
    pub status: String,
    pub trial: bool,
}

/// Which number of a call is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    Caller,
    Called,
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Caller => "calling",
            Self::Called => "called",
        })
    }
}

/// One variant per thing the caller can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// Ask the admin for other credentials.
    #[error("the carrier does not accept the account id and token: {message}")]
    BadCredentials { message: String },
    /// Fix the number; the same call will fail again.
    #[error("the carrier does not accept the {party} number (error {code}): {message}")]
    InvalidNumber { party: Party, code: u32, message: String },
    /// The number cannot be reached from this account or is blocked; the same call will fail again.
    #[error("the carrier may not call this number (error {code}): {message}")]
    NotAllowed { code: u32, message: String },
    /// Nothing was sent: the request may be made again.
    #[error("the carrier cannot be reached: {reason}")]
    Unreachable { reason: String },
    /// The request was sent and no answer came. Look for the call before doing anything else.
    #[error("it is not known whether the carrier carried out the request: {reason}")]
    OutcomeUnknown { reason: String },
    /// The carrier refused without doing anything: make the request again after the pause.
    #[error("the carrier asks for a pause{}", pause(*.retry_after))]
    RateLimited { retry_after: Option<Duration> },
    /// The call is over or never was.
    #[error("the carrier knows no such live call")]
    CallOver,
    /// Show the message to the admin.
    #[error("the carrier refused the request{}: {message}", code_text(*.code))]
    Rejected { code: Option<u32>, message: String },
    /// A read failed on the carrier's side: it may be made again later.
    #[error("the carrier is out of order (HTTP {status})")]
    Unavailable { status: u16 },
}

fn pause(span: Option<Duration>) -> String {
    span.map_or_else(String::new, |span| format!(" of {} s", span.as_secs()))
}

fn code_text(code: Option<u32>) -> String {
    code.map_or_else(String::new, |code| format!(" (error {code})"))
}

impl CarrierError {
    /// Whether the same request may be sent again without placing or changing a call twice.
    pub fn may_be_repeated(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::RateLimited { .. } | Self::Unavailable { .. } => true,
            Self::BadCredentials { .. }
            | Self::InvalidNumber { .. }
            | Self::NotAllowed { .. }
            | Self::OutcomeUnknown { .. }
            | Self::CallOver
            | Self::Rejected { .. } => false,
        }
    }
}

#[async_trait]
pub trait Carrier: Send + Sync {
    /// Shown to people, such as `Twilio`.
    fn name(&self) -> &'static str;

    fn capabilities(&self) -> Capabilities;

    /// Starts an outbound call and gives its id while it is still queued.
    async fn place_call(&self, call: &PlaceCall) -> Result<ProviderCallId, CarrierError>;

    /// Ends a call in any state. A call that is over already is a success.
    async fn hang_up(&self, call: &ProviderCallId) -> Result<(), CarrierError>;

    /// Replaces what a live call is doing.
    async fn redirect(&self, call: &ProviderCallId, to: &Instructions) -> Result<(), CarrierError>;

    async fn fetch_call(&self, call: &ProviderCallId) -> Result<CallSnapshot, CarrierError>;

    /// Live calls between two numbers, newest first: what to ask after [`CarrierError::OutcomeUnknown`].
    async fn find_live_calls(
        &self,
        to: &Personal<String>,
        from: &Personal<String>,
    ) -> Result<Vec<CallSnapshot>, CarrierError>;

    /// Asks the carrier who we are. Places nothing and costs nothing.
    async fn test_credentials(&self) -> Result<AccountInfo, CarrierError>;
}
