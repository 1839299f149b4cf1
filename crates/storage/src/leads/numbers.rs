//! The numbers of a person beside the first.

use std::collections::BTreeMap;

use domain::{ids::LeadId, pii::Personal};

use super::terms;
use crate::{
    error::Result,
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{Arg, On, Row, Select, Unit, args},
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
    rows.iter().map(|row| read(row, &keys, scope, lead)).collect()
}

/// Of each of these leads, in the order in which they were given; leads without one are not in it.
pub async fn of_leads(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    leads: &[LeadId],
) -> Result<BTreeMap<LeadId, Vec<OtherNumber>>> {
    let mut on = on.into();
    let keys = on.keys();
    let head = "SELECT lead_id, position, number, kind, extension FROM lead_numbers WHERE tenant_id = $1";
    let select = Select::new(head, scope).and_in("lead_id", leads.iter().copied());
    let mut found: BTreeMap<LeadId, Vec<OtherNumber>> = BTreeMap::new();
    for row in select.all(&mut on, "lead_id, position").await? {
        let lead = row.id("lead_id")?;
        found.entry(lead).or_default().push(read(&row, &keys, scope, lead)?);
    }
    Ok(found)
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope, lead: LeadId) -> Result<OtherNumber> {
    let seals = keys.of(scope, format!("{lead}/{}", row.int("position")?));
    Ok(OtherNumber {
        number: seals.read(Column::LEAD_OTHER_NUMBER, row, "number")?,
        kind: row.opt_text("kind")?,
        extension: row.opt_text("extension")?,
    })
}
