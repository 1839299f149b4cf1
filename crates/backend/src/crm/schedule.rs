//! Makes a job for each connector that has something to do.

use std::time::Duration;

use domain::{ids::JobId, pii::Personal, time::UnixMillis};
use storage::{TenantScope, crm::Due, jobs::NewJob};

use super::SYNC;
use crate::{Backend, clock};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Connectors in one look.
const MOST: u32 = 100;
/// A turn whose job was given up is tried again after this.
const ANEW_MS: i64 = 10 * 60 * 1000;

/// Until the server ends.
pub(crate) async fn run(backend: Backend) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = backend.stopping().cancelled() => break,
        }
        if let Err(error) = look(&backend, clock::now()).await {
            tracing::warn!(%error, "connectors of CRMs cannot be looked up");
        }
    }
}

async fn look(backend: &Backend, now: UnixMillis) -> Result<(), storage::StorageError> {
    let mut made = false;
    for due in storage::crm::due(backend.store(), now, MOST).await? {
        storage::jobs::enqueue(backend.store(), TenantScope::system(due.tenant), &job_of(due, now)).await?;
        made = true;
    }
    if made {
        backend.wake_jobs();
    }
    Ok(())
}

/// The same turn makes the same job.
fn job_of(due: Due, now: UnixMillis) -> NewJob {
    NewJob {
        id: JobId::new(clock::new_uuid()),
        kind: SYNC.to_owned(),
        once_key: format!("{SYNC}:{}:{}:{}", due.id, due.turn, now.0 / ANEW_MS),
        payload: Personal::new(serde_json::json!({ "connector": due.id })),
        call_id: None,
        max_attempts: crate::jobs::most_attempts(SYNC),
        run_at: now,
        created_at: now,
    }
}
