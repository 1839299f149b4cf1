//! How a call sounded: its series of figures, in parts of some points each.
//!
//! While the call runs its newest part is replaced every few seconds, so that a crash costs no more than that; a full part
//! is never touched again. Calls of before the parts have one series in `call_sound`, which is not read any more.

use domain::{ids::CallId, time::UnixMillis};
use serde_json::Value;

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, args},
};

/// A stretch of the series.
#[derive(Debug, Clone, PartialEq)]
pub struct SoundPart {
    /// Seconds from the beginning of the call to the first point.
    pub from_s: u32,
    /// As `domain::sound::encode` writes them.
    pub points: Value,
}

/// Writes a part; one that begins at the same second is replaced.
///
/// # Errors
/// `NoSuchReference` when the call is not in this tenant.
pub async fn put_part(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    call: CallId,
    part: &SoundPart,
    now: UnixMillis,
) -> Result<()> {
    let sql = "INSERT INTO call_sound_parts (tenant_id, call_id, from_s, points, written_at_ms) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, call_id, from_s) \
               DO UPDATE SET points = excluded.points, written_at_ms = excluded.written_at_ms";
    on.into().write(sql, args![scope, call, part.from_s, &part.points, now]).await?;
    Ok(())
}

/// In the order of the call.
pub async fn parts(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Vec<SoundPart>> {
    let sql = "SELECT from_s, points FROM call_sound_parts WHERE tenant_id = $1 AND call_id = $2 ORDER BY from_s";
    let rows = on.into().read_all(sql, args![scope, call]).await?;
    rows.iter().map(|row| Ok(SoundPart { from_s: row.number("from_s")?, points: row.json("points")? })).collect()
}
