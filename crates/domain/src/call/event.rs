//! What can happen to a call. Events are stored as JSON in the append-only log: new fields need `#[serde(default)]`, and a
//! variant is never renamed.

use serde::{Deserialize, Serialize};

use super::{
    facts::{Customer, QueuePlan, VoicemailMessage},
    state::{MonitorMode, Party, Side, TransferTarget},
    timers::Timer,
};
use crate::{
    ids::{CallId, DecisionId, LeadId, LegId, MediaSessionId, UserId},
    phone_number::E164,
    time::UnixMillis,
};

/// Why a telephone that was called did not lead to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialFailure {
    Busy,
    NoAnswer,
    Failed,
    /// An answering machine took it.
    Machine,
}

/// Who took a call, as the carrier's detection says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    Person,
    Machine,
    Fax,
    /// The detection could not tell.
    Unknown,
}

/// The carrier's last word on a telephone call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderEnd {
    Completed,
    Busy,
    NoAnswer,
    Failed,
    Cancelled,
}

/// What follows the greeting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AfterGreeting {
    /// The number's own queue.
    #[default]
    OwnQueue,
    /// The queue that the menu chose.
    Queue {
        plan: QueuePlan,
    },
    HangUp,
}

/// What the agent wants after the wrap-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterWrapUp {
    #[default]
    Available,
    Break,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallEvent {
    /// The carrier announced an inbound call.
    Received,
    /// An agent, claimed under `fence`, placed an outbound call.
    Placed {
        agent: UserId,
        fence: u32,
        session: MediaSessionId,
    },
    /// The carrier accepted the request to call and gave it an id.
    Dialed {
        #[serde(default)]
        party: Party,
        provider_call_id: String,
    },
    CarrierAttached {
        #[serde(default)]
        party: Party,
        leg: LegId,
    },
    /// `leg` names the connection that was lost, so that a late report does not end its successor.
    CarrierLost {
        leg: LegId,
    },
    /// The agent pressed the key by which they take the call at their telephone.
    TelephoneAccepted {
        attempt: u32,
    },
    /// Somebody has come into the conference at the carrier.
    ConferenceJoined {
        party: Party,
        /// As the carrier names it.
        conference: String,
        provider_call_id: String,
    },
    GreetingFinished {
        #[serde(default)]
        then: AfterGreeting,
        /// To which it was played; none in older logs.
        #[serde(default)]
        leg: Option<LegId>,
    },
    /// The last sentence before hanging up was heard.
    FarewellFinished,
    DigitReceived {
        digit: char,
    },

    /// Answers to `Effect::Route`. The agent was claimed under `fence` in the same transaction.
    Routed {
        agent: UserId,
        fence: u32,
        #[serde(default)]
        decision: Option<DecisionId>,
        #[serde(default)]
        why: String,
    },
    NobodyFree,
    /// Of a caller who has just arrived: as many as the queue may hold wait in it already.
    QueueFull,
    /// The detection that runs beside an outbound call has its verdict. The first one counts.
    AnsweredBy {
        verdict: AnsweredBy,
        /// What a machine has to say is over, so that it records from here on.
        #[serde(default)]
        greeting_over: bool,
    },
    /// The carrier has made a recording of its own.
    CarrierRecording {
        id: String,
        /// The carrier's word, such as `completed`.
        state: String,
    },
    /// Somebody may be free now; calls that wait ask again.
    AgentFreed,
    OfferAccepted {
        agent: UserId,
        fence: u32,
        session: MediaSessionId,
    },
    OfferDeclined {
        agent: UserId,
        fence: u32,
    },
    OfferExpired {
        agent: UserId,
        fence: u32,
    },

    CustomerRinging,
    /// The customer's network plays something before they answer: its own ringing, or a sentence.
    EarlySound {
        leg: LegId,
    },
    CustomerAnswered,
    CustomerFailed {
        reason: DialFailure,
    },

    SideHeard {
        side: Side,
    },
    SideSilent {
        side: Side,
    },

    HoldStarted {
        agent: UserId,
    },
    HoldEnded {
        agent: UserId,
    },

    TransferStarted {
        agent: UserId,
        to: TransferTarget,
    },
    TransferCancelled {
        agent: UserId,
    },
    /// The outside number answered.
    TransferAnswered {
        attempt: u32,
    },
    TransferFailed {
        attempt: u32,
        reason: DialFailure,
    },

    /// The agent calls a number by a second line of theirs, `leg`, and speaks to it before the customer does.
    ConsultStarted {
        agent: UserId,
        number: E164,
        leg: LegId,
    },
    /// The agent leaves the customer to the number with which they have spoken.
    ConsultJoined {
        agent: UserId,
    },
    /// Whoever the call was passed on to leaves its customer to another call of theirs, in which the customer goes on.
    CustomerMoved {
        to: CallId,
    },
    /// The customer of another call has come in place of this one's, who had called for them.
    CustomerReplaced {
        from: CallId,
        leg: LegId,
    },
    /// The call is with somebody else from now on: whoever called has sent it on to them.
    CustomerNamed {
        customer: Customer,
        lead: Option<LeadId>,
    },

    /// The agent leaves a recorded message on the customer's answering machine.
    VoicemailDropped {
        agent: UserId,
        message: VoicemailMessage,
    },
    /// The message is being played.
    VoicemailStarted {
        name: String,
    },
    /// `whole`: it was played to its end.
    VoicemailFinished {
        whole: bool,
    },

    DeviceLost {
        session: MediaSessionId,
    },
    DeviceBack {
        agent: UserId,
        session: MediaSessionId,
    },

    MonitorSet {
        user: UserId,
        mode: MonitorMode,
        session: MediaSessionId,
    },
    MonitorCleared {
        user: UserId,
    },

    RecordingPaused {
        agent: UserId,
    },
    RecordingResumed {
        agent: UserId,
    },
    RecordingFailed {
        reason: String,
    },
    /// The recorder writes, at first or again.
    RecordingStarted,
    RecordingFinished,

    CustomerHungUp,
    AgentHungUp {
        agent: UserId,
    },
    ProviderEnded {
        #[serde(default)]
        party: Party,
        status: ProviderEnd,
    },

    /// The carrier never said that the telephone call has ended; it said so when it was asked.
    CarrierSwept {
        #[serde(default)]
        party: Party,
        status: ProviderEnd,
    },

    WrapUpExtended {
        agent: UserId,
    },
    DispositionSaved {
        agent: UserId,
        code: String,
        #[serde(default)]
        sub_code: Option<String>,
        made_at: UnixMillis,
        #[serde(default)]
        then: AfterWrapUp,
    },
    WrapUpEnded {
        agent: UserId,
        #[serde(default)]
        then: AfterWrapUp,
    },

    TimerFired {
        timer: Timer,
    },
    /// The process that held the sound is a new one: all media are lost until they come back.
    ServerRestarted,
}
