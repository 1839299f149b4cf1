//! Webhooks that were kept and not worked on, because the server ended in between.

use domain::{ids::TenantId, pii::Personal};
use providers::twilio::webhook::Form;
use serde::{Deserialize, Serialize};
use storage::{TenantScope, inbox::Delivery};

use super::{Taken, Verified, WebhookRequest};
use crate::{
    Backend,
    carriers::{EXOTEL, TWILIO},
    clock,
    error::BackendError,
};

/// More than a server takes in while it dies.
const MOST: u32 = 1_000;

/// A request as it is kept.
#[derive(Serialize, Deserialize)]
struct Raw {
    kind: String,
    path_and_query: String,
    /// Not there in what older versions have kept: forms, all of them.
    #[serde(default)]
    content_type: String,
    body: String,
}

pub(super) fn raw(request: &WebhookRequest) -> Result<String, BackendError> {
    let raw = Raw {
        kind: request.kind.clone(),
        path_and_query: request.path_and_query.clone(),
        content_type: request.content_type.clone(),
        body: String::from_utf8_lossy(&request.body).into_owned(),
    };
    serde_json::to_string(&raw).map_err(|error| BackendError::Internal(error.to_string()))
}

fn unreadable(error: impl ToString) -> BackendError {
    BackendError::Internal(format!("a kept webhook cannot be read: {}", error.to_string()))
}

fn raw_request(raw: &Personal<String>) -> Result<WebhookRequest, BackendError> {
    let raw: Raw = serde_json::from_str(raw.reveal()).map_err(unreadable)?;
    Ok(WebhookRequest {
        kind: raw.kind,
        path_and_query: raw.path_and_query,
        signature: String::new(),
        content_type: raw.content_type,
        body: raw.body.into_bytes(),
    })
}

/// As it came; its signature was checked then.
fn request(raw: &Personal<String>) -> Result<(WebhookRequest, Form), BackendError> {
    let request = raw_request(raw)?;
    let form = Form::read(&request.content_type, &request.body).map_err(unreadable)?;
    // As it was checked then.
    let form = match form.account(&request.path_and_query) {
        Ok(account) => form.with_account(&account),
        Err(_) => form,
    };
    Ok((request, form))
}

impl Backend {
    /// At start, before anything new comes in. What fails for another reason than the database is not tried again.
    pub(crate) async fn redo_inbox(&self) {
        let cut_off = match storage::inbox::unprocessed(self.store(), clock::now(), MOST).await {
            Ok(cut_off) => cut_off,
            Err(error) => {
                tracing::error!(%error, "webhooks of the last server cannot be looked for");
                return;
            }
        };
        for (tenant, delivery) in cut_off {
            match self.redo(tenant, &delivery).await {
                Ok(()) => tracing::info!(%tenant, id = %delivery.id, "a webhook of the last server was worked on"),
                Err(BackendError::Unavailable) => continue,
                Err(error) => tracing::error!(%tenant, id = %delivery.id, %error, "a kept webhook is given up"),
            }
            let scope = TenantScope::system(tenant);
            if let Err(error) = storage::inbox::processed(self.store(), scope, delivery.id, clock::now()).await {
                tracing::warn!(%error, "a webhook could not be marked as processed");
            }
        }
    }

    async fn redo(&self, tenant: TenantId, delivery: &Delivery) -> Result<(), BackendError> {
        let scope = TenantScope::system(tenant);
        if delivery.provider == EXOTEL {
            return self.redo_exotel(scope, raw_request(&delivery.raw)?).await;
        }
        let (request, form) = request(&delivery.raw)?;
        let carrier = self.carrier(scope, TWILIO).await?;
        let verified = Verified { tenant, scope, carrier, form };
        // Nobody waits for the answer any more.
        self.take_in(&verified, &request, Taken { id: delivery.id, is_new: true }).await.map(drop)
    }
}
