//! Leads and what is known of them.

use std::collections::BTreeMap;

use domain::{
    consent::{Channel, Source},
    do_not_call::Objection,
    ids::{CallId, CampaignId, ConsentId, LeadChangeId, LeadId, TagId, UserId},
    lead_sets::LeadSort,
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::{
    recordings::CallOutcomeBrief,
    tasks::{Callback, Task},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Heat {
    Cold,
    Warm,
    Hot,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Lead {
    pub id: LeadId,
    pub name: String,
    /// E.164, or masked for roles that may not see it.
    pub phone: String,
    pub email: Option<String>,
    pub masked: bool,
    pub stage: String,
    pub heat: Heat,
    pub source: Option<String>,
    pub source_detail: Option<String>,
    pub owner_id: Option<UserId>,
    pub owner_name: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub language: Option<String>,
    /// IANA zone of the person, and where it came from (`phone`, `pincode`, `said`, `tenant`).
    pub zone: String,
    pub zone_source: String,
    pub do_not_call: bool,
    /// By word.
    #[serde(default)]
    pub tags: Vec<TagId>,
    /// Facts by key, such as `budget`, `bedrooms`, `preferred_location`; display text.
    pub fields: BTreeMap<String, String>,
    pub attempts: u32,
    pub last_contact_at_ms: Option<UnixMillis>,
    pub created_at_ms: UnixMillis,
    pub version: u32,
}

/// A number of a person beside the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadNumber {
    /// E.164, or masked.
    pub number: String,
    /// `mobile`, `fixed` and so on, as the numbering plan says.
    pub kind: Option<String>,
    /// What is dialed behind the number.
    pub extension: Option<String>,
}

/// What the ring card and the agent desk show of the person: built once, sent with the offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadCard {
    pub lead: Lead,
    /// Beside the first, in their order; masked as it is.
    #[serde(default)]
    pub other_numbers: Vec<LeadNumber>,
    pub last_outcome: Option<CallOutcomeBrief>,
    /// Open promises, soonest first.
    pub promises: Vec<Task>,
    pub next_callback: Option<Callback>,
    /// The last calls, newest first; at most three.
    pub recent_calls: Vec<CallOutcomeBrief>,
    pub calls_total: u32,
    /// Why nobody may call now; null when calls are welcome.
    pub no_call: Option<Objection>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
#[ts(optional_fields)]
pub struct CreateLead {
    pub name: String,
    pub phone: String,
    pub email: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub source: Option<String>,
    pub source_detail: Option<String>,
    pub language: Option<String>,
    pub zone: Option<String>,
    pub owner_id: Option<UserId>,
    pub fields: BTreeMap<String, String>,
}

/// Absent fields stay as they are. `fields` replaces the named keys; an empty text removes one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
#[ts(optional_fields)]
pub struct UpdateLead {
    pub name: Option<String>,
    pub email: Option<String>,
    pub stage: Option<String>,
    pub heat: Option<Heat>,
    pub owner_id: Option<UserId>,
    pub language: Option<String>,
    pub zone: Option<String>,
    pub fields: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangedBy {
    Person {
        user_id: UserId,
        name: String,
    },
    /// The analysis of a call.
    Analysis {
        call_id: CallId,
        engine: String,
    },
    Disposition {
        call_id: CallId,
    },
    Import,
    /// A CRM that leads are kept in step with.
    Crm {
        /// Empty when it is not set up any more.
        name: String,
        /// `from` is what the CRM said, which was older: the lead says `to`.
        lost: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadChange {
    pub id: LeadChangeId,
    pub lead_id: LeadId,
    /// `name`, `phone`, `email`, `language`, `stage`, `heat`, `owner`, `campaign`, `language`, `zone`, `source`, `source_detail`, `fields.<key>`,
    /// or `merged` with the name of a lead that was made one with this one.
    pub field: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub by: ChangedBy,
    pub at_ms: UnixMillis,
    pub undone_at_ms: Option<UnixMillis>,
    /// False when the field was changed again since; undo then shows both values instead.
    pub can_undo: bool,
}

/// Filters of the lead list; all optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[serde(default)]
#[ts(optional_fields)]
#[into_params(parameter_in = Query)]
pub struct LeadFilter {
    /// Words of the name, or the last digits of the number.
    pub search: Option<String>,
    pub stage: Option<String>,
    pub heat: Option<Heat>,
    pub owner_id: Option<UserId>,
    pub campaign_id: Option<CampaignId>,
    pub tag_id: Option<TagId>,
    /// Newest first when absent, and whenever something is searched for.
    pub sort: Option<LeadSort>,
    pub cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
}

/// One word of a person about being contacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ConsentRecord {
    pub id: ConsentId,
    pub channel: Channel,
    /// A free code such as `marketing` or `service`.
    pub purpose: String,
    /// Else withdrawn.
    pub given: bool,
    /// A `WishSource`.
    pub source: String,
    /// Null for roles that may not see contact data.
    pub proof: Option<String>,
    pub by: Option<String>,
    pub at_ms: UnixMillis,
}

/// What a person says now; what they said before stays in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AddConsent {
    pub channel: Channel,
    /// 1 to 40 of a-z, 0-9, - and _.
    pub purpose: String,
    pub given: bool,
    #[serde(default)]
    #[ts(optional)]
    pub source: Option<Source>,
    #[serde(default)]
    #[ts(optional)]
    pub proof: Option<String>,
}
