//! The recorder has closed a file.

use std::path::PathBuf;

use domain::{
    ids::{CallId, JobId, RecordingId},
    pii::Personal,
};
use storage::{
    TenantScope,
    jobs::NewJob,
    recordings::{Recording as RecordingRow, RecordingState},
};
use tokio::sync::mpsc;
use wire::{
    live::{LiveEvent, Notice, NoticeLevel},
    recordings::RecordingGap,
};

use super::{STORE, receipt};
use crate::{Backend, clock, error::BackendError, live::Audience, outage::until_written};

/// A file that is complete in the spool.
pub(crate) struct Finished {
    pub call: CallId,
    pub recording: RecordingId,
    pub path: PathBuf,
    pub bytes: u64,
    pub sha256: String,
    pub duration_ms: u64,
    pub gaps: Vec<bridge::RecordingGap>,
}

/// What the recorder says.
pub(crate) enum News {
    Started { call: CallId },
    Failed { call: CallId, reason: String },
    Finished(Finished),
}

/// Notes what the recorder says, in order; while the database is away it waits here.
pub(crate) async fn note_all(backend: Backend, mut news: mpsc::UnboundedReceiver<News>) {
    while let Some(one) = news.recv().await {
        match one {
            News::Started { call } => started(&backend, call).await,
            News::Failed { call, reason } => not_stored(&backend, call, &reason).await,
            News::Finished(file) => finished(&backend, file).await,
        }
    }
}

/// Notes the file and asks for it to be stored.
pub(crate) async fn finished(backend: &Backend, file: Finished) {
    let call = file.call;
    if let Err(error) = until_written!(backend, "a finished recording", note(backend, &file).await) {
        tracing::error!(%call, %error, "a finished recording could not be noted; it stays in the spool");
    }
}

async fn note(backend: &Backend, file: &Finished) -> Result<(), BackendError> {
    let Some(tenant) = backend.tenant_of_call(file.call).await? else {
        return Err(BackendError::NotFound("call"));
    };
    let scope = TenantScope::system(tenant);
    let now = clock::now();
    let talk_ms = storage::calls::get(backend.store(), scope, file.call).await?.map(|call| call.talk_ms);
    let gaps: Vec<RecordingGap> = file
        .gaps
        .iter()
        .map(|gap| RecordingGap {
            from_ms: gap.at_ms,
            to_ms: gap.at_ms + gap.duration_ms,
            reason: gap.cause.as_str().to_owned(),
        })
        .collect();
    let row = RecordingRow {
        id: file.recording,
        call_id: file.call,
        state: RecordingState::Storing,
        reason: None,
        local_path: Some(file.path.display().to_string()),
        location: None,
        expected_bytes: Some(file.bytes),
        stored_bytes: None,
        sha256: Some(file.sha256.clone()),
        read_back_at: None,
        duration_ms: Some(file.duration_ms),
        expected_ms: talk_ms.filter(|talk| *talk > 0),
        gaps: serde_json::to_value(gaps).unwrap_or_default(),
        channels: 2,
        started_at: now,
        updated_at: now,
    };
    storage::recordings::put(backend.store(), scope, &row).await?;
    backend.enqueue(scope, STORE, file.call, &store_key(file.recording, Some(&file.sha256))).await?;
    backend.feed().publish(tenant, Audience::Everyone, LiveEvent::Recording { receipt: receipt(row) });
    Ok(())
}

/// Of the job that stores this file: once for what is in it, and once more when the recorder has gone on after its end.
pub(crate) fn store_key(recording: RecordingId, sha256: Option<&str>) -> String {
    format!("{recording}:{}", sha256.and_then(|sum| sum.get(..16)).unwrap_or_default())
}

async fn started(backend: &Backend, call: CallId) {
    let Some(tenant) = backend.calls().tenant_of(call) else { return };
    let scope = TenantScope::system(tenant);
    let noted = until_written!(backend, "the start of a recording", note_start(backend, scope, call).await);
    if let Err(error) = noted {
        tracing::warn!(%call, %error, "the start of a recording could not be noted");
    }
}

