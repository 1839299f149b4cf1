//! Organisations.

use domain::{ids::TenantId, time::UnixMillis};

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, Row, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    /// ISO 3166 alpha-2.
    pub country: String,
    /// IANA name.
    pub zone: String,
    pub created_at: UnixMillis,
}

/// # Errors
/// `Unique` when the id is taken.
pub async fn insert(on: impl Into<On<'_>>, tenant: &Tenant) -> Result<()> {
    let sql = "INSERT INTO tenants (id, name, country, zone, created_at_ms) VALUES ($1, $2, $3, $4, $5)";
    let args = args![tenant.id, &tenant.name, &tenant.country, &tenant.zone, tenant.created_at];
    on.into().write(sql, args).await?;
    Ok(())
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Option<Tenant>> {
    let sql = "SELECT id, name, country, zone, created_at_ms FROM tenants WHERE id = $1";
    on.into().read(sql, args![scope]).await?.as_ref().map(read).transpose()
}

/// Every tenant, oldest first: for the server's own rounds.
pub async fn all(on: impl Into<On<'_>>) -> Result<Vec<Tenant>> {
    let sql = "SELECT id, name, country, zone, created_at_ms FROM tenants ORDER BY created_at_ms, id";
    on.into().read_all(sql, vec![]).await?.iter().map(read).collect()
}

/// True once the first tenant exists.
pub async fn any(on: impl Into<On<'_>>) -> Result<bool> {
    Ok(on.into().read("SELECT id FROM tenants LIMIT 1", vec![]).await?.is_some())
}

fn read(row: &Row) -> Result<Tenant> {
    Ok(Tenant {
        id: row.id("id")?,
        name: row.text("name")?,
        country: row.text("country")?,
        zone: row.text("zone")?,
        created_at: row.at("created_at_ms")?,
    })
}
