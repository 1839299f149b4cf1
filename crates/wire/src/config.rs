//! What admins configure: numbers, queues, campaigns, dispositions, do-not-call, carrier, storage and engines.

use domain::{
    consent::Source,
    ids::{AuditId, CampaignId, DispositionSetId, DncId, NumberId, QueueId, UserId, VoicemailId},
    imports::Reason,
    pii::Personal,
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoutingStrategy {
    /// Whoever has been free longest.
    RoundRobin,
    /// Whoever has had fewest calls today.
    LeastBusy,
    /// Best match of skill and language, then longest free.
    Skill,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
    pub strategy: RoutingStrategy,
    pub member_ids: Vec<UserId>,
    pub skills: Vec<String>,
    /// Ring time at one agent, 5 to 60 s.
    pub ring_s: u32,
    /// Wrap-up after a call, 0 to 600 s.
    pub wrap_up_s: u32,
    /// Beyond it callers are told that lines are busy.
    pub max_size: u32,
    /// Longest wait before the overflow, 10 to 3600 s.
    pub max_wait_s: u32,
    pub target_answer_s: u32,
    pub recording: bool,
    pub version: u32,
}

/// Body of create and update of a queue (all fields).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct QueueInput {
    pub name: String,
    pub strategy: RoutingStrategy,
    pub member_ids: Vec<UserId>,
    pub skills: Vec<String>,
    pub ring_s: u32,
    pub wrap_up_s: u32,
    pub max_size: u32,
    pub max_wait_s: u32,
    pub target_answer_s: u32,
    pub recording: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Number {
    pub id: NumberId,
    /// E.164.
    pub number: String,
    pub label: String,
    pub queue_id: Option<QueueId>,
    pub campaign_id: Option<CampaignId>,
    /// Spoken before the queue, with the recording notice.
    pub greeting: String,
    /// A recorded message that callers hear in place of it, where it can be played: by Twilio and by trunks.
    pub greeting_message_id: Option<VoicemailId>,
    pub language: String,
    pub provider: NumberProvider,
    pub media: NumberMedia,
    /// Where the carrier shall send this number's calls.
    pub webhook_url: String,
    pub last_call_at_ms: Option<UnixMillis>,
}

/// A number of the carrier account that people called and that is not in the tenant's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct UnknownNumber {
    /// As the carrier says it.
    pub number: String,
    pub calls: u32,
    pub first_at_ms: UnixMillis,
    pub last_at_ms: UnixMillis,
}

/// Where a number of the carrier account sends its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberRoute {
    /// Calls and the reports of their ends come to this server.
    Here,
    /// Calls come, but by another method, or the reports of their ends go elsewhere.
    HereInPart,
    /// Somebody else has the calls.
    Elsewhere,
    /// Nobody has them.
    Nowhere,
}

/// Whom a number of the carrier account tells of its text messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageRoute {
    Here,
    /// Somebody else is told.
    Elsewhere,
    /// Nobody is.
    Nowhere,
    /// Nobody can write to this number.
    NotTaken,
}

/// A number as the carrier account has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CarrierNumber {
    /// The carrier's id of it.
    pub id: String,
    /// E.164.
    pub number: String,
    pub label: String,
    pub route: NumberRoute,
    /// Where its calls go now; empty when nowhere.
    pub voice_url: String,
    pub messages: MessageRoute,
    /// Where its text messages go now; empty when nowhere.
    pub message_url: String,
    /// It is in the tenant's list, and so its calls ring somewhere.
    pub in_list: bool,
}

/// The numbers of the carrier account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CarrierNumbers {
    /// By number.
    pub numbers: Vec<CarrierNumber>,
    /// Why they could not be read, or the one could not be connected, and what to do.
    pub problem: Option<String>,
}

/// Sends a number's calls here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ConnectNumber {
    /// As in [`CarrierNumber::id`].
    pub id: String,
    /// Its text messages come here as well; false leaves them where they go now.
    pub messages: bool,
}

/// Which account or trunk brings a number's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberProvider {
    #[default]
    Twilio,
    Exotel,
    Sip,
}

/// Where the sides of a number's calls meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberMedia {
    /// Here; agents speak by the app.
    #[default]
    Bridge,
    /// At the carrier; agents speak by telephones of their own.
    Conference,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct NumberInput {
    pub number: String,
    pub label: String,
    pub queue_id: Option<QueueId>,
    pub campaign_id: Option<CampaignId>,
    pub greeting: String,
    /// One of the recorded messages; none speaks `greeting`, which a trunk cannot.
    #[serde(default)]
    pub greeting_message_id: Option<VoicemailId>,
    pub language: String,
    #[serde(default)]
    pub provider: NumberProvider,
    #[serde(default)]
    pub media: NumberMedia,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    Draft,
    Active,
    Paused,
    Completed,
}

/// Hours in which people may be called, on their own clock. Minutes of the day, `from` below `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CallingHours {
    /// 1 Monday to 7 Sunday.
    pub days: Vec<u8>,
    pub from_minute: u16,
    pub to_minute: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ScriptStep {
    pub title: String,
    pub say: String,
    /// Lead fields that this step finds out.
    pub fields: Vec<String>,
}

