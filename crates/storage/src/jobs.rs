//! Work that outlives a request: leased, repeated with back-off, given up visibly, and begun once for each key.

use std::time::Duration;

use domain::{
    ids::{CallId, JobId, TenantId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    error::{Result, StorageError},
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::Column,
    sql::{On, Order, Row, Select, Unit, args, text_keys},
};

text_keys! {
    JobStatus {
        Waiting = "waiting",
        Running = "running",
        Done = "done",
        /// Given up after its tries.
        Dead = "dead",
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    pub id: JobId,
    pub kind: String,
    /// A second job with this key is not made.
    pub once_key: String,
    pub payload: Personal<Value>,
    pub call_id: Option<CallId>,
    pub max_attempts: u32,
    pub run_at: UnixMillis,
    pub created_at: UnixMillis,
}

/// As the admin sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub call_id: Option<CallId>,
    pub status: JobStatus,
    pub attempts: u32,
    pub max_attempts: u32,
    pub run_at: UnixMillis,
    pub last_error: Option<String>,
    pub created_at: UnixMillis,
    pub finished_at: Option<UnixMillis>,
}

/// A job in a worker's hands.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedJob {
    pub tenant: TenantId,
    pub id: JobId,
    pub kind: String,
    pub payload: Personal<Value>,
    pub call_id: Option<CallId>,
    /// This one included.
    pub attempts: u32,
    pub max_attempts: u32,
    /// Has to be shown for everything that is said about the job: after the lease ran out another worker may hold it.
    pub lease: Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    New,
    /// A job with this key is there, in whatever state.
    Before(JobId),
}

/// What became of a failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    Again(UnixMillis),
    Dead,
    /// The lease ran out and somebody else has the job.
    NotMine,
}

/// Wait before the try after `attempts` failed ones: 2 s, 4 s, 8 s … up to 10 minutes, with up to a quarter added by
/// `jitter` (0 to 255), so that jobs that failed together do not return together.
pub fn back_off(attempts: u32, jitter: u8) -> Duration {
    let base = Duration::from_secs(1 << attempts.clamp(1, 10)).min(Duration::from_secs(600));
    base + base / 4 * u32::from(jitter) / 255
}

pub async fn enqueue(on: impl Into<On<'_>>, scope: TenantScope, job: &NewJob) -> Result<Enqueued> {
    let mut on = on.into();
    let payload = on.keys().of(scope, job.id).seal_json(Column::JOB_PAYLOAD, &job.payload)?;
    let sql = "INSERT INTO jobs (tenant_id, id, kind, once_key, payload, call_id, status, attempts, max_attempts, run_at_ms, \
               created_at_ms) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $8, $9) \
               ON CONFLICT (tenant_id, once_key) DO NOTHING";
    let args = args![
        scope,
        job.id,
        &job.kind,
        &job.once_key,
        payload,
        job.call_id,
        job.max_attempts,
        job.run_at,
        job.created_at,
    ];
    if on.write(sql, args).await? == 1 {
        return Ok(Enqueued::New);
    }
    let sql = "SELECT id FROM jobs WHERE tenant_id = $1 AND once_key = $2";
    let row = on.read(sql, args![scope, &job.once_key]).await?;
    Ok(Enqueued::Before(row.ok_or(StorageError::Conflict { what: "job" })?.id("id")?))
}

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE jobs SET status = 'running', lease_id = $3, lease_until_ms = $2, attempts = attempts + 1 ",
            "WHERE (tenant_id, id) = (SELECT tenant_id, id FROM jobs WHERE kind = $4 AND ((status = 'waiting' AND run_at_ms <= $1) ",
            "OR (status = 'running' AND lease_until_ms <= $1)) ORDER BY run_at_ms, id LIMIT 1",
            $lock,
            ") RETURNING tenant_id, id, kind, payload, call_id, attempts, max_attempts"
        )
    };
}

/// Takes the job of this kind that has been due longest, of any tenant, for `lease_for`. A job whose worker vanished counts as due once
/// its lease has run out; after its last try it is dead instead.
///
/// # Errors
/// `Corrupt` when the payload cannot be opened; the job's lease then runs out like any other.
pub async fn claim(
    on: impl Into<On<'_>>,
    kind: &str,
    now: UnixMillis,
    lease_for: Duration,
) -> Result<Option<ClaimedJob>> {
    let mut on = on.into();
    // Many workers ask often, and mostly for nothing: that must not stand in the line of those who write.
    let due = "SELECT 1 AS due WHERE EXISTS (SELECT 1 FROM jobs WHERE status = 'waiting' AND run_at_ms <= $1 AND kind = $2) \
               OR EXISTS (SELECT 1 FROM jobs WHERE status = 'running' AND lease_until_ms <= $1)";
    if on.read(due, args![now, kind]).await?.is_none() {
        return Ok(None);
    }
    let bury = "UPDATE jobs SET status = 'dead', finished_at_ms = $1, lease_id = NULL, \
                last_error = COALESCE(last_error, 'the worker stopped without an answer') \
                WHERE status = 'running' AND lease_until_ms <= $1 AND attempts >= max_attempts";
    on.write(bury, args![now]).await?;
    let sql = on.pick(claim!(""), claim!(" FOR UPDATE SKIP LOCKED"));
    let lease = Uuid::now_v7();
    let args = args![now, now.plus(lease_for), lease.to_string(), kind];
    let Some(row) = on.write_returning(sql, args).await? else { return Ok(None) };
    let (tenant, id) = (row.id("tenant_id")?, row.id("id")?);
    let payload = on.keys().of(TenantScope::system(tenant), id).read_json(Column::JOB_PAYLOAD, &row, "payload")?;
    Ok(Some(ClaimedJob {
        tenant,
        id,
        kind: row.text("kind")?,
        payload,
        call_id: row.opt_id("call_id")?,
        attempts: row.number("attempts")?,
        max_attempts: row.number("max_attempts")?,
        lease,
    }))
}

