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
    /// The sound of a live call can be connected anew.
    pub media_restart: bool,
    /// The carrier can record.
    pub recording: bool,
    /// Removes recordings of its own when asked.
    pub delete_recordings: bool,
    pub answering_machine_detection: bool,
    pub dtmf: bool,
    /// Reports keys by itself. Otherwise their tones are looked for in the sound.
    pub reports_keys: bool,
    pub sms: bool,
    pub whatsapp: bool,
    /// A live call can be ended by a request. Otherwise it ends when our side of its sound ends.
    pub hang_up: bool,
    /// The carrier can mix a call's sides itself, for agents on telephones that are not ours.
    pub conference: bool,
    /// The carrier can call one telephone, then another, and join them.
    pub two_numbers: bool,
}

/// Where a call's sound is to go once it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Via {
    /// The carrier asks [`PlaceCall::answer_url`], or runs the flow that is set up at the carrier and asks from there.
    #[default]
    Instructions,
    /// The carrier calls this telephone first (E.164), then [`PlaceCall::to`], and joins them; no sound comes to us.
    Telephone(Personal<String>),
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
    pub via: Via,
    /// Our own name for the call, which carriers without addresses of their own for each call send back; at most 128 characters.
    pub reference: String,
    /// The carrier is to record.
    pub record: bool,
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

/// What a participant of a conference hears, and who hears them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seat {
    /// Hears music only, and is heard by nobody.
    pub hold: bool,
    pub muted: bool,
    /// Is heard by this participant only.
    pub coaches: Option<ProviderCallId>,
}

/// A telephone that is called into a conference, without a question to whom takes it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddParticipant {
    /// The carrier's id of the conference.
    pub conference: String,
    /// E.164.
    pub to: Personal<String>,
    /// E.164; a number that the carrier account owns or has verified.
    pub from: Personal<String>,
    /// Our own name for the participant, at most 128 characters.
    pub label: String,
    pub seat: Seat,
    pub status_url: String,
    /// How long it rings, 5 to 600 s.
    pub ring_timeout: Duration,
}

/// What the carrier's recorder of one call is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorder {
    /// Both sides apart; the report of the finished file goes to this address.
    Start {
        report_url: String,
    },
    /// Silence is written meanwhile.
    Pause,
    Resume,
    Stop,
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
    /// What the carrier asks for it; known a while after its end.
    pub price: Option<Price>,
    /// Where the carrier has its recording, for [`Carrier::fetch_recording`].
    pub recording: Option<String>,
}

/// An amount in the carrier's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Decimal text, not below zero, such as `0.0085`.
    pub amount: String,
    /// ISO 4217; empty where the carrier does not say.
    pub unit: String,
}

/// A number that the account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedNumber {
    /// The carrier's id of it.
    pub id: String,
    /// E.164.
    pub number: String,
    pub label: String,
    /// Where its calls go now; empty when nowhere.
    pub voice_url: String,
    /// The address is asked by POST.
    pub voice_post: bool,
    /// Told about the ends of its calls; empty when nobody is.
    pub status_url: String,
    /// Something else at the carrier, such as a trunk, has its calls, whatever the addresses say.
    pub passed_on: bool,
    /// Somebody can write to it.
    pub sms: bool,
    /// Told about text messages to it; empty when nobody is.
    pub message_url: String,
    /// The address is told by POST.
    pub message_post: bool,
    /// Something else at the carrier has its text messages, whatever the address says.
    pub messages_passed_on: bool,
}

/// Whom a number tells of what happens to it, all by POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberAddresses {
    /// Asked when it is called.
    pub voice: String,
    /// Told about the ends of its calls.
    pub status: String,
    /// Told about text messages to it; none leaves that as it is.
    pub messages: Option<String>,
}

/// The sound of a recording as the carrier has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingFile {
    /// As the carrier says, such as `audio/x-wav`.
    pub content_type: String,
    pub bytes: bytes::Bytes,
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
    /// Nothing was sent, or what once more changes nothing more: the request may be made again.
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
    /// The carrier has no such ability.
    #[error("{carrier} cannot do this: {what}")]
    NotSupported { carrier: &'static str, what: &'static str },
    /// The carrier does not have it yet: ask again later.
    #[error("the carrier does not have it yet")]
    NotYet,
    /// What may be asked twice failed on the carrier's side: it may be made again later.
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
            Self::Unreachable { .. } | Self::RateLimited { .. } | Self::Unavailable { .. } | Self::NotYet => true,
            Self::BadCredentials { .. }
            | Self::InvalidNumber { .. }
            | Self::NotAllowed { .. }
            | Self::OutcomeUnknown { .. }
            | Self::CallOver
            | Self::NotSupported { .. }
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

    /// Numbers of the account, by number.
    async fn list_numbers(&self) -> Result<Vec<OwnedNumber>, CarrierError> {
        Err(self.cannot("list its numbers"))
    }

    /// Sends the number's calls, the news of their ends, and its text messages to these addresses from now on.
    async fn connect_number(&self, _id: &str, _to: &NumberAddresses) -> Result<(), CarrierError> {
        Err(self.cannot("point a number at this server; do it in the carrier's own console"))
    }

    /// Changes what a participant of a conference hears, and who hears them.
    async fn seat(&self, _conference: &str, _call: &ProviderCallId, _seat: &Seat) -> Result<(), CarrierError> {
        Err(self.cannot("mix calls"))
    }

    /// Calls a telephone into a conference; the id of the telephone call while it is still queued.
    async fn add_participant(&self, _add: &AddParticipant) -> Result<ProviderCallId, CarrierError> {
        Err(self.cannot("mix calls"))
    }

    /// Plays what is at this address to one participant of a conference, who stays in it. Nobody else hears it.
    async fn announce(&self, _conference: &str, _call: &ProviderCallId, _url: &str) -> Result<(), CarrierError> {
        Err(self.cannot("mix calls"))
    }

    /// Has the carrier record a live call.
    async fn record(&self, _call: &ProviderCallId, _what: &Recorder) -> Result<(), CarrierError> {
        Err(self.cannot("record a call from here on"))
    }

    /// The name of the call's recording, once the carrier has it.
    async fn find_recording(&self, call: &ProviderCallId) -> Result<Option<String>, CarrierError> {
        Ok(self.fetch_call(call).await?.recording)
    }

    /// The recording of [`CallSnapshot::recording`] or of a report, both sides apart where the carrier has them so.
    ///
    /// # Errors
    /// [`CarrierError::NotYet`] while the carrier is still writing it.
    async fn fetch_recording(&self, _recording: &str) -> Result<RecordingFile, CarrierError> {
        Err(self.cannot("record"))
    }

    /// Removes a recording at the carrier. One that is gone already is a success.
    async fn delete_recording(&self, _recording: &str) -> Result<(), CarrierError> {
        Err(self.cannot("delete recordings"))
    }

    /// Sends a text message; the carrier's id of it.
    async fn send_sms(&self, _from: &str, _to: &Personal<String>, _text: &str) -> Result<String, CarrierError> {
        Err(self.cannot("send text messages"))
    }

    fn cannot(&self, what: &'static str) -> CarrierError {
        CarrierError::NotSupported { carrier: self.name(), what }
    }
}
