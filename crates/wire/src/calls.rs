//! Calls: offers, the live call, history, detail, and what an agent can do to a call.

use std::collections::BTreeMap;

use domain::{
    ids::{CallId, CampaignId, LeadId, MediaSessionId, QueueId, UserId, VoicemailId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::{
    leads::LeadCard,
    recordings::{RecordingReceipt, RecordingState},
    sound::{DeviceSound, SoundCause},
    tasks::{Callback, Task},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Inbound,
    Outbound,
}

/// Where a call stands, as lists show it. The last six are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// With the greeting or menu.
    Greeting,
    Queued,
    /// Ringing at an agent (inbound) or at the customer (outbound).
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

/// Where the sides of a call meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SoundPlace {
    /// In this product's bridge.
    #[default]
    Bridge,
    /// In a conference at the carrier; the agent speaks by a telephone of their own.
    Conference,
    /// At the carrier, which joined two telephones; nothing of the sound comes here.
    Carrier,
}

/// A call is ringing at this agent. Everything the ring card shows is in the message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Offer {
    pub call_id: CallId,
    /// Number of the claim; an answer with an older one is refused.
    pub fence: u32,
    pub direction: Direction,
    pub offered_at_ms: UnixMillis,
    pub expires_at_ms: UnixMillis,
    pub queue_name: Option<String>,
    pub campaign_name: Option<String>,
    /// How they came, outermost first: source, line, menu choice.
    pub came_by: Vec<String>,
    pub waited_ms: u64,
    /// One sentence: "You have waited longest of 4 free agents who speak English".
    pub why: String,
    /// Null when the number is not known; `caller` is then all there is.
    pub lead: Option<LeadCard>,
    pub caller: String,
    /// Another agent passed the call on.
    pub transferred_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OfferEnd {
    /// Answered here.
    Answered,
    TakenBy {
        name: String,
    },
    Expired,
    CallerGone,
    Declined,
    /// The server took the offer back (transfer cancelled, agent signed out).
    Withdrawn,
}

/// Sound of one leg, as the server receives it. Units: dBFS, fraction 0 to 1, milliseconds, dB, MOS 1 to 4.5 (E-model
/// estimate: ITU-T G.107.1 where `wideband`, else G.107; both directions of the leg, the worse of the two).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LegSound {
    pub level_dbfs: f32,
    pub loss: f32,
    pub concealed: f32,
    pub jitter_ms: f32,
    pub round_trip_ms: Option<f32>,
    pub buffer_ms: f32,
    /// Share of samples at the end of the range.
    pub clipped: f32,
    /// How much weaker what is sent to the leg comes back from it; null while no echo is heard.
    pub echo_loss_db: Option<f32>,
    pub wideband: bool,
    pub mos: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Agent,
    Customer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MonitorMode {
    Listen,
    Whisper,
    Barge,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Monitor {
    pub user_id: UserId,
    pub name: String,
    pub mode: MonitorMode,
    pub since_ms: UnixMillis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferTarget {
    Agent {
        user_id: UserId,
    },
    Queue {
        queue_id: QueueId,
    },
    /// E.164, or national form of the tenant's country.
    Number {
        number: String,
    },
}

/// A blind transfer under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Transfer {
    pub to: TransferTarget,
    pub to_name: String,
    pub started_at_ms: UnixMillis,
}

/// A call as it is now: sent whole on each change, so that the last one received is always right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LiveCall {
    pub id: CallId,
    pub direction: Direction,
    pub status: CallStatus,
    pub customer_name: Option<String>,
    /// Masked by role.
    pub customer_number: String,
    pub lead_id: Option<LeadId>,
    pub agent_id: Option<UserId>,
    pub agent_name: Option<String>,
    pub queue_id: Option<QueueId>,
    pub queue_name: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub campaign_name: Option<String>,
    pub came_by: Vec<String>,
    pub why: Option<String>,
    pub started_at_ms: UnixMillis,
    pub queued_at_ms: Option<UnixMillis>,
    pub answered_at_ms: Option<UnixMillis>,
    /// The customer has heard music since then.
    pub held_since_ms: Option<UnixMillis>,
    pub recording: RecordingState,
    pub monitors: Vec<Monitor>,
    pub transfer: Option<Transfer>,
    /// Sound was heard from both sides.
    pub both_heard: bool,
    /// No packet from that side for 3 s.
    pub silent_side: Option<Side>,
    /// The agent's device is away since then; the customer hears music for up to 30 s.
    pub reconnecting_since_ms: Option<UnixMillis>,
    pub agent_sound: Option<LegSound>,
    pub customer_sound: Option<LegSound>,
    /// What the agent's device says of its side.
    pub device_sound: Option<DeviceSound>,
    /// The longer of both directions, milliseconds.
    pub mouth_to_ear_ms: Option<f32>,
    /// What is most likely wrong with the sound now.
    pub sound_cause: Option<SoundCause>,
    /// Keys that the customer pressed while talking.
    pub customer_keys: String,
    /// What this carrier cannot do in a live call: `hold`, `transfer`, `dtmf`.
    pub unsupported: Vec<String>,
    /// Where the sides meet.
    pub sound_at: SoundPlace,
    /// Drawn from the simulator.
    pub simulated: bool,
}

/// Answer with the fence of the offer. `media_session_id` names the device that shall carry the sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AnswerCall {
    pub fence: u32,
    pub media_session_id: Option<MediaSessionId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DeclineCall {
    pub fence: u32,
}

/// Calls a lead, or a number as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(optional_fields)]
pub struct PlaceCall {
    pub lead_id: Option<LeadId>,
    pub number: Option<String>,
    pub campaign_id: Option<CampaignId>,
    /// Of the lease under which the lead was handed out.
    pub fence: Option<i64>,
    /// A person asks for it although the number was dialed just now.
    pub again: Option<bool>,
    /// The agent speaks by the telephone of their own that stands in their profile, which the carrier calls first.
    pub by_phone: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct StartTransfer {
    pub to: TransferTarget,
}

/// Leaves a recorded message on the customer's answering machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct LeaveVoicemail {
    /// Absent leaves the one that is chosen in the settings.
    #[serde(default)]
    pub message_id: Option<VoicemailId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SendDigits {
    /// `0-9 * # A-D`, at most 32.
    pub digits: String,
}

/// Null stops monitoring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SetMonitor {
    pub mode: Option<MonitorMode>,
    pub media_session_id: Option<MediaSessionId>,
}

/// Notes while the call runs and during wrap-up; at most 500 characters. A `revision` not above the stored one is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SaveNotes {
    pub text: String,
    pub revision: u32,
}

