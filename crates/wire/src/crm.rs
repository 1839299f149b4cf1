//! CRMs that leads are kept in step with.

use domain::{
    crm::{CrmApi, CrmPlan, CrmPush},
    ids::{CampaignId, CrmConnectorId, CrmProblemId, LeadId},
    imports::Reason,
    pii::Personal,
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// How the CRM knows us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmAuth {
    /// By a token.
    #[default]
    Bearer,
    /// By a user and a password.
    Basic,
}

/// Body of create and update (all fields).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CrmConnectorInput {
    pub name: String,
    /// Of leads that come by it; only its leads are told of. None: leads of no campaign come, and all are told of.
    pub campaign_id: Option<CampaignId>,
    /// Of leads that come by it, unless their record names one.
    pub source: String,
    /// `https://`
    pub base_url: String,
    pub auth: CrmAuth,
    /// With `basic`.
    pub user: String,
    /// Token or password; null keeps the stored one, as long as the host stays the same.
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Personal<String>>,
    /// Minutes between two looks: 1 to 1440.
    pub every_minutes: u32,
    pub push: CrmPush,
    pub api: CrmApi,
    pub plan: CrmPlan,
    /// Makes the address for the CRM's webhooks anew.
    #[serde(default)]
    pub new_hook: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CrmConnector {
    pub id: CrmConnectorId,
    pub name: String,
    pub campaign_id: Option<CampaignId>,
    pub source: String,
    pub base_url: String,
    pub auth: CrmAuth,
    pub user: String,
    pub has_secret: bool,
    pub every_minutes: u32,
    pub push: CrmPush,
    pub api: CrmApi,
    pub plan: CrmPlan,
    /// Where the CRM posts the id of a record that has changed. Whoever knows it can make us read records, and nothing else.
    pub hook_url: String,
    pub status: CrmStatus,
    pub version: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmState {
    Paused,
    /// For the next look.
    Waiting,
    Syncing,
    /// The CRM did not do what it was asked; it is left alone for a while.
    BackingOff,
}

/// Why the CRM could not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmFailureCode {
    Unreachable,
    Unauthorised,
    /// Too many requests.
    Busy,
    /// Out of order.
    Broken,
    NotFound,
    Refused,
    /// Not JSON, or not what the settings say.
    Unreadable,
    /// The address may not be asked by this server.
    Address,
    /// This server has a fault.
    Here,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CrmFailure {
    pub code: CrmFailureCode,
    /// In English, with the status or what the system said.
    pub text: String,
    pub at_ms: UnixMillis,
    /// In a row.
    pub times: u32,
}

/// Since the connector was set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
pub struct CrmCounts {
    /// Records that were read, each time.
    pub read: u64,
    /// Leads that were made.
    pub new: u64,
    /// Leads that were changed.
    pub updated: u64,
    /// Records that were changed.
    pub told: u64,
    /// Records that were made.
    pub made: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CrmStatus {
    pub state: CrmState,
    /// All records are being read; else only what has changed.
    pub full: bool,
    /// Pages that were read of the walk that is under way.
    pub pages: u32,
    /// When the last walk through all that had changed was over: what the CRM has changed since is not here yet.
    pub last_pull_at_ms: Option<UnixMillis>,
    pub last_full_at_ms: Option<UnixMillis>,
    pub next_at_ms: Option<UnixMillis>,
    /// Leads of which the CRM is to be told.
    pub waiting_out: u64,
    pub oldest_out_at_ms: Option<UnixMillis>,
    /// Records that the CRM has named.
    pub waiting_in: u64,
    /// Records that are leads.
    pub linked: u64,
    pub problems: u64,
    pub failure: Option<CrmFailure>,
    pub counts: CrmCounts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SyncCrm {
    /// All records, not only what has changed; leads are told of again too.
    pub full: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PauseCrm {
    pub paused: bool,
}

/// Why a record or a lead could not be kept in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrmProblemCode {
    /// No id where the settings say.
    NoId,
    /// No number that can be called; `reason` says why.
    Number,
    /// It is in step but for this value; `reason` says why.
    Doubtful,
    /// Another lead of the campaign has the number.
    NumberTaken,
    /// The number's lead is another record of the CRM already: `other_id`.
    SamePerson,
    /// The lead was deleted here, and stays so.
    LeadDeleted,
    /// The CRM has no such record any more.
    NotThere,
    /// The CRM refused the change.
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CrmProblem {
    pub id: CrmProblemId,
    /// The record's id in the CRM.
    pub external_id: Option<String>,
    pub lead_id: Option<LeadId>,
    pub code: CrmProblemCode,
    /// Where the value stands in the record.
    pub path: Option<String>,
    pub reason: Option<Reason>,
    pub http_status: Option<u16>,
    pub other_id: Option<String>,
    pub times: u32,
    pub at_ms: UnixMillis,
}
