//! Leads that changed here and of which a CRM is to be told. What changes a lead notes it in the same transaction.

use domain::{
    ids::{CampaignId, CrmConnectorId, LeadId},
    time::UnixMillis,
};

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{Arg, On, Row, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub lead_id: LeadId,
    pub since: UnixMillis,
    pub changes: u64,
    /// When it was tried to make its record, and the CRM did not say whether it did.
    pub unknown_at: Option<UnixMillis>,
}

/// The instant is the database's: whoever writes a lead need not know that somebody waits for it.
macro_rules! note {
    ($from:literal) => {
        (
            note!("CAST(unixepoch('subsec') * 1000 AS INTEGER)", $from),
            note!("CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)", $from),
        )
    };
    ($now:literal, $from:literal) => {
        concat!(
            "INSERT INTO crm_outbox (tenant_id, connector_id, lead_id, since_ms, changes, not_before_ms) SELECT c.tenant_id, c.id, ",
            "l.id, ",
            $now,
            ", 1, 0 FROM crm_connectors c JOIN leads l ON l.tenant_id = c.tenant_id WHERE c.tenant_id = $1 AND c.pushes = TRUE AND ",
            $from,
            " ON CONFLICT (tenant_id, connector_id, lead_id) DO UPDATE SET changes = crm_outbox.changes + 1, not_before_ms = 0"
        )
    };
}

async fn write(on: &mut On<'_>, texts: (&'static str, &'static str), args: Vec<Arg>) -> Result<()> {
    let sql = on.pick(texts.0, texts.1);
    on.write(sql, args).await?;
    Ok(())
}

/// A CRM is to be told of a lead again.
pub async fn again(on: impl Into<On<'_>>, scope: TenantScope, lead: LeadId) -> Result<()> {
    note(&mut on.into(), scope, lead).await
}

/// A lead was changed or made.
pub(crate) async fn note(on: &mut On<'_>, scope: TenantScope, lead: LeadId) -> Result<()> {
    write(on, note!("l.id = $2"), args![scope, lead]).await
}

/// Leads at these places were made.
pub(crate) async fn note_places(on: &mut On<'_>, scope: TenantScope, from: i64, to: i64) -> Result<()> {
    write(on, note!("l.place BETWEEN $2 AND $3"), args![scope, from, to]).await
}

/// Leads with this number were changed.
pub(crate) async fn note_number(on: &mut On<'_>, scope: TenantScope, phone_hash: &str) -> Result<()> {
    let texts =
        note!("l.deleted_at_ms IS NULL AND substr(l.phone_hash, 1, 11) = substr($2, 1, 11) AND l.phone_hash = $2");
    write(on, texts, args![scope, phone_hash]).await
}

/// Notes up to `most` leads behind a place, those of the campaign when there is one. The place of the last, or `None` behind the end.
pub async fn fill(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    campaign: Option<CampaignId>,
    after: i64,
    most: u32,
) -> Result<Option<i64>> {
    let mut on = on.into();
    let sql = "SELECT MAX(f.place) AS last FROM (SELECT l.place FROM leads l WHERE l.tenant_id = $1 AND l.place > $2 \
               ORDER BY l.place LIMIT $3) f";
    let last = on.read(sql, args![scope, after, most]).await?.map_or(Ok(None), |row| row.opt_int("last"))?;
    let Some(last) = last else { return Ok(None) };
    let texts = note!(
        "c.id = $2 AND l.deleted_at_ms IS NULL AND l.place > $3 AND l.place <= $4 AND ($5 = '' OR l.campaign_id = $5)"
    );
    let campaign = campaign.map(|id| id.to_string()).unwrap_or_default();
    write(&mut on, texts, args![scope, connector, after, last, campaign]).await?;
    Ok(Some(last))
}

/// The oldest that may be tried now.
pub async fn next(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    now: UnixMillis,
    most: u32,
) -> Result<Vec<Waiting>> {
    let sql = "SELECT lead_id, since_ms, changes, unknown_at_ms FROM crm_outbox \
               WHERE tenant_id = $1 AND connector_id = $2 AND not_before_ms <= $3 ORDER BY since_ms, lead_id LIMIT $4";
    let rows = on.into().read_all(sql, args![scope, connector, now, most]).await?;
    let read = |row: &Row| {
        Ok(Waiting {
            lead_id: row.id("lead_id")?,
            since: row.at("since_ms")?,
            changes: row.number("changes")?,
            unknown_at: row.opt_at("unknown_at_ms")?,
        })
    };
    rows.iter().map(read).collect()
}

/// The CRM knows it, unless the lead was changed again meanwhile.
pub async fn done(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    waiting: &Waiting,
) -> Result<()> {
    let sql = "DELETE FROM crm_outbox WHERE tenant_id = $1 AND connector_id = $2 AND lead_id = $3 AND changes = $4";
    on.into().write(sql, args![scope, connector, waiting.lead_id, waiting.changes]).await?;
    Ok(())
}

/// What the CRM itself has just said of a new lead it need not be told.
pub async fn forget(on: impl Into<On<'_>>, scope: TenantScope, connector: CrmConnectorId, lead: LeadId) -> Result<()> {
    let sql = "DELETE FROM crm_outbox WHERE tenant_id = $1 AND connector_id = $2 AND lead_id = $3";
    on.into().write(sql, args![scope, connector, lead]).await?;
    Ok(())
}

/// Tries it again at `not_before` at the earliest.
pub async fn defer(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    lead: LeadId,
    not_before: UnixMillis,
    unknown_at: Option<UnixMillis>,
) -> Result<()> {
    let sql = "UPDATE crm_outbox SET not_before_ms = $4, unknown_at_ms = COALESCE($5, unknown_at_ms) \
               WHERE tenant_id = $1 AND connector_id = $2 AND lead_id = $3";
    on.into().write(sql, args![scope, connector, lead, not_before, unknown_at]).await?;
    Ok(())
}

/// How many wait, and since when the oldest does.
pub async fn waiting(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
) -> Result<(u64, Option<UnixMillis>)> {
    let sql = "SELECT COUNT(*) AS waiting, MIN(since_ms) AS oldest FROM crm_outbox WHERE tenant_id = $1 AND connector_id = $2";
    let row = on.into().read(sql, args![scope, connector]).await?;
    row.map_or(Ok((0, None)), |row| Ok((row.number("waiting")?, row.opt_at("oldest")?)))
}