/// When to call back: the hour on the customer's own clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CallbackAt {
    /// `YYYY-MM-DDTHH:MM`.
    pub local_time: String,
    pub zone: String,
}

/// The agent's result. Sent with an `Idempotency-Key`; the same key again changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(optional_fields)]
pub struct SaveDisposition {
    pub code: String,
    pub sub_code: Option<String>,
    pub notes: String,
    pub callback: Option<CallbackAt>,
    /// Required fields of the code, by key.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// When the agent pressed save; kept when the message arrives later.
    pub made_at_ms: UnixMillis,
    /// After saving: take the next call, or go on break.
    pub then: AfterWrapUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterWrapUp {
    Available,
    Break,
}

/// One consequence of a disposition, shown before saving and carried out after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DispositionEffect {
    Callback {
        due_at_ms: UnixMillis,
        local_time: String,
        zone: String,
    },
    Retry {
        due_at_ms: UnixMillis,
    },
    Task {
        text: String,
        due_at_ms: Option<UnixMillis>,
    },
    DoNotCall,
    Stage {
        to: String,
    },
    Heat {
        to: crate::leads::Heat,
    },
    MarkInvalid,
    Escalate,
    /// Somebody arranges a visit.
    Visit {
        due_at_ms: UnixMillis,
    },
    Nurture {
        sequence: String,
        again_at_ms: UnixMillis,
    },
    /// To somebody who speaks it.
    Reassign {
        language: String,
        due_at_ms: UnixMillis,
    },
    LeavesRetries,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DispositionResult {
    pub effects: Vec<DispositionEffect>,
    pub task: Option<Task>,
    pub callback: Option<Callback>,
}

/// One row of call history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CallRow {
    pub id: CallId,
    pub direction: Direction,
    pub status: CallStatus,
    pub started_at_ms: UnixMillis,
    pub ended_at_ms: Option<UnixMillis>,
    pub customer_name: Option<String>,
    pub customer_number: String,
    pub lead_id: Option<LeadId>,
    pub agent_id: Option<UserId>,
    pub agent_name: Option<String>,
    pub queue_name: Option<String>,
    pub campaign_name: Option<String>,
    pub wait_ms: u64,
    pub ring_ms: u64,
    pub talk_ms: u64,
    pub disposition: Option<String>,
    /// -100 to 100.
    pub sentiment: Option<i32>,
    pub lead_quality: Option<u32>,
    pub hot: bool,
    pub summary: Option<String>,
    pub recording: RecordingState,
    pub analysis: crate::intelligence::AnalysisStatus,
    pub simulated: bool,
}

