//! Recordings that the carrier has made: fetched, brought into our form, stored and read back as our own are, and deleted there
//! when the tenant wants that.

use std::io::BufWriter;

use domain::{
    ids::{CallId, JobId, RecordingId},
    pii::Personal,
    time::UnixMillis,
};
use media::foreign_sound::ForeignSound;
use providers::telephony::{Carrier, CarrierError, ProviderCallId, RecordingFile};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::{TenantScope, calls::Direction, jobs::NewJob, recordings::RecordingState};

use super::{Delete, Finished, finished};
use crate::{Backend, carriers::EXOTEL, clock, error::BackendError, jobs::JobError};

pub(crate) const FETCH: &str = "fetch_recording";
/// Files of carriers on their way into the store.
const FOLDER: &str = "fetched";

/// What the job needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fetch {
    pub provider: String,
    pub provider_call_id: String,
}

impl Backend {
    /// Once for each recording, however often the carrier tells of it.
    pub(crate) async fn fetch_recording_later(
        &self,
        scope: TenantScope,
        call: CallId,
        fetch: &Fetch,
        at: UnixMillis,
    ) -> Result<(), BackendError> {
        let job = NewJob {
            id: JobId::new(clock::new_uuid()),
            kind: FETCH.to_owned(),
            once_key: format!("{FETCH}:{call}"),
            payload: Personal::new(
                serde_json::to_value(fetch).map_err(|error| BackendError::Internal(error.to_string()))?,
            ),
            call_id: Some(call),
            max_attempts: crate::jobs::most_attempts(FETCH),
            run_at: at,
            created_at: clock::now(),
        };
        storage::jobs::enqueue(self.store(), scope, &job).await?;
        self.wake_jobs();
        Ok(())
    }
}

pub(crate) async fn fetch(
    backend: &Backend,
    scope: TenantScope,
    call: CallId,
    payload: &serde_json::Value,
) -> Result<(), JobError> {
    let wanted = Fetch::deserialize(payload).map_err(|error| JobError::Never(error.to_string()))?;
    let before = storage::recordings::of_call(backend.store(), scope, call).await?;
    if before.is_some_and(|row| {
        matches!(row.state, RecordingState::Stored | RecordingState::Storing) && row.sha256.is_some()
    }) {
        return Ok(());
    }
    let carrier = backend.carrier(scope, &wanted.provider).await?;
    let (name, file) = file_of(carrier.api.as_ref(), &wanted).await?;
    let row = storage::calls::get(backend.store(), scope, call).await?;
    let outbound = row.is_some_and(|row| row.direction == Direction::Outbound);
    // The telephone that Exotel calls first is on the left: the agent's, in calls that we began.
    let agent_first = wanted.provider == EXOTEL && outbound;
    let folder = backend.options().data_folder.join(FOLDER);
    let fetched = tokio::task::spawn_blocking(move || write(&folder, call, file, agent_first))
        .await
        .map_err(|error| JobError::Again(error.to_string()))??;
    finished(backend, fetched).await;
    // What is fetched now may go there later; if this is lost, the copy stays.
    let delete = Delete { provider: wanted.provider, recording: name };
    backend.delete_at_carrier_later(scope, call, &delete).await?;
    Ok(())
}

async fn file_of(api: &dyn Carrier, wanted: &Fetch) -> Result<(String, RecordingFile), JobError> {
    let call = ProviderCallId::new(wanted.provider_call_id.clone());
    let name = api.find_recording(&call).await.map_err(job_error)?;
    let name = name.ok_or_else(|| JobError::Again("the carrier has no recording of the call yet".to_owned()))?;
    let file = api.fetch_recording(&name).await.map_err(job_error)?;
    Ok((name, file))
}

fn job_error(error: CarrierError) -> JobError {
    if error.may_be_repeated() { JobError::Again(error.to_string()) } else { JobError::Never(error.to_string()) }
}

fn write(folder: &std::path::Path, call: CallId, file: RecordingFile, agent_first: bool) -> Result<Finished, JobError> {
    let sound = ForeignSound::read(Vec::from(file.bytes)).map_err(|error| JobError::Never(error.to_string()))?;
    let duration_ms = sound.duration_ms();
    let sound = if agent_first { sound.swapped() } else { sound };
    let again = |error: std::io::Error| JobError::Again(error.to_string());
    std::fs::create_dir_all(folder).map_err(again)?;
    let path = folder.join(format!("{call}.opus"));
    let out = BufWriter::new(std::fs::File::create(&path).map_err(again)?);
    let out = sound.write(out, call.as_uuid().as_u128() as u32).map_err(|error| JobError::Again(error.to_string()))?;
    out.into_inner().map_err(|error| again(error.into_error()))?.sync_all().map_err(again)?;
    let bytes = std::fs::read(&path).map_err(again)?;
    Ok(Finished {
        call,
        recording: RecordingId::new(call.as_uuid()),
        path,
        bytes: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(&bytes)),
        duration_ms,
        gaps: Vec::new(),
    })
}
