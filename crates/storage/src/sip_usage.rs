//! Outgoing minutes of each SIP trunk and day.

use domain::ids::TrunkId;

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, args},
};

/// The day's minutes so far; never fewer than before. `day`: days since 1970 UTC.
pub async fn put(on: impl Into<On<'_>>, scope: TenantScope, trunk: TrunkId, day: i64, minutes: u32) -> Result<()> {
    let sql = "INSERT INTO sip_usage (tenant_id, trunk_id, day, minutes) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (tenant_id, trunk_id, day) DO UPDATE SET minutes = excluded.minutes \
               WHERE sip_usage.minutes < excluded.minutes";
    on.into().write(sql, args![scope, trunk, day, minutes]).await?;
    Ok(())
}

pub async fn of_day(on: impl Into<On<'_>>, scope: TenantScope, day: i64) -> Result<Vec<(TrunkId, u32)>> {
    let sql = "SELECT trunk_id, minutes FROM sip_usage WHERE tenant_id = $1 AND day = $2";
    let rows = on.into().read_all(sql, args![scope, day]).await?;
    rows.iter().map(|row| Ok((row.id("trunk_id")?, row.number("minutes")?))).collect()
}