/// What follows by itself after an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NextAction {
    None,
    /// The agent names the hour.
    Callback,
    Retry {
        after_minutes: u32,
    },
    Task {
        text: String,
        due_in_minutes: Option<u32>,
    },
    DoNotCall,
    MarkInvalid,
    Escalate,
    /// She is called again by herself so long after this call.
    Reschedule {
        after_minutes: u32,
    },
    Visit {
        due_in_minutes: u32,
    },
    /// She goes into a sequence of messages, and is called again only after so many days.
    Nurture {
        sequence: String,
        after_days: u32,
    },
    ReassignByLanguage,
}

/// One outcome that agents can choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Disposition {
    pub code: String,
    pub label: String,
    /// `connected`, `not_connected` or `special`.
    pub group: String,
    /// `ok`, `warn`, `live`, `neutral`: token of the design system, always beside the word.
    pub tone: String,
    pub sub_codes: Vec<SubDisposition>,
    /// Keys that must be filled in: `sub_code`, `notes`, or a lead field.
    pub required: Vec<String>,
    pub next_action: NextAction,
    pub stage: Option<String>,
    /// `1` to `9` or `a` to `z`; without one it takes the next free digit.
    #[serde(default)]
    pub shortcut: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SubDisposition {
    pub code: String,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub state: CampaignState,
    pub caller_id: Option<String>,
    pub script: Vec<ScriptStep>,
    /// Those in force: of the set, its own, or the default ones.
    pub dispositions: Vec<Disposition>,
    pub disposition_set_id: Option<DispositionSetId>,
    /// They are written down in the campaign itself.
    pub own_dispositions: bool,
    /// The key by which people who are called opt out; null: none.
    pub opt_out_key: Option<String>,
    pub hours: CallingHours,
    pub recording: bool,
    /// The carrier says whether a person or a machine took an outbound call; the agent and the call's page are told.
    pub detect_machines: bool,
    /// Calls go out by the number of the list that is nearest to the person called.
    pub local_presence: bool,
    pub agent_ids: Vec<UserId>,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CampaignInput {
    pub name: String,
    pub state: CampaignState,
    pub caller_id: Option<String>,
    pub script: Vec<ScriptStep>,
    /// Empty takes the default set, or the one that is named.
    pub dispositions: Vec<Disposition>,
    #[serde(default)]
    pub disposition_set_id: Option<DispositionSetId>,
    /// One of 0-9 * #.
    #[serde(default)]
    pub opt_out_key: Option<String>,
    pub hours: CallingHours,
    pub recording: bool,
    #[serde(default)]
    pub detect_machines: bool,
    #[serde(default)]
    pub local_presence: bool,
    pub agent_ids: Vec<UserId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DncEntry {
    pub id: DncId,
    pub number: String,
    /// Null: for all campaigns.
    pub campaign_id: Option<CampaignId>,
    /// Null: for ever.
    pub until_ms: Option<UnixMillis>,
    /// False when its time is over.
    pub in_force: bool,
    pub reason: String,
    /// A `WishSource`.
    pub source: String,
    /// What shows that it was wanted, such as a call or a letter; null for roles that may not see contact data.
    pub proof: Option<String>,
    pub added_by: Option<String>,
    pub added_at_ms: UnixMillis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AddDnc {
    pub number: String,
    pub reason: String,
    #[serde(default)]
    #[ts(optional)]
    pub campaign_id: Option<CampaignId>,
    #[serde(default)]
    #[ts(optional)]
    pub until_ms: Option<UnixMillis>,
    #[serde(default)]
    #[ts(optional)]
    pub source: Option<Source>,
    #[serde(default)]
    #[ts(optional)]
    pub proof: Option<String>,
}

/// A list of numbers: a text with one in each line, or separated text of which the first cell that holds a number counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DncUpload {
    /// At most 5,000 lines.
    pub text: String,
    pub reason: String,
    #[serde(default)]
    #[ts(optional)]
    pub campaign_id: Option<CampaignId>,
    #[serde(default)]
    #[ts(optional)]
    pub until_ms: Option<UnixMillis>,
    #[serde(default)]
    #[ts(optional)]
    pub proof: Option<String>,
}

/// What became of the lines of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct DncUploaded {
    pub added: u32,
    /// On the list for as long already.
    pub known: u32,
    pub wrong: u32,
    /// The first 50 of them.
    pub wrong_lines: Vec<WrongLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct WrongLine {
    /// From 1.
    pub line: u32,
    pub problem: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DncState {
    InForce,
    Over,
}

/// Filters of the do-not-call list; all optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[serde(default)]
#[ts(optional_fields)]
#[into_params(parameter_in = Query)]
pub struct DncFilter {
    /// The last digits, at least four.
    pub search: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub source: Option<Source>,
    pub state: Option<DncState>,
    pub cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
}

/// Carrier account. Secrets go in and never come out: `has_auth_token` says that one is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CarrierSettings {
    /// `twilio`, or empty when none is set up.
    pub provider: String,
    pub account_sid: String,
    pub has_auth_token: bool,
    /// Base of the REST API; empty for the vendor's own.
    pub api_base: String,
    /// Public HTTPS address under which the carrier reaches this server.
    pub public_url: String,
    pub simulated: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct CarrierSettingsInput {
    pub provider: String,
    pub account_sid: String,
    /// Absent keeps the one that is stored.
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub auth_token: Option<Personal<String>>,
    pub api_base: String,
    pub public_url: String,
}

/// Numbers that are called only if an admin has allowed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct DialingSettings {
    pub emergency: bool,
    pub premium: bool,
    pub satellite: bool,
}

/// What becomes of recordings that the carrier has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct CarrierRecordings {
    /// They are deleted there once ours is stored and read back; carriers that cannot delete keep them.
    pub delete_when_stored: bool,
}

/// A recorded message that is left on answering machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct VoicemailMessage {
    pub id: VoicemailId,
    pub name: String,
    pub length_ms: u32,
    pub created_at_ms: UnixMillis,
}

