//! Answers kept by the client's key, so that a request sent twice is carried out once.

use domain::{ids::UserId, pii::Personal, time::UnixMillis};

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    seal::Column,
    sql::{On, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Carry it out, then [`finish`] or [`abandon`].
    First,
    /// Another request with this key is being carried out now.
    Running,
    /// It was carried out: give the same answer.
    Done { status: u16, response: Personal<String> },
    /// The key was used with another body.
    Mismatch,
}

/// `body_hash` covers method, path and body. A request that began before `stale_before` and never finished (its server
/// stopped) counts as not begun.
pub async fn begin(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    user: UserId,
    key: &str,
    body_hash: &str,
    now: UnixMillis,
    stale_before: UnixMillis,
) -> Result<Begun> {
    let mut on = on.into();
    let sql = "INSERT INTO idempotency (tenant_id, user_id, request_key, body_hash, begun_at_ms) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (tenant_id, user_id, request_key) DO UPDATE SET begun_at_ms = excluded.begun_at_ms \
               WHERE idempotency.status IS NULL AND idempotency.begun_at_ms < $6 \
               AND idempotency.body_hash = excluded.body_hash";
    if on.write(sql, args![scope, user, key, body_hash, now, stale_before]).await? == 1 {
        return Ok(Begun::First);
    }
    let sql = "SELECT body_hash, status, response FROM idempotency WHERE tenant_id = $1 AND user_id = $2 AND request_key = $3";
    let row = on.read(sql, args![scope, user, key]).await?;
    // Abandoned between the two statements: as if it were running, the client asks again.
    let Some(row) = row else { return Ok(Begun::Running) };
    if row.text("body_hash")? != body_hash {
        return Ok(Begun::Mismatch);
    }
    let Some(status) = row.opt_number("status")? else { return Ok(Begun::Running) };
    let keys = on.keys();
    let seals = keys.of(scope, format!("{user}/{key}"));
    let response = seals.read(Column::IDEMPOTENT_RESPONSE, &row, "response")?;
    Ok(Begun::Done { status, response })
}

/// Keeps the answer.
///
/// # Errors
/// `Conflict` when no such request was begun.
pub async fn finish(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    user: UserId,
    key: &str,
    status: u16,
    response: &Personal<String>,
) -> Result<()> {
    let mut on = on.into();
    let keys = on.keys();
    let seals = keys.of(scope, format!("{user}/{key}"));
    let sealed = seals.seal(Column::IDEMPOTENT_RESPONSE, response.reveal())?;
    let sql = "UPDATE idempotency SET status = $4, response = $5 \
               WHERE tenant_id = $1 AND user_id = $2 AND request_key = $3 AND status IS NULL";
    if on.write(sql, args![scope, user, key, u32::from(status), sealed]).await? == 0 {
        return Err(StorageError::Conflict { what: "request" });
    }
    Ok(())
}

/// Lets a request that failed be sent again.
pub async fn abandon(on: impl Into<On<'_>>, scope: TenantScope, user: UserId, key: &str) -> Result<()> {
    let sql = "DELETE FROM idempotency WHERE tenant_id = $1 AND user_id = $2 AND request_key = $3 AND status IS NULL";
    on.into().write(sql, args![scope, user, key]).await?;
    Ok(())
}

/// Forgets answers from before `before`, of every tenant; returns how many.
pub async fn purge(on: impl Into<On<'_>>, before: UnixMillis) -> Result<u64> {
    on.into().write("DELETE FROM idempotency WHERE begun_at_ms < $1", args![before]).await
}
