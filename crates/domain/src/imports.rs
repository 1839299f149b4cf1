//! Taking leads in from files: what a column means, what a row says, and what becomes of it.

mod columns;
mod combine;
mod dates;
mod guess;
mod numbers;
mod reason;
mod row;
mod state;

pub use columns::{ColumnRule, Columns, MappingProblem, Target, TargetName};
pub use combine::{FieldValue, Present, combine};
pub use dates::{DateOrder, order_of};
pub use guess::guess_targets;
pub use numbers::{NumberFound, NumberProblem, read_numbers};
pub use reason::Reason;
pub use row::{Draft, Notice, Problem, read_row};
pub use state::{ImportEvent, ImportState, WrongState, next};

use serde::{Deserialize, Serialize};

use crate::ids::CampaignId;

/// How the file is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct FileReading {
    /// `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
    pub encoding: String,
    /// One ASCII character.
    pub separator: String,
    /// The first row names the columns.
    pub header: bool,
}

/// What becomes of a row whose number is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum Duplicates {
    /// The lead stays as it is.
    #[default]
    Skip,
    /// What the file gives goes before what is there.
    Update,
    /// Only empty fields are filled.
    Merge,
}

/// Where a number counts as known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum KnownWithin {
    #[default]
    Campaign,
    Tenant,
}

/// What becomes of a row whose number must not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum Listed {
    #[default]
    LeaveOut,
    /// Taken in, marked as not to be called.
    TakeInMarked,
}

/// Everything that an import needs to know about a file; what a saved mapping holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ImportPlan {
    pub reading: FileReading,
    pub columns: Vec<ColumnRule>,
    /// ISO 3166 alpha-2: of numbers without a country.
    pub country: String,
    #[serde(default)]
    pub campaign_id: Option<CampaignId>,
    /// Of rows that name none.
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub duplicates: Duplicates,
    #[serde(default)]
    pub known_within: KnownWithin,
    #[serde(default)]
    pub listed: Listed,
}

/// What an import comes to. All are numbers of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct ImportCounts {
    /// All rows but the header and blank ones.
    pub rows: u64,
    pub new: u64,
    /// Of leads that were there, changed by the row.
    pub updated: u64,
    /// Of leads that were there and stay as they are.
    pub known: u64,
    /// Twice in the file: the first counts.
    pub twice: u64,
    /// On the do-not-call list.
    pub listed: u64,
    pub invalid: u64,
    /// Taken in, with a value that was doubtful.
    pub doubtful: u64,
}

impl ImportCounts {
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.new += other.new;
        self.updated += other.updated;
        self.known += other.known;
        self.twice += other.twice;
        self.listed += other.listed;
        self.invalid += other.invalid;
        self.doubtful += other.doubtful;
    }
}

#[cfg(test)]
mod tests;