/// A new message: WAV or Ogg-Opus of at most 60 s.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct VoicemailMessageInput {
    /// 1 to 60 characters, another one for each message.
    pub name: String,
    /// The file, as base 64 with padding.
    pub sound: String,
}

/// Which message is left, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
pub struct VoicemailSettings {
    /// The one that the agents' key leaves; none switches it off.
    pub message_id: Option<VoicemailId>,
    /// It is left by itself in campaigns that ask the carrier about machines, once the machine's greeting is over.
    pub when_machine: bool,
}

/// Exotel account. Secrets go in and never come out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ExotelSettings {
    /// Empty when none is set up.
    pub account_sid: String,
    pub has_api_key: bool,
    pub has_api_token: bool,
    /// Base of the REST API; empty for the Mumbai cluster.
    pub api_base: String,
    /// Public HTTPS address under which Exotel reaches this server.
    pub public_url: String,
    /// Id of the flow that carries outbound calls here; empty when agents speak by telephones of their own.
    pub flow: String,
    /// Addresses or networks that may ask; empty for all.
    pub allowed: Vec<String>,
    pub simulated: bool,
    /// What to enter in the flow editor; empty until an account is saved.
    pub applets: Vec<ExotelApplet>,
}

/// An address for one applet of a flow. It holds the secret by which Exotel's requests are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ExotelApplet {
    /// `passthru`, `greeting`, `voicebot`, `after_voicebot`, `ended`, `connect`, `gather`.
    pub applet: String,
    pub url: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct ExotelSettingsInput {
    pub account_sid: String,
    /// Absent keeps the one that is stored.
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub api_key: Option<Personal<String>>,
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub api_token: Option<Personal<String>>,
    pub api_base: String,
    pub public_url: String,
    pub flow: String,
    pub allowed: Vec<String>,
    /// Makes a new secret for the addresses of the applets; those of before are refused from then on.
    #[serde(default)]
    pub new_secret: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StorageSettings {
    Local {
        folder: String,
    },
    S3 {
        endpoint: String,
        bucket: String,
        region: String,
        prefix: String,
        access_key_id: String,
        has_secret: bool,
        path_style: bool,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StorageSettingsInput {
    Local,
    S3 {
        endpoint: String,
        bucket: String,
        region: String,
        prefix: String,
        access_key_id: String,
        #[ts(as = "Option<String>")]
        #[schema(value_type = Option<String>)]
        secret_access_key: Option<Personal<String>>,
        path_style: bool,
    },
}

/// Speech and language engines. Without a speech engine calls are not transcribed, and say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct EngineSettings {
    pub speech: Option<Engine>,
    /// None: the built-in rules analyse.
    pub language: Option<Engine>,
    pub auto_transcribe: bool,
    pub auto_analyse: bool,
    /// Shorter calls are not transcribed.
    pub min_call_s: u32,
    pub update_leads: bool,
}

/// An OpenAI-compatible service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Engine {
    pub base_url: String,
    pub model: String,
    pub has_key: bool,
    pub simulated: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct EngineInput {
    pub base_url: String,
    pub model: String,
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub api_key: Option<Personal<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct EngineSettingsInput {
    pub speech: Option<EngineInput>,
    pub language: Option<EngineInput>,
    pub auto_transcribe: bool,
    pub auto_analyse: bool,
    pub min_call_s: u32,
    pub update_leads: bool,
}

/// Result of a "test this" button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct TestResult {
    pub ok: bool,
    pub took_ms: u64,
    /// What was tried and what came back, and what to do if it failed.
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AuditEntry {
    pub id: AuditId,
    pub at_ms: UnixMillis,
    pub user_id: Option<UserId>,
    pub user_name: Option<String>,
    pub action: String,
    pub subject: String,
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

/// Which engine to test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    Speech,
    Language,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EngineQuery {
    pub which: EngineKind,
}
