//! What people said about being contacted. Rows are added and never changed.

use std::collections::HashMap;

use domain::{
    consent::{Channel, Consent},
    ids::{ConsentId, LeadId, UserId},
    pii::Personal,
};

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Row, Select, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRow {
    pub id: ConsentId,
    pub lead_id: LeadId,
    pub said: Consent,
    /// As `domain::consent::Source` writes it.
    pub source: String,
    pub proof: Option<Personal<String>>,
    pub by: Option<UserId>,
    /// Filled in on reading.
    pub by_name: Option<String>,
}

/// # Errors
/// `NoSuchReference` when lead or user are not in this tenant.
pub async fn add(on: impl Into<On<'_>>, scope: TenantScope, row: &ConsentRow) -> Result<()> {
    let mut on = on.into();
    let proof = on.keys().of(scope, row.id).seal_personal(Column::CONSENT_PROOF, row.proof.as_ref())?;
    let sql = "INSERT INTO consents (tenant_id, id, lead_id, channel, purpose, given, source, proof, by_id, at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        scope,
        row.id,
        row.lead_id,
        row.said.channel.as_str(),
        &row.said.purpose,
        row.said.given,
        &row.source,
        proof,
        row.by,
        row.said.at,
    ];
    on.write(sql, args).await?;
    Ok(())
}

/// All that a person said, the newest first, at most `most`.
pub async fn of_lead(on: impl Into<On<'_>>, scope: TenantScope, lead: LeadId, most: usize) -> Result<Vec<ConsentRow>> {
    let mut on = on.into();
    let keys = on.keys();
    let head = "SELECT c.id, c.lead_id, c.channel, c.purpose, c.given, c.source, c.proof, c.by_id, c.at_ms, \
                u.name AS by_name FROM consents c LEFT JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.by_id \
                WHERE c.tenant_id = $1";
    let select = Select::new(head, scope).and("c.lead_id = ", lead, "");
    let rows = select.rows(&mut on, " ORDER BY c.at_ms DESC, c.id DESC", most).await?;
    rows.iter().map(|row| read(row, &keys, scope)).collect()
}

/// What each of the leads said about calls, in the order of time.
pub(crate) async fn about_calls(
    on: &mut On<'_>,
    scope: TenantScope,
    leads: &[LeadId],
) -> Result<HashMap<LeadId, Vec<Consent>>> {
    let head = "SELECT lead_id, channel, purpose, given, at_ms FROM consents WHERE tenant_id = $1 AND channel = 'call'";
    let select = Select::new(head, scope).and_any_of("lead_id", leads, leads.len().next_power_of_two());
    let mut found: HashMap<LeadId, Vec<Consent>> = HashMap::new();
    for row in select.all(on, "at_ms, id").await? {
        found.entry(row.id("lead_id")?).or_default().push(said(&row)?);
    }
    Ok(found)
}

fn said(row: &Row) -> Result<Consent> {
    let channel = row.text("channel")?;
    Ok(Consent {
        channel: Channel::parse(&channel)
            .ok_or_else(|| StorageError::corrupt("consents.channel", format!("unknown value {channel:?}")))?,
        purpose: row.text("purpose")?,
        given: row.bool("given")?,
        at: row.at("at_ms")?,
    })
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<ConsentRow> {
    let id: ConsentId = row.id("id")?;
    Ok(ConsentRow {
        id,
        lead_id: row.id("lead_id")?,
        said: said(row)?,
        source: row.text("source")?,
        proof: keys.of(scope, id).read_some(Column::CONSENT_PROOF, row, "proof")?,
        by: row.opt_id("by_id")?,
        by_name: row.opt_text("by_name")?,
    })
}
