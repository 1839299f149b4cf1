//! Background work: durable, leased, tried again with back-off, visible.

use std::{convert::Infallible, time::Duration};

use domain::{ids::JobId, time::UnixMillis};
use storage::{
    TenantScope,
    jobs::{ClaimedJob, Failed, Job as JobRow, JobStatus as StatusRow},
};
use wire::{
    jobs::{Job, JobFilter, JobStatus},
    live::{LiveEvent, Notice, NoticeLevel},
    page::Page,
};

use tokio::sync::futures::Notified;

use crate::{
    Actor, Backend, clock, costs, crm, error::BackendError, intelligence, lead_webhook, live::Audience, number_masking,
    paging, recordings,
};

/// How often work is tried. Uploads go on for a day: a store that is away for an hour must not cost a recording.
pub(crate) fn most_attempts(kind: &str) -> u32 {
    match kind {
        recordings::STORE | recordings::FETCH | recordings::DELETE => 160,
        // Some two hours: somebody's program is restarted meanwhile.
        lead_webhook::TELL => 20,
        _ => 8,
    }
}

/// Each kind of work has workers of its own, so that a slow service of one kind holds up no other.
const LANES: [(&str, usize); 9] = [
    (recordings::STORE, 2),
    (recordings::FETCH, 2),
    (recordings::DELETE, 1),
    (costs::READ_COST, 1),
    (intelligence::TRANSCRIBE, 2),
    (intelligence::ANALYSE, 2),
    (lead_webhook::TELL, 2),
    (crm::SYNC, 2),
    (number_masking::RELAY, 1),
];

/// Renewed while the work goes on: a job whose server died is taken up again after this at the latest.
const LEASE: Duration = Duration::from_secs(30);
const RENEW_EVERY: Duration = Duration::from_secs(8);
/// When nothing wakes the workers, they look this often.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Why a job did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    /// It may succeed later.
    #[error("{0}")]
    Again(String),
    /// Trying again cannot help.
    #[error("{0}")]
    Never(String),
}

impl From<storage::StorageError> for JobError {
    fn from(error: storage::StorageError) -> Self {
        Self::Again(error.to_string())
    }
}

impl From<BackendError> for JobError {
    fn from(error: BackendError) -> Self {
        Self::Again(error.to_string())
    }
}

/// Starts the workers and waits for the end of the server.
pub(crate) async fn run(backend: Backend) {
    let lanes = LANES.iter().flat_map(|(kind, workers)| std::iter::repeat_n(*kind, *workers));
    let workers: Vec<_> = lanes.map(|kind| tokio::spawn(work(backend.clone(), kind))).collect();
    for worker in workers {
        if let Err(error) = worker.await {
            tracing::error!(%error, "a worker failed");
        }
    }
}

async fn work(backend: Backend, kind: &str) {
    while !backend.stopping().is_cancelled() {
        // From before the look, so that a job that is made meanwhile is not slept over.
        let woken = backend.new_job().notified();
        match storage::jobs::claim(backend.store(), kind, clock::now(), LEASE).await {
            Ok(Some(job)) => one(&backend, job).await,
            Ok(None) => wait(&backend, woken).await,
            Err(error) => {
                tracing::warn!(kind, %error, "jobs cannot be looked up");
                wait(&backend, woken).await;
            }
        }
    }
}

async fn wait(backend: &Backend, woken: Notified<'_>) {
    tokio::select! {
        () = woken => {}
        () = tokio::time::sleep(LOOK_EVERY) => {}
        () = backend.stopping().cancelled() => {}
    }
}

async fn one(backend: &Backend, job: ClaimedJob) {
    let scope = TenantScope::system(job.tenant);
    let result = tokio::select! {
        result = carry_out(backend, scope, &job) => result,
        never = keep_lease(backend, scope, &job) => match never {},
    };
    let now = clock::now();
    let settled = match &result {
        Ok(()) => storage::jobs::complete(backend.store(), scope, job.id, job.lease, now).await.map(|_| ()),
        Err(error) => settle_failure(backend, scope, &job, error, now).await,
    };
    if let Err(error) = settled {
        // The lease runs out and the job is tried again; jobs are idempotent.
        tracing::warn!(job = %job.id, kind = %job.kind, %error, "the end of a job could not be noted");
    }
}

/// A lease that was lost nevertheless (the database was away) is no reason to stop: jobs are idempotent.
async fn keep_lease(backend: &Backend, scope: TenantScope, job: &ClaimedJob) -> Infallible {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        let until = clock::now().plus(LEASE);
        match storage::jobs::extend(backend.store(), scope, job.id, job.lease, until).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(job = %job.id, kind = %job.kind, "another worker has this job too"),
            Err(error) => tracing::warn!(job = %job.id, kind = %job.kind, %error, "a lease could not be renewed"),
        }
    }
}

