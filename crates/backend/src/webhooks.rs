//! What carriers call: who asks is checked, the request kept, the answer given. Doubled and late deliveries are normal.

use std::time::Duration;

use domain::{
    ids::{InboxId, TenantId},
    pii::Personal,
};
use providers::twilio::{
    signature::{self, SignedBody},
    webhook::Form,
};
use sha2::{Digest, Sha256};
use storage::{
    TenantScope,
    inbox::{Delivery, Received},
};

use crate::{
    Backend, CarrierStream,
    calls::Dialect,
    carriers::{self, TWILIO, TenantCarrier},
    clock,
    error::BackendError,
};

mod cut_off;
mod exotel;
mod twilio;

pub use exotel::ExotelRequest;

/// A carrier that got no answer asks again within seconds (<https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>);
/// a copy of what was worked on long before comes from somebody else.
const REPLAYED_AFTER: Duration = Duration::from_secs(5 * 60);

/// A request as the edge received it.
#[derive(Debug)]
pub struct WebhookRequest {
    /// Last part of the path: `voice`, `status`, `resume`, `outbound-answer`, `conference-answer`,
    /// `agent-answer`, `agent-accept`, `conference`, `message-played`, `stream-status`, `amd`, `recording`, `message`.
    pub kind: String,
    pub path_and_query: String,
    pub signature: String,
    pub content_type: String,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAnswer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

impl WebhookAnswer {
    fn document(body: String) -> Self {
        Self { status: 200, content_type: providers::twilio::twiml::CONTENT_TYPE, body }
    }

    fn nothing() -> Self {
        Self { status: 204, content_type: "text/plain", body: String::new() }
    }

