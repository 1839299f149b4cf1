//! What the driver has to do. Data only; in the order given.

use serde::{Deserialize, Serialize};

use super::{
    conference::{Recorder, Seat, SeatPlan},
    room::RoomPlan,
    state::{EndReason, Offer, Party, Side},
    timers::{Timer, TimerReason},
};
use crate::{
    ids::{LegId, MediaSessionId, QueueId, UserId, VoicemailId},
    phone_number::E164,
    time::UnixMillis,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RouteTarget {
    Queue { queue_id: QueueId },
    Agent { user_id: UserId },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteReason {
    Arrived,
    Declined,
    Expired,
    /// Somebody became free, or the time to look again has come.
    LookAgain,
    /// The agent's device was lost; `front` of the queue.
    DeviceLost,
    Transferred,
    Restarted,
}

/// Why an offer ended for the agent it rang at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    Answered,
    Expired,
    CallerGone,
    Declined,
    /// Transfer cancelled, or the call went elsewhere.
    Withdrawn,
}

/// What an agent of the call is to be now. Guarded by the fence: a newer claim is not touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentNext {
    OnCall,
    WrapUp {
        ends_at: UnixMillis,
    },
    /// The claim is over. `missed`: an offer ran out unanswered. `pause`: the agent asked for a break after this call.
    Free {
        missed: bool,
        pause: bool,
    },
}

/// A last sentence; the words are the driver's, in the number's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Farewell {
    /// "All our lines are busy. We will call you back."
    AllBusy,
    /// "This number is not in service at present."
    NoRoute,
    /// "We have lost the connection to your agent. We will call you back."
    AgentLost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoticeTo {
    Agent { user_id: UserId },
    Supervisors,
    Admins,
}

/// Text keys of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeCode {
    /// An offer rang out at you.
    MissedOffer,
    TransferDeclined,
    TransferNotAnswered,
    TransferBusy,
    TransferFailed,
    /// The target cannot take a call now.
    TransferNobodyFree,
    CustomerNotHeard,
    AgentNotHeard,
    CustomerSilent,
    AgentSilent,
    AnsweringMachine,
    /// A machine answered, and the recorded message is being left: you are free.
    MessageLeft,
    CarrierMediaLost,
    CarrierMediaBack,
    AgentDeviceLost,
    ReturnedToQueue,
    RecordingFailed,
    RecordingBack,
    WaitedTooLong,
    /// A caller was turned away because too many wait.
    QueueFull,
    NoRoute,
}