async fn settle_failure(
    backend: &Backend,
    scope: TenantScope,
    job: &ClaimedJob,
    error: &JobError,
    now: UnixMillis,
) -> Result<(), storage::StorageError> {
    let again = match error {
        JobError::Again(_) => {
            let jitter = job.id.as_uuid().as_bytes()[15];
            Some(now.plus(storage::jobs::back_off(job.attempts, jitter)))
        }
        JobError::Never(_) => None,
    };
    let text = error.to_string();
    let failed = storage::jobs::fail(backend.store(), scope, job.id, job.lease, &text, again, now).await?;
    tracing::warn!(job = %job.id, kind = %job.kind, attempts = job.attempts, error = %text, "a job failed");
    if failed == Failed::Dead {
        given_up(backend, scope, job, &text).await;
    }
    Ok(())
}

/// Says what the loss is.
async fn given_up(backend: &Backend, scope: TenantScope, job: &ClaimedJob, error: &str) {
    if let Some(call) = job.call_id {
        match job.kind.as_str() {
            recordings::STORE | recordings::FETCH => recordings::not_stored(backend, call, error).await,
            // The call's page goes on to say that the cost is not known; a copy that stays at the carrier is no loss.
            costs::READ_COST | recordings::DELETE => {}
            _ => intelligence::given_up(backend, scope, call, error).await,
        }
    }
    let notice = Notice {
        level: NoticeLevel::Warning,
        code: "job_dead".to_owned(),
        text: format!("{} was given up: {error}", job.kind),
        call_id: job.call_id,
    };
    backend.feed().publish(scope.tenant(), Audience::Supervisors, LiveEvent::Notice { notice });
}

async fn carry_out(backend: &Backend, scope: TenantScope, job: &ClaimedJob) -> Result<(), JobError> {
    if job.kind == lead_webhook::TELL {
        return lead_webhook::carry_out(backend, scope, job.payload.reveal()).await;
    }
    if job.kind == crm::SYNC {
        return crm::carry_out(backend, scope, job.payload.reveal()).await;
    }
    if job.kind == number_masking::RELAY {
        return number_masking::relay(backend, scope, job.payload.reveal()).await;
    }
    let call = job.call_id.ok_or_else(|| JobError::Never("the job names no call".to_owned()))?;
    match job.kind.as_str() {
        recordings::STORE => recordings::store(backend, scope, call).await,
        recordings::FETCH => recordings::fetch(backend, scope, call, job.payload.reveal()).await,
        recordings::DELETE => recordings::delete(backend, scope, call, job.payload.reveal()).await,
        costs::READ_COST => costs::read(backend, scope, call).await,
        intelligence::TRANSCRIBE => intelligence::transcribe(backend, scope, call).await,
        intelligence::ANALYSE => intelligence::analyse(backend, scope, call).await,
        other => Err(JobError::Never(format!("no work of the kind {other} is known"))),
    }
}

fn shown(row: JobRow) -> Job {
    Job {
        id: row.id,
        kind: row.kind,
        call_id: row.call_id,
        status: match row.status {
            StatusRow::Waiting => JobStatus::Waiting,
            StatusRow::Running => JobStatus::Running,
            StatusRow::Done => JobStatus::Done,
            StatusRow::Dead => JobStatus::Dead,
        },
        attempts: row.attempts,
        max_attempts: row.max_attempts,
        run_at_ms: row.run_at,
        last_error: row.last_error,
        created_at_ms: row.created_at,
        finished_at_ms: row.finished_at,
    }
}

impl Backend {
    pub async fn list_jobs(&self, actor: &Actor, query: JobFilter) -> Result<Page<Job>, BackendError> {
        actor.must_configure()?;
        if let Some(call) = query.call_id {
            let rows = storage::jobs::of_call(self.store(), actor.scope, call).await?;
            return Ok(Page { items: rows.into_iter().map(shown).collect(), next: None });
        }
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let status = query.status.map(|status| match status {
            JobStatus::Waiting => StatusRow::Waiting,
            JobStatus::Running => StatusRow::Running,
            JobStatus::Done => StatusRow::Done,
            JobStatus::Dead => StatusRow::Dead,
        });
        let page = storage::jobs::list(self.store(), actor.scope, status, request).await?;
        Ok(paging::page(page, shown))
    }

    pub async fn retry_job(&self, actor: &Actor, id: JobId) -> Result<Job, BackendError> {
        actor.must_configure()?;
        let row = storage::jobs::retry(self.store(), actor.scope, id, clock::now())
            .await?
            .ok_or(BackendError::NotFound("dead job"))?;
        self.audit(actor, "job.retry", &id.to_string(), serde_json::json!({})).await;
        self.wake_jobs();
        Ok(shown(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_tried_for_a_day_at_least() {
        let tries = 1..most_attempts(recordings::STORE);
        let waits: Duration = tries.map(|attempts| storage::jobs::back_off(attempts, 0)).sum();
        assert!(waits >= Duration::from_secs(24 * 3600), "{waits:?}");
    }
}
