//! The job that makes a recording safe: upload, read back, compare, and only then say "stored".

use std::path::Path;

use domain::ids::CallId;
use providers::recording_store::{RecordingKey, StoreError};
use storage::{TenantScope, recordings::RecordingState};
use wire::{live::LiveEvent, recordings::Waveform};

use super::receipt;
use crate::{Backend, clock, intelligence, jobs::JobError, live::Audience};

const BUCKETS_PER_S: u32 = 20;

pub(crate) async fn store(backend: &Backend, scope: TenantScope, call: CallId) -> Result<(), JobError> {
    let Some(mut row) = storage::recordings::of_call(backend.store(), scope, call).await? else {
        return Err(JobError::Never("the recording is not known".to_owned()));
    };
    if row.state == RecordingState::Stored {
        // An earlier try was cut off behind the receipt; what follows is begun once.
        return intelligence::recording_stored(backend, scope, call).await;
    }
    let Some(local) = row.local_path.clone() else {
        return Err(JobError::Never("the recorder's file is not known".to_owned()));
    };
    let (store, place) = backend.recording_store(scope).await.map_err(|error| JobError::Again(error.to_string()))?;
    let key = RecordingKey::new(row.id, intelligence::date_of(row.started_at));
    let stored = store.put_and_verify(&key, Path::new(&local)).await.map_err(|error| match error {
        StoreError::Source { .. } => JobError::Never(error.to_string()),
        other => JobError::Again(other.to_string()),
    })?;
    let fits = row.expected_bytes == Some(stored.bytes) && row.sha256.as_deref() == Some(stored.sha256.as_str());
    if !fits {
        return Err(JobError::Again("what was read back is not what was recorded".to_owned()));
    }
    let waveform = waveform(Path::new(&local).to_owned()).await?;
    storage::recordings::set_waveform(backend.store(), scope, call, &waveform).await?;
    let now = clock::now();
    row.state = RecordingState::Stored;
    row.reason = None;
    row.location = Some(format!("{place}{}", key.as_str()));
    row.stored_bytes = Some(stored.bytes);
    row.read_back_at = Some(now);
    row.local_path = None;
    row.updated_at = now;
    storage::recordings::put(backend.store(), scope, &row).await?;
    if let Err(error) = tokio::fs::remove_file(&local).await {
        tracing::warn!(%call, %error, "the recorder's file could not be removed");
    }
    backend.feed().publish(scope.tenant(), Audience::Everyone, LiveEvent::Recording { receipt: receipt(row) });
    intelligence::recording_stored(backend, scope, call).await?;
    Ok(())
}

async fn waveform(path: std::path::PathBuf) -> Result<serde_json::Value, JobError> {
    let read = move || -> Result<Waveform, String> {
        let file = std::fs::File::open(&path).map_err(|error| error.to_string())?;
        let peaks =
            media::peaks::peaks(std::io::BufReader::new(file), BUCKETS_PER_S).map_err(|error| error.to_string())?;
        let mut channels = peaks.channels.into_iter();
        Ok(Waveform {
            buckets_per_s: peaks.per_second,
            customer: channels.next().unwrap_or_default(),
            agent: channels.next().unwrap_or_default(),
        })
    };
    let waveform = tokio::task::spawn_blocking(read)
        .await
        .map_err(|error| JobError::Again(error.to_string()))?
        .map_err(JobError::Never)?;
    serde_json::to_value(waveform).map_err(|error| JobError::Never(error.to_string()))
}
