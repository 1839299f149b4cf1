//! Leads that forms and programs hand in, and the keys by which they do.

use domain::{
    ids::{CampaignId, DeliveryId, IntakeKeyId, JobId, LeadId},
    intake::IntakePlan,
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::error::FieldError;

/// A key without its secret, which is shown only when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct IntakeKey {
    pub id: IntakeKeyId,
    pub name: String,
    /// The last four characters of the secret.
    pub key_end: String,
    /// What it may do: `leads:write`.
    pub scope: String,
    pub campaign_id: Option<CampaignId>,
    pub source: String,
    pub plan: IntakePlan,
    pub on: bool,
    pub made_by: Option<String>,
    pub created_at_ms: UnixMillis,
    pub last_used_at_ms: Option<UnixMillis>,
    pub version: u32,
}

/// Body of create and update of a key (all fields).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct IntakeKeyInput {
    pub name: String,
    pub campaign_id: Option<CampaignId>,
    /// Of the leads that come by it, unless the form names one.
    pub source: String,
    pub plan: IntakePlan,
    pub on: bool,
}

/// A new key. The secret is told here and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct IntakeKeyMade {
    pub key: IntakeKey,
    /// For `Authorization: Bearer`.
    pub secret: String,
}

/// What became of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntakeOutcome {
    New,
    /// The person was known, and the form changed something.
    Updated,
    /// The person was known and stays as they are.
    Known,
    /// Nothing was kept: a program filled the form in.
    Ignored,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct IntakeAnswer {
    pub outcome: IntakeOutcome,
    pub lead_id: Option<LeadId>,
    /// The same had been handed in before; this is what it came to then.
    pub repeated: bool,
    /// False: the number is on the do-not-call list, or the lead is marked.
    pub may_be_called: bool,
    /// Values that were doubtful and are kept as they were given, by the names of the form.
    pub notices: Vec<FieldError>,
}

/// Where the organisation's own program is told of new leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadWebhook {
    pub url: String,
    pub on: bool,
    pub has_secret: bool,
    /// Only in the answer to the request that made it. Each request is signed by it: `X-Switchboard-Signature` is `v1=` and the
    /// hexadecimal HMAC-SHA-256 of `X-Switchboard-Timestamp`, a dot and the body.
    pub secret: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadWebhookInput {
    /// `https://`
    pub url: String,
    pub on: bool,
    /// The old one is good for nothing from then on.
    #[serde(default)]
    pub new_secret: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// It is tried, with longer and longer pauses.
    Waiting,
    Delivered,
    /// Its job can be run again.
    GivenUp,
}

/// One telling of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct WebhookDelivery {
    pub id: DeliveryId,
    pub lead_id: LeadId,
    /// `lead.created`.
    pub event: String,
    pub job_id: JobId,
    pub status: DeliveryStatus,
    pub attempts: u32,
    /// Of the last answer.
    pub http_status: Option<u32>,
    pub last_error: Option<String>,
    pub created_at_ms: UnixMillis,
    pub delivered_at_ms: Option<UnixMillis>,
}