/// The call's row says from now on that it is being recorded; of a file that is on its way into the store the row keeps what
/// the store needs.
async fn note_start(backend: &Backend, scope: TenantScope, call: CallId) -> Result<(), BackendError> {
    let old = storage::recordings::of_call(backend.store(), scope, call).await?;
    if old.is_some_and(|row| matches!(row.state, RecordingState::Storing | RecordingState::Stored)) {
        return Ok(());
    }
    let row = RecordingRow { state: RecordingState::Recording, ..empty(call, clock::now()) };
    Ok(storage::recordings::put(backend.store(), scope, &row).await?)
}

/// Nothing of the call is kept, or not to its end: said at once to the supervisors, and on the call.
pub(crate) async fn not_stored(backend: &Backend, call: CallId, reason: &str) {
    let tenant = until_written!(backend, "the loss of a recording", backend.tenant_of_call(call).await);
    let Ok(Some(tenant)) = tenant else { return };
    let notice = Notice {
        level: NoticeLevel::Loss,
        code: "recording_not_stored".to_owned(),
        text: format!("A recording is not stored: {reason}"),
        call_id: Some(call),
    };
    backend.feed().publish(tenant, Audience::Supervisors, LiveEvent::Notice { notice });
    let scope = TenantScope::system(tenant);
    match until_written!(backend, "the loss of a recording", note_loss(backend, scope, call, reason).await) {
        Ok(row) => {
            backend.feed().publish(tenant, Audience::Everyone, LiveEvent::Recording { receipt: receipt(row) });
        }
        Err(error) => tracing::error!(%call, %error, "the loss of a recording could not be noted"),
    }
}

async fn note_loss(
    backend: &Backend,
    scope: TenantScope,
    call: CallId,
    reason: &str,
) -> Result<RecordingRow, BackendError> {
    let now = clock::now();
    let old = storage::recordings::of_call(backend.store(), scope, call).await?;
    let row = RecordingRow {
        state: RecordingState::NotStored,
        reason: Some(reason.to_owned()),
        updated_at: now,
        ..old.unwrap_or_else(|| empty(call, now))
    };
    storage::recordings::put(backend.store(), scope, &row).await?;
    Ok(row)
}

fn empty(call: CallId, now: domain::time::UnixMillis) -> RecordingRow {
    RecordingRow {
        id: RecordingId::new(call.as_uuid()),
        call_id: call,
        state: RecordingState::NotStored,
        reason: None,
        local_path: None,
        location: None,
        expected_bytes: None,
        stored_bytes: None,
        sha256: None,
        read_back_at: None,
        duration_ms: None,
        expected_ms: None,
        gaps: serde_json::json!([]),
        channels: 2,
        started_at: now,
        updated_at: now,
    }
}

impl Backend {
    /// Puts a job about a call into the queue, unless one with this key is there.
    pub(crate) async fn enqueue(
        &self,
        scope: TenantScope,
        kind: &str,
        call: CallId,
        key: &str,
    ) -> Result<(), BackendError> {
        let now = clock::now();
        let job = NewJob {
            id: JobId::new(clock::new_uuid()),
            kind: kind.to_owned(),
            once_key: format!("{kind}:{key}"),
            payload: Personal::new(serde_json::json!({})),
            call_id: Some(call),
            max_attempts: crate::jobs::most_attempts(kind),
            run_at: now,
            created_at: now,
        };
        storage::jobs::enqueue(self.store(), scope, &job).await?;
        self.wake_jobs();
        Ok(())
    }

    /// Of a call that is under way here, or was.
    pub(crate) async fn tenant_of_call(&self, call: CallId) -> Result<Option<domain::ids::TenantId>, BackendError> {
        if let Some(tenant) = self.calls().tenant_of(call) {
            return Ok(Some(tenant));
        }
        for tenant in storage::tenants::all(self.store()).await? {
            if storage::calls::get(self.store(), TenantScope::system(tenant.id), call).await?.is_some() {
                return Ok(Some(tenant.id));
            }
        }
        Ok(None)
    }
}