/// Filters of call history; all optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[serde(default)]
#[ts(optional_fields)]
#[into_params(parameter_in = Query)]
pub struct CallFilter {
    pub status: Option<CallStatus>,
    pub direction: Option<Direction>,
    pub agent_id: Option<UserId>,
    pub queue_id: Option<QueueId>,
    pub lead_id: Option<LeadId>,
    pub disposition: Option<String>,
    pub from_ms: Option<UnixMillis>,
    pub to_ms: Option<UnixMillis>,
    /// Name, or the last digits of the number.
    pub search: Option<String>,
    pub cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CallDetail {
    pub row: CallRow,
    pub came_by: Vec<String>,
    pub provider: String,
    pub provider_call_id: Option<String>,
    pub notes: String,
    pub sub_disposition: Option<String>,
    pub dispositioned_at_ms: Option<UnixMillis>,
    pub receipt: Option<RecordingReceipt>,
    pub why: Option<RoutingDecision>,
    pub events: Vec<CallEventRow>,
    pub holds: Vec<Span>,
    /// What the carrier asks for it; null until it has billed the call.
    pub cost: Option<Cost>,
}

/// An amount in the carrier's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Cost {
    /// Decimal text, such as `0.0085`.
    pub amount: String,
    /// ISO 4217; empty where the carrier does not say.
    pub unit: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Span {
    pub from_ms: UnixMillis,
    pub to_ms: Option<UnixMillis>,
}

/// One line of the event log, in words the UI translates by `kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CallEventRow {
    pub seq: u32,
    pub at_ms: UnixMillis,
    pub kind: String,
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

/// Why a call went where it went, with everyone who was considered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RoutingDecision {
    pub call_id: CallId,
    pub at_ms: UnixMillis,
    /// `round_robin`, `least_busy` or `skill`, with the queue's version.
    pub rule: String,
    pub rule_version: u32,
    pub chosen: Option<UserId>,
    pub sentence: String,
    pub candidates: Vec<Candidate>,
    pub took_us: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Candidate {
    pub user_id: UserId,
    pub name: String,
    pub score: Option<f32>,
    /// Parts of the score, such as `idle 16`, `skill 30`, `owner 40`.
    pub parts: Vec<String>,
    /// Why passed over: `in_wrap_up`, `unreachable`, `on_call`, `break`, `lacks_skill`, `declined`, `offline`.
    pub passed_over: Option<String>,
}