/// Keeps a long job. False when it is no longer this worker's.
pub async fn extend(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: JobId,
    lease: Uuid,
    until: UnixMillis,
) -> Result<bool> {
    let sql =
        "UPDATE jobs SET lease_until_ms = $4 WHERE tenant_id = $1 AND id = $2 AND lease_id = $3 AND status = 'running'";
    Ok(on.into().write(sql, args![scope, id, lease.to_string(), until]).await? == 1)
}

/// False when it is no longer this worker's.
pub async fn complete(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: JobId,
    lease: Uuid,
    now: UnixMillis,
) -> Result<bool> {
    let sql = "UPDATE jobs SET status = 'done', finished_at_ms = $4, lease_id = NULL, last_error = NULL \
               WHERE tenant_id = $1 AND id = $2 AND lease_id = $3 AND status = 'running'";
    Ok(on.into().write(sql, args![scope, id, lease.to_string(), now]).await? == 1)
}

/// Gives a try up: again at `again_at`, or dead when the tries are used up or `again_at` is `None`.
/// `error` is for the admin; it must hold no personal data.
pub async fn fail(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: JobId,
    lease: Uuid,
    error: &str,
    again_at: Option<UnixMillis>,
    now: UnixMillis,
) -> Result<Failed> {
    let sql = "UPDATE jobs SET status = CASE WHEN $5 IS NULL OR attempts >= max_attempts THEN 'dead' ELSE 'waiting' END, \
               finished_at_ms = CASE WHEN $5 IS NULL OR attempts >= max_attempts THEN $6 ELSE NULL END, \
               run_at_ms = COALESCE($5, run_at_ms), lease_id = NULL, last_error = $4 \
               WHERE tenant_id = $1 AND id = $2 AND lease_id = $3 AND status = 'running' RETURNING status, run_at_ms";
    let args = args![scope, id, lease.to_string(), error, again_at, now];
    let Some(row) = on.into().write_returning(sql, args).await? else { return Ok(Failed::NotMine) };
    Ok(match row.key("status")? {
        JobStatus::Waiting => Failed::Again(row.at("run_at_ms")?),
        _ => Failed::Dead,
    })
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, kind, call_id, status, attempts, max_attempts, run_at_ms, last_error, created_at_ms, finished_at_ms ",
            "FROM jobs WHERE tenant_id = $1",
            $tail
        )
    };
}

/// Runs a dead job again from its first try, or a waiting one at once. `None` when it is neither.
pub async fn retry(on: impl Into<On<'_>>, scope: TenantScope, id: JobId, now: UnixMillis) -> Result<Option<Job>> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE jobs SET status = 'waiting', attempts = CASE WHEN status = 'dead' THEN 0 ELSE attempts END, \
               run_at_ms = $3, finished_at_ms = NULL WHERE tenant_id = $1 AND id = $2 AND status IN ('dead', 'waiting')";
    if on.write(sql, args![scope, id, now]).await? == 0 {
        return Ok(None);
    }
    let job = get(On::from_ref(&mut on), scope, id).await?;
    unit.finish().await?;
    Ok(job)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: JobId) -> Result<Option<Job>> {
    on.into().read(select!(" AND id = $2"), args![scope, id]).await?.as_ref().map(read).transpose()
}

/// Oldest first.
pub async fn of_call(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Vec<Job>> {
    let sql = select!(" AND call_id = $2 ORDER BY created_at_ms, id");
    on.into().read_all(sql, args![scope, call]).await?.iter().map(read).collect()
}

/// Newest first.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    status: Option<JobStatus>,
    page: PageRequest,
) -> Result<Page<Job>> {
    let order = Order { by: "created_at_ms", id: "id", newest_first: true };
    let read = |row: &Row| {
        let job = read(row)?;
        let place = (job.created_at.0, job.id.as_uuid());
        Ok((job, place.0, place.1))
    };
    Select::new(select!(""), scope).and_some("status = ", status).page(&mut on.into(), order, page, read).await
}

/// Forgets what was done before `before`, of every tenant; what is dead stays for the admin. Returns how many.
pub async fn purge(on: impl Into<On<'_>>, before: UnixMillis) -> Result<u64> {
    on.into().write("DELETE FROM jobs WHERE status = 'done' AND finished_at_ms < $1", args![before]).await
}

fn read(row: &Row) -> Result<Job> {
    Ok(Job {
        id: row.id("id")?,
        kind: row.text("kind")?,
        call_id: row.opt_id("call_id")?,
        status: row.key("status")?,
        attempts: row.number("attempts")?,
        max_attempts: row.number("max_attempts")?,
        run_at: row.at("run_at_ms")?,
        last_error: row.opt_text("last_error")?,
        created_at: row.at("created_at_ms")?,
        finished_at: row.opt_at("finished_at_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_ten_minutes_and_never_shrink() {
        let waits: Vec<u64> = (0..14).map(|attempts| back_off(attempts, 0).as_secs()).collect();
        assert_eq!(waits[..4], [2, 2, 4, 8]);
        assert!(waits.is_sorted() && waits.iter().all(|wait| *wait <= 600));
        assert_eq!(back_off(u32::MAX, 255), Duration::from_secs(750));
    }
}
