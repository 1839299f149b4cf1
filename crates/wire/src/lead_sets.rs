//! Many leads at once: tags, actions on all that fit a filter, and filters under a name.

use domain::{
    ids::{BulkActionId, CampaignId, LeadId, LeadViewId, TagId, UserId},
    lead_sets::{BulkActionKind, BulkCounts, BulkState, LeadSort, TagColour},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::leads::Heat;

/// A word with a colour that leads can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Tag {
    pub id: TagId,
    pub word: String,
    pub colour: TagColour,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SaveTag {
    /// 1 to 30 characters.
    pub word: String,
    pub colour: TagColour,
}

/// Which leads; all optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
#[ts(optional_fields)]
pub struct LeadSetFilter {
    /// Words of the name, or the last digits of the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heat: Option<Heat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<CampaignId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_id: Option<TagId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct StartBulkAction {
    pub action: BulkActionKind,
    /// Leads that fit now are worked on; those that come in later are not.
    #[serde(default)]
    pub filter: LeadSetFilter,
    /// These leads instead of those that fit the filter; at most 500.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub lead_ids: Option<Vec<LeadId>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct BulkAction {
    pub id: BulkActionId,
    pub action: BulkActionKind,
    pub filter: LeadSetFilter,
    pub state: BulkState,
    /// Leads that were found so far; all of them once the state is no more `gathering`.
    pub total: u64,
    /// Leads that were worked on, or while it is undone, looked at again.
    pub done: u64,
    pub counts: BulkCounts,
    /// What went wrong with the whole of it.
    pub failure: Option<String>,
    pub made_by: String,
    pub created_at_ms: UnixMillis,
    pub finished_at_ms: Option<UnixMillis>,
    /// It can be undone before this instant.
    pub undo_until_ms: Option<UnixMillis>,
    /// The file of an export can be taken away before this instant.
    pub file_until_ms: Option<UnixMillis>,
}

/// A filter of the lead list under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadView {
    pub id: LeadViewId,
    pub name: String,
    pub filter: LeadSetFilter,
    pub sort: LeadSort,
    /// Everybody of the organisation sees it.
    pub shared: bool,
    pub made_by_id: UserId,
    pub made_by: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SaveLeadView {
    /// 1 to 60 characters.
    pub name: String,
    #[serde(default)]
    pub filter: LeadSetFilter,
    #[serde(default)]
    pub sort: LeadSort,
    #[serde(default)]
    pub shared: bool,
}
