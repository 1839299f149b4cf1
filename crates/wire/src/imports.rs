//! Taking leads in from files.

use std::collections::BTreeMap;

use domain::{
    ids::ImportId,
    imports::{ImportCounts, ImportPlan, ImportState, Reason},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::error::FieldError;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Import {
    pub id: ImportId,
    pub file_name: String,
    pub source: Option<String>,
    pub state: ImportState,
    pub bytes: u64,
    /// Bytes that are there: an upload goes on from here.
    pub received: u64,
    /// As it was rehearsed or imported.
    pub plan: Option<ImportPlan>,
    pub counts: ImportCounts,
    pub progress: Option<ImportProgress>,
    /// What went wrong with the whole of it.
    pub failure: Option<String>,
    pub made_by: Option<String>,
    pub created_at_ms: UnixMillis,
    pub begun_at_ms: Option<UnixMillis>,
    pub finished_at_ms: Option<UnixMillis>,
    /// It can be undone before this instant.
    pub undo_until_ms: Option<UnixMillis>,
}

/// While the server works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ImportProgress {
    pub rows: u64,
    pub rows_per_s: u64,
    /// Of the file, 0 to 1000.
    pub permille: u32,
    pub left_s: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct BeginImport {
    pub file_name: String,
    pub bytes: u64,
    /// Its last mapping is proposed again.
    #[serde(default)]
    pub source: Option<String>,
}

/// A piece of the file, up to 1 MiB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ImportPart {
    /// Where it begins: [`Import::received`].
    pub offset: u64,
    /// Base 64, with padding.
    pub data: String,
}

/// Without a plan, one is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(default)]
pub struct PreviewImport {
    pub plan: Option<ImportPlan>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ImportPreview {
    /// As given, remembered or guessed.
    pub plan: ImportPlan,
    /// Name of the saved mapping that it comes from.
    pub remembered: Option<String>,
    pub columns: Vec<PreviewColumn>,
    /// The first rows as they would be stored.
    pub rows: Vec<PreviewRow>,
    /// What is wrong with the plan; empty when it can be used.
    pub problems: Vec<FieldError>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PreviewColumn {
    pub name: String,
    /// The first values that are there.
    pub samples: Vec<String>,
    /// Of the rows that were looked at.
    pub filled: u32,
    pub looked_at: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct PreviewRow {
    pub row: u64,
    /// None when it is left out.
    pub lead: Option<PreviewLead>,
    pub problems: Vec<ImportProblem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct PreviewLead {
    pub name: String,
    /// E.164, the first being the lead's.
    pub phones: Vec<String>,
    pub email: Option<String>,
    pub language: Option<String>,
    pub priority: u32,
    pub source: Option<String>,
    pub zone: String,
    pub do_not_call: bool,
    pub fields: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RunImport {
    pub plan: ImportPlan,
    /// Keeps the plan under this name for the next file.
    #[serde(default)]
    pub save_as: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ImportProblem {
    /// As a spreadsheet counts.
    pub row: u64,
    pub column: Option<String>,
    pub reason: Reason,
    /// False: the row was taken in nevertheless.
    pub left_out: bool,
}

/// A part of a file for the person who asks; the parts are put together in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct FilePart {
    pub file_name: String,
    pub text: String,
    /// Cursor of the next part.
    pub next: Option<String>,
}

/// A saved mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ImportMapping {
    pub name: String,
    pub plan: ImportPlan,
    pub used_at_ms: UnixMillis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SaveImportMapping {
    pub name: String,
    pub plan: ImportPlan,
}

/// Which mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MappingQuery {
    pub name: String,
}
