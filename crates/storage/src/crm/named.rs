//! Records that a CRM has named as changed, until they are read.

use domain::{ids::CrmConnectorId, time::UnixMillis};

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub external_id: String,
    pub since: UnixMillis,
    /// How often it was named.
    pub changes: u64,
}

/// Named again before it is read, it is read once. False when `most` others wait already.
pub async fn add(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    external_id: &str,
    most: u32,
    now: UnixMillis,
) -> Result<bool> {
    let sql = "INSERT INTO crm_named (tenant_id, connector_id, external_id, since_ms, changes) SELECT $1, $2, $3, $4, 1 \
               WHERE (SELECT COUNT(*) FROM crm_named n WHERE n.tenant_id = $1 AND n.connector_id = $2) < $5 \
               ON CONFLICT (tenant_id, connector_id, external_id) DO UPDATE SET changes = crm_named.changes + 1";
    Ok(on.into().write(sql, args![scope, connector, external_id, now, most]).await? == 1)
}

/// The oldest first.
pub async fn next(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    connector: CrmConnectorId,
    most: u32,
) -> Result<Vec<Named>> {
    let sql = "SELECT external_id, since_ms, changes FROM crm_named WHERE tenant_id = $1 AND connector_id = $2 \
               ORDER BY since_ms, external_id LIMIT $3";
    let rows = on.into().read_all(sql, args![scope, connector, most]).await?;
    let read = |row: &crate::sql::Row| {
        Ok(Named { external_id: row.text("external_id")?, since: row.at("since_ms")?, changes: row.number("changes")? })
    };
    rows.iter().map(read).collect()
}

/// It was read, unless it was named again meanwhile.
pub async fn done(on: impl Into<On<'_>>, scope: TenantScope, connector: CrmConnectorId, named: &Named) -> Result<()> {
    let sql = "DELETE FROM crm_named WHERE tenant_id = $1 AND connector_id = $2 AND external_id = $3 AND changes = $4";
    on.into().write(sql, args![scope, connector, &named.external_id, named.changes]).await?;
    Ok(())
}

pub async fn count(on: impl Into<On<'_>>, scope: TenantScope, connector: CrmConnectorId) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS waiting FROM crm_named WHERE tenant_id = $1 AND connector_id = $2";
    on.into().read(sql, args![scope, connector]).await?.map_or(Ok(0), |row| row.number("waiting"))
}
