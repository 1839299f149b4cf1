//! Keys by which forms and programs hand leads in, and what was handed in.

use domain::{
    ids::{CampaignId, IntakeKeyId, LeadId, TenantId, UserId},
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    sql::{On, Row, Unit, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeKey {
    pub id: IntakeKeyId,
    pub name: String,
    /// The last characters, by which people tell keys apart.
    pub key_end: String,
    /// What it may do, such as `leads:write`.
    pub scope: String,
    pub campaign_id: Option<CampaignId>,
    /// Of the leads that come by it.
    pub source: String,
    pub plan: Value,
    pub on: bool,
    pub made_by: UserId,
    /// Filled in on reading.
    pub made_by_name: Option<String>,
    pub created_at: UnixMillis,
    pub last_used_at: Option<UnixMillis>,
    /// 1 when new; [`update`] takes the one that was read.
    pub version: u32,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT k.tenant_id, k.id, k.name, k.key_end, k.scope, k.campaign_id, k.source, k.plan, k.is_on, k.made_by, ",
            "k.created_at_ms, k.last_used_at_ms, k.version, u.name AS made_by_name FROM intake_keys k ",
            "LEFT JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.made_by WHERE ",
            $tail
        )
    };
}

/// `key_hash` is all that is kept of the key itself.
///
/// # Errors
/// `NoSuchReference` when campaign or user are not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, key: &IntakeKey, key_hash: &str) -> Result<()> {
    let sql = "INSERT INTO intake_keys (tenant_id, id, name, key_hash, key_end, scope, campaign_id, source, plan, is_on, \
               made_by, created_at_ms, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let args = args![
        scope,
        key.id,
        &key.name,
        key_hash,
        &key.key_end,
        &key.scope,
        key.campaign_id,
        &key.source,
        &key.plan,
        key.on,
        key.made_by,
        key.created_at,
        key.version,
    ];
    on.into().write(sql, args).await?;
    Ok(())
}

/// Writes what people may change if `key.version` is still the stored one; returns the new version.
///
/// # Errors
/// `Conflict` when it has changed since or is not there.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, key: &IntakeKey) -> Result<u32> {
    let sql = "UPDATE intake_keys SET name = $4, campaign_id = $5, source = $6, plan = $7, is_on = $8, version = version + 1 \
               WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let args = args![scope, key.id, key.version, &key.name, key.campaign_id, &key.source, &key.plan, key.on];
    match on.into().write(sql, args).await? {
        0 => Err(StorageError::Conflict { what: "key" }),
        _ => Ok(key.version + 1),
    }
}

/// False when it is not there.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, id: IntakeKeyId) -> Result<bool> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    on.write("DELETE FROM intakes WHERE tenant_id = $1 AND key_id = $2", args![scope, id]).await?;
    let gone = on.write("DELETE FROM intake_keys WHERE tenant_id = $1 AND id = $2", args![scope, id]).await? == 1;
    unit.finish().await?;
    Ok(gone)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: IntakeKeyId) -> Result<Option<IntakeKey>> {
    let row = on.into().read(select!("k.tenant_id = $1 AND k.id = $2"), args![scope, id]).await?;
    row.as_ref().map(read).transpose()
}

/// The oldest first.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<IntakeKey>> {
    let sql = select!("k.tenant_id = $1 ORDER BY k.created_at_ms, k.id");
    on.into().read_all(sql, args![scope]).await?.iter().map(read).collect()
}

/// For a form that is handed in: whose key it is, over all tenants.
pub async fn find(on: impl Into<On<'_>>, key_hash: &str) -> Result<Option<(TenantId, IntakeKey)>> {
    let row = on.into().read(select!("k.key_hash = $1"), args![key_hash]).await?;
    row.map(|row| Ok((row.id("tenant_id")?, read(&row)?))).transpose()
}

pub async fn touch(on: impl Into<On<'_>>, scope: TenantScope, id: IntakeKeyId, now: UnixMillis) -> Result<()> {
    let sql = "UPDATE intake_keys SET last_used_at_ms = $3 WHERE tenant_id = $1 AND id = $2";
    on.into().write(sql, args![scope, id, now]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<IntakeKey> {
    Ok(IntakeKey {
        id: row.id("id")?,
        name: row.text("name")?,
        key_end: row.text("key_end")?,
        scope: row.text("scope")?,
        campaign_id: row.opt_id("campaign_id")?,
        source: row.text("source")?,
        plan: row.json("plan")?,
        on: row.bool("is_on")?,
        made_by: row.id("made_by")?,
        made_by_name: row.opt_text("made_by_name")?,
        created_at: row.at("created_at_ms")?,
        last_used_at: row.opt_at("last_used_at_ms")?,
        version: row.number("version")?,
    })
}

/// What is handed in: the sender's own key, or what stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handed<'a> {
    pub key: IntakeKeyId,
    pub request_key: &'a str,
    pub body_hash: &'a str,
    pub at: UnixMillis,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub body_hash: String,
    pub lead_id: Option<LeadId>,
    pub outcome: String,
}

/// Notes that something was handed in, in the transaction in which it is worked on and [`finish`]ed. `Some`: it was before,
/// after `since`; what it came to then is the answer.
pub async fn begin(
    on: &mut crate::Tx,
    scope: TenantScope,
    handed: Handed<'_>,
    since: UnixMillis,
) -> Result<Option<Taken>> {
    let mut on = On::from(on);
    let Handed { key, request_key, body_hash, at } = handed;
    let sql = "INSERT INTO intakes (tenant_id, key_id, request_key, body_hash, at_ms) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (tenant_id, key_id, request_key) DO UPDATE SET body_hash = excluded.body_hash, \
               at_ms = excluded.at_ms, lead_id = NULL, outcome = NULL WHERE intakes.at_ms <= $6";
    if on.write(sql, args![scope, key, request_key, body_hash, at, since]).await? == 1 {
        return Ok(None);
    }
    let sql =
        "SELECT body_hash, lead_id, outcome FROM intakes WHERE tenant_id = $1 AND key_id = $2 AND request_key = $3";
    let row = on.read(sql, args![scope, key, request_key]).await?.ok_or(StorageError::Conflict { what: "request" })?;
    Ok(Some(Taken {
        body_hash: row.text("body_hash")?,
        lead_id: row.opt_id("lead_id")?,
        outcome: row.opt_text("outcome")?.unwrap_or_default(),
    }))
}

pub async fn finish(
    on: &mut crate::Tx,
    scope: TenantScope,
    handed: Handed<'_>,
    lead: Option<LeadId>,
    outcome: &str,
) -> Result<()> {
    let sql = "UPDATE intakes SET lead_id = $4, outcome = $5 WHERE tenant_id = $1 AND key_id = $2 AND request_key = $3";
    On::from(on).write(sql, args![scope, handed.key, handed.request_key, lead, outcome]).await?;
    Ok(())
}

/// Forgets what was handed in before `before`, of every tenant; returns how many.
pub async fn purge(on: impl Into<On<'_>>, before: UnixMillis) -> Result<u64> {
    on.into().write("DELETE FROM intakes WHERE at_ms < $1", args![before]).await
}
