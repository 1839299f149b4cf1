//! Queues and who answers them.

use std::collections::BTreeMap;

use domain::{
    ids::{QueueId, UserId},
    time::UnixMillis,
};

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    sql::{Arg, On, Row, Unit, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
    /// `round_robin`, `least_busy` or `skill`.
    pub strategy: String,
    pub member_ids: Vec<UserId>,
    pub skills: Vec<String>,
    pub ring_s: u32,
    pub wrap_up_s: u32,
    pub max_size: u32,
    pub max_wait_s: u32,
    pub target_answer_s: u32,
    pub recording: bool,
    /// 1 when new; [`update`] takes the one that was read.
    pub version: u32,
    pub created_at: UnixMillis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, name, strategy, skills, ring_s, wrap_up_s, max_size, max_wait_s, target_answer_s, recording, ",
            "version, created_at_ms FROM queues WHERE tenant_id = $1 AND removed_at_ms IS NULL",
            $tail
        )
    };
}

/// # Errors
/// `Unique` when the name is taken, `NoSuchReference` when a member is not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, queue: &Queue) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "INSERT INTO queues (tenant_id, id, name, strategy, skills, ring_s, wrap_up_s, max_size, max_wait_s, \
               target_answer_s, recording, version, created_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let args = args![
        scope,
        queue.id,
        &queue.name,
        &queue.strategy,
        queue.skills.as_slice(),
        queue.ring_s,
        queue.wrap_up_s,
        queue.max_size,
        queue.max_wait_s,
        queue.target_answer_s,
        queue.recording,
        queue.version,
        queue.created_at,
    ];
    on.write(sql, args).await?;
    write_members(&mut on, scope, queue).await?;
    unit.finish().await
}

/// Writes all of it if `queue.version` is still the stored one; returns the new version.
///
/// # Errors
/// `Conflict` when it was changed or removed since, `Unique` when the name is taken.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, queue: &Queue) -> Result<u32> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE queues SET name = $4, strategy = $5, skills = $6, ring_s = $7, wrap_up_s = $8, max_size = $9, \
               max_wait_s = $10, target_answer_s = $11, recording = $12, version = version + 1 \
               WHERE tenant_id = $1 AND id = $2 AND version = $3 AND removed_at_ms IS NULL";
    let args = args![
        scope,
        queue.id,
        queue.version,
        &queue.name,
        &queue.strategy,
        queue.skills.as_slice(),
        queue.ring_s,
        queue.wrap_up_s,
        queue.max_size,
        queue.max_wait_s,
        queue.target_answer_s,
        queue.recording,
    ];
    if on.write(sql, args).await? == 0 {
        return Err(StorageError::Conflict { what: "queue" });
    }
    on.write("DELETE FROM queue_members WHERE tenant_id = $1 AND queue_id = $2", args![scope, queue.id]).await?;
    write_members(&mut on, scope, queue).await?;
    unit.finish().await?;
    Ok(queue.version + 1)
}

/// One more member, unless they are one already. Whoever edits the queue at the same time has to read it again. `false`
/// without such a queue.
pub async fn add_member(on: impl Into<On<'_>>, scope: TenantScope, queue: QueueId, user: UserId) -> Result<bool> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE queues SET version = version + 1 WHERE tenant_id = $1 AND id = $2 AND removed_at_ms IS NULL";
    if on.write(sql, args![scope, queue]).await? == 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO queue_members (tenant_id, queue_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    on.write(sql, args![scope, queue, user]).await?;
    unit.finish().await?;
    Ok(true)
}

async fn write_members(on: &mut On<'_>, scope: TenantScope, queue: &Queue) -> Result<()> {
    for user in &queue.member_ids {
        let sql = "INSERT INTO queue_members (tenant_id, queue_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        on.write(sql, args![scope, queue.id, *user]).await?;
    }
    Ok(())
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: QueueId) -> Result<Option<Queue>> {
    let mut on = on.into();
    let Some(queue) = settings(On::from_ref(&mut on), scope, id).await? else { return Ok(None) };
    let sql = "SELECT queue_id, user_id FROM queue_members WHERE tenant_id = $1 AND queue_id = $2 ORDER BY user_id";
    let mut members = members(&mut on, sql, args![scope, id]).await?;
    Ok(Some(Queue { member_ids: members.remove(&id).unwrap_or_default(), ..queue }))
}

/// As [`get`], without the members: each call asks for it.
pub async fn settings(on: impl Into<On<'_>>, scope: TenantScope, id: QueueId) -> Result<Option<Queue>> {
    let row = on.into().read(select!(" AND id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &mut Members::new())).transpose()
}

/// By name.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Queue>> {
    let mut on = on.into();
    let rows = on.read_all(select!(" ORDER BY name, id"), args![scope]).await?;
    let sql = "SELECT queue_id, user_id FROM queue_members WHERE tenant_id = $1 ORDER BY user_id";
    let mut members = members(&mut on, sql, args![scope]).await?;
    rows.iter().map(|row| read(row, &mut members)).collect()
}

/// Takes it out of use; calls of the past keep its name. False when there is no such queue.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, id: QueueId, now: UnixMillis) -> Result<bool> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE queues SET removed_at_ms = $3 WHERE tenant_id = $1 AND id = $2 AND removed_at_ms IS NULL";
    let removed = on.write(sql, args![scope, id, now]).await? == 1;
    on.write("DELETE FROM queue_members WHERE tenant_id = $1 AND queue_id = $2", args![scope, id]).await?;
    on.write("UPDATE numbers SET queue_id = NULL WHERE tenant_id = $1 AND queue_id = $2", args![scope, id]).await?;
    unit.finish().await?;
    Ok(removed)
}

type Members = BTreeMap<QueueId, Vec<UserId>>;

async fn members(on: &mut On<'_>, sql: &'static str, args: Vec<Arg>) -> Result<Members> {
    let mut members = Members::new();
    for row in on.read_all(sql, args).await? {
        members.entry(row.id("queue_id")?).or_default().push(row.id("user_id")?);
    }
    Ok(members)
}

fn read(row: &Row, members: &mut Members) -> Result<Queue> {
    let id = row.id("id")?;
    Ok(Queue {
        id,
        name: row.text("name")?,
        strategy: row.text("strategy")?,
        member_ids: members.remove(&id).unwrap_or_default(),
        skills: row.json("skills")?,
        ring_s: row.number("ring_s")?,
        wrap_up_s: row.number("wrap_up_s")?,
        max_size: row.number("max_size")?,
        max_wait_s: row.number("max_wait_s")?,
        target_answer_s: row.number("target_answer_s")?,
        recording: row.bool("recording")?,
        version: row.number("version")?,
        created_at: row.at("created_at_ms")?,
    })
}
