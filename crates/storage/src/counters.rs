//! Small daily counts: requests to the API, webhooks refused, messages sent.

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    sql::{On, Row, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub name: String,
    /// `YYYY-MM-DD`.
    pub day: String,
    pub value: u64,
}

/// Adds to the count of a day (`YYYY-MM-DD`); returns its new value.
pub async fn add(on: impl Into<On<'_>>, scope: TenantScope, name: &str, day: &str, by: u32) -> Result<u64> {
    let sql = "INSERT INTO counters (tenant_id, name, day, value) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (tenant_id, name, day) DO UPDATE SET value = counters.value + excluded.value RETURNING value";
    let row = on.into().write_returning(sql, args![scope, name, day, by]).await?;
    row.ok_or_else(|| StorageError::corrupt("counters.value", "nothing returned"))?.number("value")
}

/// Counts from `from_day` on, by day and name.
pub async fn since(on: impl Into<On<'_>>, scope: TenantScope, from_day: &str) -> Result<Vec<Count>> {
    let sql = "SELECT name, day, value FROM counters WHERE tenant_id = $1 AND day >= $2 ORDER BY day, name";
    let read = |row: &Row| Ok(Count { name: row.text("name")?, day: row.text("day")?, value: row.number("value")? });
    on.into().read_all(sql, args![scope, from_day]).await?.iter().map(read).collect()
}
