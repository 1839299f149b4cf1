//! Filters of the lead list under a name.

use domain::{
    ids::{LeadViewId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::Result,
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Row, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct LeadView {
    pub id: LeadViewId,
    pub name: String,
    /// JSON of the filter; what is searched for may be a name.
    pub filter: Personal<Value>,
    /// As `domain::lead_sets` names it.
    pub sort: String,
    /// Everybody of the organisation sees it.
    pub shared: bool,
    pub made_by: UserId,
    /// Filled in on reading.
    pub made_by_name: String,
    pub created_at: UnixMillis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT v.id, v.name, v.filter, v.sort, v.shared, v.made_by, u.name AS made_by_name, v.created_at_ms ",
            "FROM lead_views v JOIN users u ON u.tenant_id = v.tenant_id AND u.id = v.made_by WHERE v.tenant_id = $1",
            $tail
        )
    };
}

/// # Errors
/// `NoSuchReference` when the maker is not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, view: &LeadView) -> Result<()> {
    let mut on = on.into();
    let sql = "INSERT INTO lead_views (tenant_id, id, name, filter, sort, shared, made_by, created_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let filter = on.keys().of(scope, view.id).seal_json(Column::VIEW_FILTER, &view.filter)?;
    let args = args![scope, view.id, &view.name, filter, &view.sort, view.shared, view.made_by, view.created_at];
    on.write(sql, args).await?;
    Ok(())
}

/// Writes all but the maker. False when it is not there.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, view: &LeadView) -> Result<bool> {
    let mut on = on.into();
    let sql = "UPDATE lead_views SET name = $3, filter = $4, sort = $5, shared = $6 WHERE tenant_id = $1 AND id = $2";
    let filter = on.keys().of(scope, view.id).seal_json(Column::VIEW_FILTER, &view.filter)?;
    Ok(on.write(sql, args![scope, view.id, &view.name, filter, &view.sort, view.shared]).await? == 1)
}

/// False when it is not there.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, id: LeadViewId) -> Result<bool> {
    Ok(on.into().write("DELETE FROM lead_views WHERE tenant_id = $1 AND id = $2", args![scope, id]).await? == 1)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: LeadViewId) -> Result<Option<LeadView>> {
    let mut on = on.into();
    let row = on.read(select!(" AND v.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// A person's own, and those that are shared; by name, at most 200.
pub async fn seen_by(on: impl Into<On<'_>>, scope: TenantScope, user: UserId) -> Result<Vec<LeadView>> {
    let mut on = on.into();
    let sql = select!(" AND (v.made_by = $2 OR v.shared = TRUE) ORDER BY v.name, v.id LIMIT 200");
    let rows = on.read_all(sql, args![scope, user]).await?;
    rows.iter().map(|row| read(row, &on.keys(), scope)).collect()
}

/// How many a person has made.
pub async fn count_of(on: impl Into<On<'_>>, scope: TenantScope, user: UserId) -> Result<u32> {
    let sql = "SELECT COUNT(*) AS n FROM lead_views WHERE tenant_id = $1 AND made_by = $2";
    on.into().read(sql, args![scope, user]).await?.map_or(Ok(0), |row| row.number("n"))
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<LeadView> {
    let id: LeadViewId = row.id("id")?;
    Ok(LeadView {
        id,
        name: row.text("name")?,
        filter: keys.of(scope, id).read_json(Column::VIEW_FILTER, row, "filter")?,
        sort: row.text("sort")?,
        shared: row.bool("shared")?,
        made_by: row.id("made_by")?,
        made_by_name: row.text("made_by_name")?,
        created_at: row.at("created_at_ms")?,
    })
}
