//! Why a call went where it went.

use domain::{
    ids::{CallId, UserId},
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    sql::{On, Row, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct RoutingDecision {
    /// From 1, in the order they were made for the call.
    pub seq: u32,
    pub at: UnixMillis,
    pub chosen: Option<UserId>,
    /// The decision with its inputs, so that it can be made again. About agents only: it is not sealed.
    pub body: Value,
}

/// Keeps one more decision of a call; returns its number.
///
/// # Errors
/// `NoSuchReference` when call or agent are not in this tenant.
pub async fn add(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    call: CallId,
    at: UnixMillis,
    chosen: Option<UserId>,
    body: &Value,
) -> Result<u32> {
    let sql = "INSERT INTO routing_decisions (tenant_id, call_id, seq, at_ms, chosen, body) SELECT $1, $2, \
               COALESCE(MAX(seq), 0) + 1, $3, $4, $5 FROM routing_decisions WHERE tenant_id = $1 AND call_id = $2 \
               RETURNING seq";
    let row = on.into().write_returning(sql, args![scope, call, at, chosen, body]).await?;
    row.ok_or_else(|| StorageError::corrupt("routing_decisions.seq", "nothing returned"))?.number("seq")
}

/// In the order they were made.
pub async fn of_call(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Vec<RoutingDecision>> {
    let sql =
        "SELECT seq, at_ms, chosen, body FROM routing_decisions WHERE tenant_id = $1 AND call_id = $2 ORDER BY seq";
    on.into().read_all(sql, args![scope, call]).await?.iter().map(read).collect()
}

/// The one that counts.
pub async fn latest(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Option<RoutingDecision>> {
    let sql = "SELECT seq, at_ms, chosen, body FROM routing_decisions WHERE tenant_id = $1 AND call_id = $2 \
               ORDER BY seq DESC LIMIT 1";
    on.into().read(sql, args![scope, call]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<RoutingDecision> {
    Ok(RoutingDecision {
        seq: row.number("seq")?,
        at: row.at("at_ms")?,
        chosen: row.opt_id("chosen")?,
        body: row.json("body")?,
    })
}
