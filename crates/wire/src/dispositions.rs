//! Sets of outcomes, and what an outcome would bring about.

use domain::{dispositions::SetKind, ids::DispositionSetId, time::UnixMillis};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{calls::SaveDisposition, config::Disposition};

/// The outcomes that agents of some campaigns choose from. A call keeps the version that was in force when it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DispositionSet {
    pub id: DispositionSetId,
    pub name: String,
    pub kind: SetKind,
    /// In the order in which agents see them.
    pub dispositions: Vec<Disposition>,
    /// Campaigns that have it now, by name.
    pub campaigns: Vec<String>,
    /// Of this version.
    pub made_by: String,
    pub made_at_ms: UnixMillis,
    pub archived_at_ms: Option<UnixMillis>,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DispositionSetInput {
    /// 1 to 60 characters, another one for each set that is in use.
    pub name: String,
    pub kind: SetKind,
    /// 1 to 60.
    pub dispositions: Vec<Disposition>,
    /// Of a change: the version that was read.
    #[serde(default)]
    pub version: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CopyDispositionSet {
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct ArchiveDispositionSet {
    /// False takes it out again.
    pub archived: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DispositionSetVersion {
    pub version: u32,
    pub dispositions: Vec<Disposition>,
    pub made_by: String,
    pub made_at_ms: UnixMillis,
}

/// With which outcomes a set of a kind begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DispositionTemplate {
    pub kind: SetKind,
    pub dispositions: Vec<Disposition>,
}

/// A set that is being edited, and an outcome that an agent would choose of it for a lead who has just come in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct TryDispositions {
    pub dispositions: Vec<Disposition>,
    pub input: SaveDisposition,
}