    fn json(body: &serde_json::Value) -> Self {
        Self { status: 200, content_type: "application/json", body: body.to_string() }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", body: body.to_owned() }
    }
}

/// A request whose signature fits.
struct Verified {
    tenant: TenantId,
    scope: TenantScope,
    carrier: TenantCarrier,
    form: Form,
}

impl Backend {
    pub async fn twilio_webhook(&self, request: WebhookRequest) -> WebhookAnswer {
        let verified = match self.verify(&request).await {
            Ok(verified) => verified,
            Err(answer) => return answer,
        };
        // A carrier that goes away in the middle does not stop the work on what it has said.
        let working = tokio::spawn(self.clone().work_on(verified, request));
        working.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the work on a webhook failed");
            WebhookAnswer::text(503, "try again")
        })
    }

    async fn work_on(self, verified: Verified, request: WebhookRequest) -> WebhookAnswer {
        let taken = match self.keep(verified.scope, TWILIO, &request).await {
            Ok(Kept::Replayed { age }) => {
                tracing::warn!(kind = %request.kind, age_s = age.as_secs(), "a webhook was refused: it is a replay");
                return WebhookAnswer::text(403, "this request was worked on before");
            }
            Ok(Kept::Received(taken)) => taken,
            // The carrier tries again, or goes to its fallback; nothing has been promised yet.
            Err(error) => {
                tracing::error!(kind = %request.kind, %error, "a webhook could not be kept");
                return WebhookAnswer::text(503, "try again");
            }
        };
        let answer = self.take_in(&verified, &request, taken).await;
        if answer.is_ok()
            && let Err(error) = storage::inbox::processed(self.store(), verified.scope, taken.id, clock::now()).await
        {
            tracing::warn!(%error, "a webhook could not be marked as processed");
        }
        answer.unwrap_or_else(|error| {
            tracing::error!(kind = %request.kind, %error, "a webhook could not be processed");
            WebhookAnswer::text(503, "try again")
        })
    }

    /// Finds the tenant by the carrier account and checks the signature under its tokens.
    async fn verify(&self, request: &WebhookRequest) -> Result<Verified, WebhookAnswer> {
        let refuse = |why: &str| {
            tracing::warn!(kind = %request.kind, why, "a webhook was refused");
            WebhookAnswer::text(403, "the request is not signed by the carrier of this server")
        };
        let form = Form::read(&request.content_type, &request.body)
            .map_err(|error| WebhookAnswer::text(400, &error.to_string()))?;
        let account = form.account(&request.path_and_query).map_err(|error| refuse(&error.to_string()))?;
        // The account is only a claim until the signature below has been checked; nothing is read but its tokens.
        let carrier = match self.cached_account(&account) {
            Some(carrier) => carrier,
            None => {
                let (tenant, _) = storage::settings::find_account(self.store(), carriers::SETTINGS, &account)
                    .await
                    .map_err(|_| WebhookAnswer::text(503, "try again"))?
                    .ok_or_else(|| refuse("unknown account"))?;
                let scope = TenantScope::system(tenant);
                self.carrier(scope, TWILIO).await.map_err(|_| refuse("no carrier is set up"))?
            }
        };
        let (tenant, scope) = (carrier.tenant, TenantScope::system(carrier.tenant));
        let url = format!("{}{}", carrier.public_url, request.path_and_query);
        let body = if request.content_type.starts_with("application/x-www-form-urlencoded") {
            SignedBody::Form(&form)
        } else {
            SignedBody::Raw(&request.body)
        };
        let header = Some(request.signature.as_str()).filter(|text| !text.is_empty());
        signature::verify(&carrier.tokens(clock::now()), &url, body, header)
            .map_err(|error| refuse(&error.to_string()))?;
        Ok(Verified { tenant, scope, carrier, form: form.with_account(&account) })
    }

    /// The same bytes to the same address are the same delivery.
    async fn keep(&self, scope: TenantScope, provider: &str, request: &WebhookRequest) -> Result<Kept, BackendError> {
        let mut hash = Sha256::new();
        hash.update(request.path_and_query.as_bytes());
        hash.update(&request.body);
        let key = hex::encode(hash.finalize());
        let raw = cut_off::raw(request)?;
        let delivery = Delivery {
            id: InboxId::new(clock::new_uuid()),
            provider: provider.to_owned(),
            delivery_key: key,
            raw: Personal::new(raw),
            received_at: clock::now(),
        };
        Ok(match storage::inbox::receive(self.store(), scope, &delivery).await? {
            Received::New => Kept::Received(Taken { id: delivery.id, is_new: true }),
            // One that was cut off is worked on as if it were new.
            Received::Duplicate { id, processed: false, .. } => Kept::Received(Taken { id, is_new: true }),
            Received::Duplicate { id, received_at, .. } => match delivery.received_at.since(received_at) {
                age if age > REPLAYED_AFTER => Kept::Replayed { age },
                _ => Kept::Received(Taken { id, is_new: false }),
            },
        })
    }

    /// Opens the media socket of a call, if the upgrade is signed by the tenant's carrier.
    pub async fn open_carrier_stream(&self, tenant: TenantId, signature: &str) -> Option<CarrierStream> {
        let carrier = self.carrier(TenantScope::system(tenant), TWILIO).await.ok()?;
        let header = Some(signature).filter(|text| !text.is_empty());
        match signature::verify_upgrade(&carrier.tokens(clock::now()), &carrier.media_url(), header) {
            Ok(()) => Some(CarrierStream::new(self.clone(), tenant, TWILIO, Dialect::twilio())),
            Err(error) => {
                tracing::warn!(%tenant, %error, "a media socket was refused");
                None
            }
        }
    }
}

enum Kept {
    Received(Taken),
    Replayed { age: Duration },
}

/// A request that is to be answered.
#[derive(Clone, Copy)]
struct Taken {
    id: InboxId,
    /// Nobody has worked on it yet.
    is_new: bool,
}

impl Taken {
    /// The same for each copy of the request.
    fn turn(self) -> uuid::Uuid {
        self.id.as_uuid()
    }
}
