//! How a call sounded, second by second.

use domain::{ids::CallId, time::UnixMillis};
use serde_json::Value;

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, args},
};

/// Replaces the series of a call.
///
/// # Errors
/// `NoSuchReference` when the call is not in this tenant.
pub async fn put(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    call: CallId,
    series: &Value,
    now: UnixMillis,
) -> Result<()> {
    let sql = "INSERT INTO call_sound (tenant_id, call_id, series, updated_at_ms) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (tenant_id, call_id) DO UPDATE SET series = excluded.series, updated_at_ms = excluded.updated_at_ms";
    on.into().write(sql, args![scope, call, series, now]).await?;
    Ok(())
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Option<Value>> {
    let sql = "SELECT series FROM call_sound WHERE tenant_id = $1 AND call_id = $2";
    on.into().read(sql, args![scope, call]).await?.map(|row| row.json("series")).transpose()
}
