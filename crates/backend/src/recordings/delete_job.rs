//! Removes the carrier's copy of a recording, once ours is stored and read back, when the tenant wants that.

use domain::{
    carrier_copy::{CarrierCopy, OwnRecording, carrier_copy},
    ids::{CallId, JobId},
    pii::Personal,
};
use providers::telephony::CarrierError;
use serde::{Deserialize, Serialize};
use storage::{
    TenantScope,
    jobs::NewJob,
    recordings::{Recording as RecordingRow, RecordingState},
};
use wire::config::CarrierRecordings;

use crate::{Actor, Backend, clock, error::BackendError, jobs::JobError};

pub(crate) const DELETE: &str = "delete_at_carrier";
/// Name of the settings row.
const SETTINGS: &str = "carrier_recordings";

/// What the job needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delete {
    pub provider: String,
    /// As the carrier names it.
    pub recording: String,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
struct Wish {
    delete_when_stored: bool,
}

impl Backend {
    async fn delete_wished(&self, scope: TenantScope) -> Result<bool, BackendError> {
        let (wish, _) = self.setting::<Wish>(scope, SETTINGS).await?;
        Ok(wish.delete_when_stored)
    }

    pub async fn carrier_recordings(&self, actor: &Actor) -> Result<CarrierRecordings, BackendError> {
        actor.must_configure()?;
        Ok(CarrierRecordings { delete_when_stored: self.delete_wished(actor.scope).await? })
    }

    pub async fn update_carrier_recordings(
        &self,
        actor: &Actor,
        body: CarrierRecordings,
    ) -> Result<CarrierRecordings, BackendError> {
        actor.must_configure()?;
        let wish = Wish { delete_when_stored: body.delete_when_stored };
        self.put_setting(actor, SETTINGS, &wish, &Default::default(), None).await?;
        Ok(body)
    }

    /// Once for each recording of a carrier that can remove it, when the tenant wants that.
    pub(crate) async fn delete_at_carrier_later(
        &self,
        scope: TenantScope,
        call: CallId,
        delete: &Delete,
    ) -> Result<(), BackendError> {
        if !self.delete_wished(scope).await? {
            return Ok(());
        }
        if !self.carrier(scope, &delete.provider).await?.api.capabilities().delete_recordings {
            return Ok(());
        }
        let now = clock::now();
        let payload = serde_json::to_value(delete).map_err(|error| BackendError::Internal(error.to_string()))?;
        let job = NewJob {
            id: JobId::new(clock::new_uuid()),
            kind: DELETE.to_owned(),
            once_key: format!("{DELETE}:{}", delete.recording),
            payload: Personal::new(payload),
            call_id: Some(call),
            max_attempts: crate::jobs::most_attempts(DELETE),
            run_at: now,
            created_at: now,
        };
        storage::jobs::enqueue(self.store(), scope, &job).await?;
        self.wake_jobs();
        Ok(())
    }
}

fn own(row: Option<&RecordingRow>) -> OwnRecording {
    match row.map(|row| (row.state, row.read_back_at)) {
        Some((RecordingState::Stored, Some(_))) => OwnRecording::Verified,
        Some((
            RecordingState::Recording | RecordingState::Paused | RecordingState::Storing | RecordingState::Stored,
            _,
        )) => OwnRecording::UnderWay,
        Some((RecordingState::Off | RecordingState::NotStored, _)) | None => OwnRecording::None,
    }
}

pub(crate) async fn delete(
    backend: &Backend,
    scope: TenantScope,
    call: CallId,
    payload: &serde_json::Value,
) -> Result<(), JobError> {
    let wanted = Delete::deserialize(payload).map_err(|error| JobError::Never(error.to_string()))?;
    let row = storage::recordings::of_call(backend.store(), scope, call).await?;
    let over = storage::calls::get(backend.store(), scope, call).await?.is_none_or(|call| call.ended_at.is_some());
    match carrier_copy(backend.delete_wished(scope).await?, own(row.as_ref()), over) {
        CarrierCopy::Keep => return Ok(()),
        CarrierCopy::Wait => return Err(JobError::Again("our own recording is not in the store yet".to_owned())),
        CarrierCopy::Delete => {}
    }
    let carrier = backend.carrier(scope, &wanted.provider).await?;
    // One that is gone already is a success there.
    carrier.api.delete_recording(&wanted.recording).await.map_err(|error: CarrierError| {
        if error.may_be_repeated() { JobError::Again(error.to_string()) } else { JobError::Never(error.to_string()) }
    })?;
    tracing::info!(%call, provider = %wanted.provider, "the carrier's copy of a recording was deleted");
    Ok(())
}
