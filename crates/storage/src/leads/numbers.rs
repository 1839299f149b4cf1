//! The numbers of a person beside the first.

use domain::{ids::LeadId, pii::Personal};

use super::terms;
use crate::{
    error::Result,
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{Arg, On, Unit, args},
};

/// Another number of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherNumber {
    /// E.164.
    pub number: Personal<String>,
    /// `mobile`, `fixed` and so on, as the numbering plan says.
    pub kind: Option<String>,
    /// What is dialed behind the number.
    pub extension: Option<String>,
}

pub(super) const COLUMNS: [&str; 7] =
    ["tenant_id", "lead_id", "position", "number", "number_hash", "kind", "extension"];

pub(super) fn written(
    keys: &Keyring,
    scope: TenantScope,
    lead: LeadId,
    position: usize,
    other: &OtherNumber,
) -> Result<Vec<Arg>> {
    let row = format!("{lead}/{position}");
    Ok(args![
        scope,
        lead,
        u64::try_from(position).unwrap_or(u64::MAX),
        keys.of(scope, row).seal(Column::LEAD_OTHER_NUMBER, other.number.reveal())?,
        terms::hash(keys, scope, other.number.reveal()),
        &other.kind,
        &other.extension,
    ])
}

/// Replaces them, and lets the lead be found by their last digits.
///
/// # Errors
/// `NoSuchReference` when the lead is not in this tenant.
pub async fn set(on: impl Into<On<'_>>, scope: TenantScope, lead: LeadId, others: &[OtherNumber]) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let keys = on.keys();
    let sql = "DELETE FROM lead_numbers WHERE tenant_id = $1 AND lead_id = $2";
    on.write(sql, args![scope, lead]).await?;
    let mut rows = Vec::new();
    for (position, other) in others.iter().enumerate() {
        rows.extend(written(&keys, scope, lead, position + 1, other)?);
    }
    on.insert_rows("lead_numbers", &COLUMNS, rows, "").await?;
    let sql = "SELECT place FROM leads WHERE tenant_id = $1 AND id = $2";
    if let Some(row) = on.read(sql, args![scope, lead]).await? {
        let place = row.int("place")?;
        let found = terms::of_lead(&keys, scope, "", others.iter().map(|other| other.number.reveal().as_str()));
        terms::add(&mut on, scope, found.into_iter().map(|term| (term, place, String::new())).collect()).await?;
    }
    unit.finish().await
}

/// In the order in which they were given.
pub async fn of_lead(on: impl Into<On<'_>>, scope: TenantScope, lead: LeadId) -> Result<Vec<OtherNumber>> {
    let mut on = on.into();
    let keys = on.keys();
    let sql = "SELECT position, number, kind, extension FROM lead_numbers WHERE tenant_id = $1 AND lead_id = $2 ORDER BY position";
    let rows = on.read_all(sql, args![scope, lead]).await?;
    rows.iter()
        .map(|row| {
            let seals = keys.of(scope, format!("{lead}/{}", row.int("position")?));
            Ok(OtherNumber {
                number: seals.read(Column::LEAD_OTHER_NUMBER, row, "number")?,
                kind: row.opt_text("kind")?,
                extension: row.opt_text("extension")?,
            })
        })
        .collect()
}