impl NoticeCode {
    /// The text key: the snake-case name, as it also serialises.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissedOffer => "missed_offer",
            Self::TransferDeclined => "transfer_declined",
            Self::TransferNotAnswered => "transfer_not_answered",
            Self::TransferBusy => "transfer_busy",
            Self::TransferFailed => "transfer_failed",
            Self::TransferNobodyFree => "transfer_nobody_free",
            Self::CustomerNotHeard => "customer_not_heard",
            Self::AgentNotHeard => "agent_not_heard",
            Self::CustomerSilent => "customer_silent",
            Self::AgentSilent => "agent_silent",
            Self::AnsweringMachine => "answering_machine",
            Self::MessageLeft => "message_left",
            Self::CarrierMediaLost => "carrier_media_lost",
            Self::CarrierMediaBack => "carrier_media_back",
            Self::AgentDeviceLost => "agent_device_lost",
            Self::ReturnedToQueue => "returned_to_queue",
            Self::RecordingFailed => "recording_failed",
            Self::RecordingBack => "recording_back",
            Self::WaitedTooLong => "waited_too_long",
            Self::QueueFull => "queue_full",
            Self::NoRoute => "no_route",
        }
    }

    /// The side that a sound notice is about.
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::CustomerNotHeard | Self::CustomerSilent | Self::CarrierMediaLost | Self::CarrierMediaBack => {
                Some(Side::Customer)
            }
            Self::AgentNotHeard | Self::AgentSilent | Self::AgentDeviceLost => Some(Side::Agent),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Play this message to the customer's leg, and at its end say `GreetingFinished`; at once without one, or when it cannot be played.
    PlayGreeting {
        leg: LegId,
        /// None where the carrier has spoken or played the greeting by itself, before its sound came.
        message: Option<VoicemailId>,
    },
    /// Speak to the customer's leg, then say `FarewellFinished`.
    PlayFarewell {
        leg: LegId,
        farewell: Farewell,
    },
    /// Play this message to the customer's leg, say `VoicemailStarted`, and at its end `VoicemailFinished`.
    PlayVoicemail {
        leg: LegId,
        message: VoicemailId,
    },
    /// Have the carrier play this message to the customer's telephone call and hang up: say `VoicemailStarted` when it does, and at
    /// its end `VoicemailFinished`.
    PlayAtCarrier {
        provider_call_id: String,
        message: VoicemailId,
    },
    /// Gather the agents, decide, claim in one transaction, and answer with `Routed`, `NobodyFree` or,
    /// to a caller who has just arrived, `QueueFull`.
    Route {
        target: RouteTarget,
        exclude: Vec<UserId>,
        reason: RouteReason,
        front: bool,
    },
    /// Show the ring card.
    Offer {
        offer: Offer,
        transferred_by: Option<UserId>,
    },
    WithdrawOffer {
        agent: UserId,
        fence: u32,
        end: OfferEnd,
    },
    AgentTo {
        agent: UserId,
        fence: u32,
        next: AgentNext,
    },
    /// Ask the carrier to call the customer; answer with `Dialed` or `CustomerFailed`. Never sent twice for one call.
    DialCustomer,
    /// Ask the carrier to call the number for a transfer; answer with `Dialed` or `TransferFailed` of the same attempt.
    DialTransfer {
        attempt: u32,
        number: E164,
    },
    /// Ask the carrier to call somebody's own telephone into the conference; answer with `Dialed` or `ProviderEnded` of the same
    /// attempt.
    DialTelephone {
        attempt: u32,
        user: UserId,
        seat: Seat,
    },
    /// What a participant of the conference hears, and who hears them, from now on.
    Seat {
        party: Party,
        /// As the carrier names it.
        conference: String,
        provider_call_id: String,
        plan: SeatPlan,
    },
    /// The carrier records the customer's telephone call; answer with `RecordingFailed` when it does not.
    CarrierRecorder {
        provider_call_id: String,
        what: Recorder,
    },
    /// End the telephone call. Without an id the carrier has not answered the request to call yet: hang up when it does.
    HangUpCarrier {
        party: Party,
        provider_call_id: Option<String>,
        leg: Option<LegId>,
    },
    /// End the agent's second line, if they have not.
    EndConsult {
        leg: LegId,
    },
    /// Ask the carrier whether the telephone call goes on; answer with `CarrierSwept` when it does not.
    AskCarrier {
        party: Party,
        provider_call_id: String,
    },
    /// Ask the carrier to connect the media again.
    RestartCarrierMedia {
        party: Party,
        provider_call_id: Option<String>,
    },
    /// Ask the agent's device for a new path to the bridge; the connection and the call stay.
    RestartDeviceMedia {
        agent: UserId,
        session: MediaSessionId,
    },
    /// Who hears whom from now on; replaces the plan before it.
    Room {
        plan: RoomPlan,
    },
    /// Nobody is in the room any more; finishes the recording.
    CloseRoom,
    /// Say `TimerFired` at `at`, unless cleared. A timer of the same name is replaced.
    SetTimer {
        timer: Timer,
        at: UnixMillis,
        reason: TimerReason,
    },
    ClearTimer {
        timer: Timer,
    },
    Notice {
        to: NoticeTo,
        code: NoticeCode,
    },
    /// The call is with whom its facts name now: what is known of them is read anew.
    CustomerNamed,
    /// The customer's side is over; sent once.
    Over {
        reason: EndReason,
    },
}
