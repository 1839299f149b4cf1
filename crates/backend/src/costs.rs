//! What the carrier asks for a call: read back once it has been billed.

use std::time::Duration;

use domain::{
    ids::{CallId, JobId},
    pii::Personal,
};
use providers::telephony::{CarrierError, ProviderCallId};
use storage::{TenantScope, calls::Cost, jobs::NewJob};

use crate::{Backend, clock, error::BackendError, jobs::JobError};

pub(crate) const READ_COST: &str = "read_cost";
/// Twilio and Exotel settle a call about two minutes after its end.
const SETTLED_AFTER: Duration = Duration::from_secs(150);

impl Backend {
    pub(crate) async fn read_cost_later(&self, scope: TenantScope, call: CallId) -> Result<(), BackendError> {
        let now = clock::now();
        let job = NewJob {
            id: JobId::new(clock::new_uuid()),
            kind: READ_COST.to_owned(),
            once_key: format!("{READ_COST}:{call}"),
            payload: Personal::new(serde_json::json!({})),
            call_id: Some(call),
            max_attempts: crate::jobs::most_attempts(READ_COST),
            run_at: now.plus(SETTLED_AFTER),
            created_at: now,
        };
        storage::jobs::enqueue(self.store(), scope, &job).await?;
        Ok(())
    }
}

pub(crate) async fn read(backend: &Backend, scope: TenantScope, call: CallId) -> Result<(), JobError> {
    let row = storage::calls::get(backend.store(), scope, call).await?;
    let Some((provider, id)) = row.and_then(|row| Some((row.provider, row.provider_call_id?))) else {
        return Err(JobError::Never("the carrier's id of the call is not known".to_owned()));
    };
    let carrier = backend.carrier(scope, &provider).await?;
    let snapshot = carrier.api.fetch_call(&ProviderCallId::new(id)).await.map_err(|error: CarrierError| {
        if error.may_be_repeated() { JobError::Again(error.to_string()) } else { JobError::Never(error.to_string()) }
    })?;
    let price = snapshot.price.ok_or_else(|| JobError::Again("the carrier has not billed the call yet".to_owned()))?;
    let cost = Cost { amount: price.amount, unit: price.unit };
    storage::calls::set_cost(backend.store(), scope, call, &cost).await?;
    Ok(())
}
