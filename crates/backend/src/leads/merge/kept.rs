//! What the lead that stays was, and what it became.

use std::collections::BTreeMap;

use domain::{
    ids::LeadChangeId,
    lead_merge::{FIELDS, Number, Side},
    pii::Personal,
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage::{
    lead_merges::LeadMerge as MergeRow,
    leads::{Lead as LeadRow, OtherNumber},
};

use crate::{error::BackendError, leads::Edit};

/// What undoing needs of the lead that stayed.
#[derive(Serialize, Deserialize)]
pub(super) struct Was {
    pub merged_name: String,
    pub before: Kept,
    pub after: Kept,
    /// Where the two stood in the line.
    pub line: Value,
    pub merged_line: Value,
    /// Changes by which it is told in the history, with their fields.
    pub changes: Vec<(LeadChangeId, String)>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub values: BTreeMap<String, String>,
    pub zone_source: String,
    pub phone_kind: Option<String>,
    pub phone_extension: Option<String>,
    pub others: Vec<(String, Option<String>, Option<String>)>,
    pub do_not_call: bool,
    pub attempts: u32,
    pub priority: u32,
    pub last_contact_at: Option<UnixMillis>,
}

fn values(row: &LeadRow) -> BTreeMap<String, String> {
    let own = row.fields.reveal().keys().map(|key| format!("fields.{key}"));
    let names = FIELDS.into_iter().map(str::to_owned).chain(own);
    let filled = |name: String| Some((Edit::value(row, &name).filter(|text| !text.is_empty())?, name));
    names.filter_map(filled).map(|(text, name)| (name, text)).collect()
}

pub(super) fn side(row: &LeadRow, others: &[OtherNumber]) -> Side {
    let number = |one: &OtherNumber| Number {
        number: one.number.clone(),
        kind: one.kind.clone(),
        extension: one.extension.clone(),
    };
    Side {
        values: values(row).into_iter().map(|(name, text)| (name, Personal::new(text))).collect(),
        phone_kind: row.phone_kind.clone(),
        phone_extension: row.phone_extension.clone(),
        others: others.iter().map(number).collect(),
        do_not_call: row.do_not_call,
        attempts: row.attempts,
        priority: row.priority,
        last_contact_at: row.last_contact_at,
    }
}

pub(super) fn kept(row: &LeadRow, others: &[OtherNumber]) -> Kept {
    let number = |one: &OtherNumber| (one.number.reveal().clone(), one.kind.clone(), one.extension.clone());
    Kept {
        values: values(row),
        zone_source: row.zone_source.clone(),
        phone_kind: row.phone_kind.clone(),
        phone_extension: row.phone_extension.clone(),
        others: others.iter().map(number).collect(),
        do_not_call: row.do_not_call,
        attempts: row.attempts,
        priority: row.priority,
        last_contact_at: row.last_contact_at,
    }
}

pub(super) fn other_number((number, kind, extension): &(String, Option<String>, Option<String>)) -> OtherNumber {
    OtherNumber { number: Personal::new(number.clone()), kind: kind.clone(), extension: extension.clone() }
}

pub(super) fn was(row: &MergeRow) -> Result<Was, BackendError> {
    let read = serde_json::from_value(row.was.reveal().clone());
    read.map_err(|error| BackendError::Internal(format!("a merge cannot be read: {error}")))
}
