//! Which record of a CRM is which lead.

use std::collections::HashMap;

use domain::{
    crm::Seen,
    ids::{CrmConnectorId, LeadId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::Result,
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Row, Select, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub external_id: String,
    pub lead_id: LeadId,
    pub seen: Personal<Seen>,
    pub synced_at: UnixMillis,
}

/// Records that are looked up in one statement.
const AT_ONCE: usize = 256;

fn row_of(connector: CrmConnectorId, external_id: &str) -> String {
    format!("{connector}/{external_id}")
}

/// # Errors
/// `Unique` when another record of this CRM is that lead.
pub async fn put(on: impl Into<On<'_>>, scope: TenantScope, connector: CrmConnectorId, link: &Link) -> Result<()> {
    let mut on = on.into();
    let seals = on.keys();
    let seen = seals.of(scope, row_of(connector, &link.external_id)).seal_json(Column::CRM_SEEN, &link.seen)?;
    let sql = "INSERT INTO crm_links (tenant_id, connector_id, external_id, lead_id, seen, synced_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, connector_id, external_id) DO UPDATE SET \
               seen = excluded.seen, synced_at_ms = excluded.synced_at_ms";
    on.write(sql, args![scope, connector, &link.external_id, link.lead_id, seen, link.synced_at]).await?;
    Ok(())
}

pub async fn by_record(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    external_id: &str,
) -> Result<Option<Link>> {
    let mut on = on.into();
    let sql = "SELECT external_id, lead_id, seen, synced_at_ms FROM crm_links \
               WHERE tenant_id = $1 AND connector_id = $2 AND external_id = $3";
    let row = on.read(sql, args![scope, connector, external_id]).await?;
    row.map(|row| read(&row, &on.keys(), scope, connector)).transpose()
}

pub async fn by_lead(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    lead: LeadId,
) -> Result<Option<Link>> {
    let mut on = on.into();
    let sql = "SELECT external_id, lead_id, seen, synced_at_ms FROM crm_links \
               WHERE tenant_id = $1 AND connector_id = $2 AND lead_id = $3";
    let row = on.read(sql, args![scope, connector, lead]).await?;
    row.map(|row| read(&row, &on.keys(), scope, connector)).transpose()
}

/// Those of these records that are known.
pub async fn of_records(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    external_ids: &[String],
) -> Result<HashMap<String, Link>> {
    let mut on = on.into();
    let keys = on.keys();
    let mut found = HashMap::new();
    for part in external_ids.chunks(AT_ONCE) {
        let head = "SELECT external_id, lead_id, seen, synced_at_ms FROM crm_links WHERE tenant_id = $1";
        let select =
            Select::new(head, scope).and("connector_id = ", connector, "").and_any_of("external_id", part, AT_ONCE);
        for row in select.all(&mut on, "external_id").await? {
            let link = read(&row, &keys, scope, connector)?;
            found.insert(link.external_id.clone(), link);
        }
    }
    Ok(found)
}

pub async fn count(on: impl Into<On<'_>>, scope: TenantScope, connector: CrmConnectorId) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS links FROM crm_links WHERE tenant_id = $1 AND connector_id = $2";
    on.into().read(sql, args![scope, connector]).await?.map_or(Ok(0), |row| row.number("links"))
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope, connector: CrmConnectorId) -> Result<Link> {
    let external_id = row.text("external_id")?;
    let seals = keys.of(scope, row_of(connector, &external_id));
    Ok(Link {
        lead_id: row.id("lead_id")?,
        seen: match row.opt_text("seen")? {
            Some(_) => seals.read_json(Column::CRM_SEEN, row, "seen")?,
            None => Personal::default(),
        },
        synced_at: row.at("synced_at_ms")?,
        external_id,
    })
}
