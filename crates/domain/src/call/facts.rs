//! What is known of a call before anything happens in it. Nothing changes afterwards but whom it is with, when its caller sends it on
//! to somebody else.

use serde::{Deserialize, Serialize};

use super::greeting::Greeting;
use crate::{
    ids::{CallId, CampaignId, LeadId, NumberId, QueueId, TenantId, UserId, VoicemailId},
    phone_number::E164,
    pii::Personal,
    time::UnixMillis,
};

/// Wrap-up of calls that no queue governs (placed by an agent).
pub const DEFAULT_WRAP_UP_S: u32 = 30;
/// Ring time at an agent whom no queue governs (transfer to a person).
pub const DEFAULT_RING_S: u32 = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Inbound,
    Outbound,
}

/// Who is at the other end, as the carrier names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Customer {
    Known {
        number: E164,
    },
    /// No number was sent; `said` is what came instead (`anonymous`, a SIP name).
    Withheld {
        said: Personal<String>,
    },
}

impl Customer {
    /// Of what the carrier says.
    pub fn of(said: &Personal<String>) -> Self {
        match E164::from_carrier(said.reveal()) {
            Ok(number) => Self::Known { number },
            Err(_) => Self::Withheld { said: said.clone() },
        }
    }

    /// E.164, or what came in place of it.
    pub fn shown(&self) -> &str {
        match self {
            Self::Known { number } => number.as_str(),
            Self::Withheld { said } => said.reveal(),
        }
    }
}

/// A queue's rules as they were when the call came to it. A later edit of the queue does not change a running call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePlan {
    pub queue_id: QueueId,
    /// Ring time at one agent, seconds.
    pub ring_s: u32,
    pub wrap_up_s: u32,
    /// Longest wait before the caller is told that nobody is free, seconds.
    pub max_wait_s: u32,
    pub recording: bool,
}

/// A recorded message, as it was when the call began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoicemailMessage {
    pub id: VoicemailId,
    pub name: String,
    pub length_ms: u32,
}

/// Where the sides of a call meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoundPlace {
    /// In our bridge.
    #[default]
    Bridge,
    /// In a conference at the carrier, which we lead; agents speak by telephones of their own.
    Conference,
    /// At the carrier, which joined two telephones; nothing of the sound is ours to lead or to hear.
    Carrier,
}

/// What the carrier can do in a live call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    pub hold: bool,
    pub transfer: bool,
    pub dtmf: bool,
    /// Can be asked to connect its media again after they were lost.
    pub media_restart: bool,
    /// A live call can be ended from here.
    pub hang_up: bool,
    pub pause_recording: bool,
    pub monitor: bool,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            hold: true,
            transfer: true,
            dtmf: true,
            media_restart: false,
            hang_up: true,
            pause_recording: true,
            monitor: true,
        }
    }
}

impl Capabilities {
    /// Two telephones that the carrier has joined: people end the call by hanging up.
    pub const NONE: Self = Self {
        hold: false,
        transfer: false,
        dtmf: false,
        media_restart: false,
        hang_up: false,
        pause_recording: false,
        monitor: false,
    };

    /// Names of what is missing, for screens: `hold`, `transfer`, `dtmf`, `hang_up`, `pause_recording`, `monitor`.
    pub fn unsupported(self) -> Vec<&'static str> {
        [
            (self.hold, "hold"),
            (self.transfer, "transfer"),
            (self.dtmf, "dtmf"),
            (self.hang_up, "hang_up"),
            (self.pause_recording, "pause_recording"),
            (self.monitor, "monitor"),
        ]
        .into_iter()
        .filter_map(|(can, name)| (!can).then_some(name))
        .collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFacts {
    pub id: CallId,
    pub tenant: TenantId,
    pub direction: Direction,
    /// `twilio`, `exotel`, `sip`.
    pub provider: String,
    /// Known from the start of an inbound call; an outbound one learns it by `Dialed`.
    #[serde(default)]
    pub provider_call_id: Option<String>,
    pub customer: Customer,
    /// The tenant's own number that was called, or that calls.
    #[serde(default)]
    pub number_id: Option<NumberId>,
    #[serde(default)]
    pub queue: Option<QueuePlan>,
    #[serde(default)]
    pub campaign: Option<CampaignId>,
    #[serde(default)]
    pub lead: Option<LeadId>,
    pub started_at: UnixMillis,
    #[serde(default, deserialize_with = "Greeting::read")]
    pub greeting: Greeting,
    /// Recording of calls that no queue governs.
    #[serde(default)]
    pub recording: bool,
    #[serde(default)]
    pub simulated: bool,
    #[serde(default)]
    pub capabilities: Capabilities,
    #[serde(default)]
    pub sound: SoundPlace,
    /// Whom the call is for, before anybody of the queue: the number that was called stands between the two.
    #[serde(default)]
    pub for_agent: Option<UserId>,
    /// The agent has called in by their own telephone, which waits in the conference: the carrier's id of that call.
    #[serde(default)]
    pub called_in: Option<String>,
    /// Left by itself when the carrier says that a machine's greeting is over.
    #[serde(default)]
    pub voicemail: Option<VoicemailMessage>,
}
