//! What stands beside the facts of a lead: duplicates and merges, notes, files, and the board of stages.

use domain::{
    ids::{CampaignId, LeadFileId, LeadId, LeadMergeId, NoteId, UserId},
    lead_files::FileKind,
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::leads::Lead;

/// What two leads have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    Number,
    Email,
}

/// A lead that is probably the same person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadDuplicate {
    pub lead: Lead,
    pub because: Likeness,
}

/// Makes another lead one with this one. Numbers, calls, tasks, notes, tags, consents and files of both stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct MergeLeads {
    /// It is hidden from then on.
    pub other_id: LeadId,
    /// Fields of which the other's value stays: `name`, `phone`, `email`, `stage`, `heat`, `owner`, `campaign`, `language`, `zone`,
    /// `source`, `source_detail` and `fields.<key>`.
    #[serde(default)]
    pub take: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadMerge {
    pub id: LeadMergeId,
    pub kept_id: LeadId,
    pub merged_id: LeadId,
    /// Of the one that was made one with this.
    pub merged_name: String,
    pub made_by: String,
    pub at_ms: UnixMillis,
    /// It can be undone before this instant.
    pub undo_until_ms: UnixMillis,
    pub undone_at_ms: Option<UnixMillis>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadNote {
    pub id: NoteId,
    pub lead_id: LeadId,
    pub text: String,
    pub made_by_id: UserId,
    pub made_by: String,
    pub created_at_ms: UnixMillis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AddLeadNote {
    /// 1 to 4,000 characters.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct LeadFile {
    pub id: LeadFileId,
    pub lead_id: LeadId,
    pub name: String,
    /// By its content.
    pub kind: FileKind,
    pub bytes: u64,
    pub made_by_id: UserId,
    pub made_by: String,
    pub created_at_ms: UnixMillis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct AddLeadFile {
    /// At most 255 characters; it is cleaned, and gets the end that belongs to the content.
    pub name: String,
    /// Base 64 with padding; 1 byte to 10 MiB of a PDF, a picture, a Word or Excel file without macros, or text.
    pub data: String,
}

/// Whose leads the board shows; combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[serde(default)]
#[ts(optional_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardFilter {
    pub owner_id: Option<UserId>,
    pub campaign_id: Option<CampaignId>,
}

/// Leads of one stage. The leads themselves come as pages of the list of leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct BoardColumn {
    pub stage: String,
    pub leads: u64,
    /// There are more than were counted, here and in the sums.
    pub more: bool,
    pub hot: u64,
    /// Tries to reach the people, together.
    pub attempts: u64,
}
