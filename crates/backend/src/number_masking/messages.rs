//! Text messages through a virtual number: what one side writes to it goes on to the other, from the same number.

use domain::{
    ids::{JobId, LeadId},
    number_masking::Side,
    phone_number::E164,
    pii::Personal,
};
use providers::{telephony::CarrierError, twilio::webhook::MessageRequest};
use serde::{Deserialize, Serialize};
use storage::{TenantScope, jobs::NewJob};

use crate::{Backend, carriers::TWILIO, clock, error::BackendError, jobs::JobError};

pub(crate) const RELAY: &str = "relay_message";
/// Twilio takes so many characters in one message.
const MOST_CHARACTERS: usize = 1600;

/// What the job needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Relay {
    /// The virtual number.
    from: String,
    to: String,
    text: String,
    /// When the message is for a lead.
    lead: Option<LeadId>,
}

impl Backend {
    /// A message has come to one of the tenant's numbers. Without a mapping of its sender it is kept in the inbox only.
    pub(crate) async fn relay_message(&self, scope: TenantScope, message: &MessageRequest) -> Result<(), BackendError> {
        let number = storage::numbers::find(self.store(), message.to.reveal()).await?;
        let Some((_, number)) = number.filter(|(owner, _)| *owner == scope.tenant()) else {
            return self.note_unknown_number(scope, message.to.reveal()).await;
        };
        let now = clock::now();
        let from = message.from.reveal();
        let reached = storage::number_masking::reached(self.store(), scope, number.id, from, now).await?;
        let Some(reached) = reached else {
            tracing::info!(message = %message.message_sid, "a message came from somebody who has no mapping");
            return Ok(());
        };
        let lead = storage::leads::get(self.store(), scope, reached.lead).await?;
        let (to, lead) = match reached.side {
            Side::Lead => (self.phone_of(scope, reached.agent).await?, None),
            Side::Agent => {
                let phone = lead.as_ref().and_then(|lead| E164::from_carrier(lead.phone.reveal()).ok());
                (phone, Some(reached.lead))
            }
        };
        let Some(to) = to else {
            tracing::info!(message = %message.message_sid, "the other side of a message has no telephone");
            return Ok(());
        };
        let text: String = message.text.reveal().chars().take(MOST_CHARACTERS).collect();
        if text.trim().is_empty() {
            return Ok(());
        }
        let relay = Relay { from: number.number, to: to.as_str().to_owned(), text, lead };
        let payload = serde_json::to_value(&relay).map_err(|error| BackendError::Internal(error.to_string()))?;
        let job = NewJob {
            id: JobId::new(clock::new_uuid()),
            kind: RELAY.to_owned(),
            once_key: format!("{RELAY}:{}", message.message_sid),
            payload: Personal::new(payload),
            call_id: None,
            max_attempts: crate::jobs::most_attempts(RELAY),
            run_at: now,
            created_at: now,
        };
        storage::jobs::enqueue(self.store(), scope, &job).await?;
        self.wake_jobs();
        Ok(())
    }
}

pub(crate) async fn relay(backend: &Backend, scope: TenantScope, payload: &serde_json::Value) -> Result<(), JobError> {
    let relay = Relay::deserialize(payload).map_err(|error| JobError::Never(error.to_string()))?;
    if let Some(lead) = relay.lead {
        let row = storage::leads::get(backend.store(), scope, lead).await?;
        let row = row.ok_or_else(|| JobError::Never("the person is not known any more".to_owned()))?;
        if backend.objection_to_lead(scope, &row, row.campaign_id).await?.is_some() {
            return Err(JobError::Never("the person must not be contacted".to_owned()));
        }
    }
    let carrier = backend.carrier(scope, TWILIO).await?;
    match carrier.api.send_sms(&relay.from, &Personal::new(relay.to), &relay.text).await {
        Ok(_) => Ok(()),
        Err(error @ (CarrierError::Unreachable { .. } | CarrierError::RateLimited { .. })) => {
            Err(JobError::Again(error.to_string()))
        }
        // Sent or not is not known, or it will be refused again: twice is worse than once less.
        Err(error) => Err(JobError::Never(error.to_string())),
    }
}
