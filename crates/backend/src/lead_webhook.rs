//! Tells an organisation's own program of each new lead. Files of leads are not told one by one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    ids::{DeliveryId, JobId, LeadId},
    pii::Personal,
};
use providers::{
    lead_webhook::{TellError, tell},
    outside::target,
};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use storage::{
    TenantScope, Tx,
    jobs::{JobStatus, NewJob},
    settings::Secrets,
    webhook_deliveries::{Tried, WebhookDelivery as DeliveryRow},
};
use wire::{
    intake::{DeliveryStatus, LeadWebhook, LeadWebhookInput, WebhookDelivery},
    page::{Page, PageQuery},
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    jobs::JobError,
    leads, paging,
};

/// Kind of the job.
pub(crate) const TELL: &str = "lead_webhook";
const NAME: &str = "lead_webhook";
const SECRET: &str = "secret";
/// By which a secret is known when it stands where it should not.
const PREFIX: &str = "whsec_";
const CREATED: &str = "lead.created";

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    url: String,
    on: bool,
}

fn shown(row: DeliveryRow) -> WebhookDelivery {
    let status = match (row.delivered_at, row.job_status) {
        (Some(_), _) => DeliveryStatus::Delivered,
        (None, Some(JobStatus::Waiting | JobStatus::Running)) => DeliveryStatus::Waiting,
        (None, Some(JobStatus::Done | JobStatus::Dead) | None) => DeliveryStatus::GivenUp,
    };
    WebhookDelivery {
        id: row.id,
        lead_id: row.lead_id,
        event: row.event,
        job_id: row.job_id,
        status,
        attempts: row.attempts,
        http_status: row.http_status,
        last_error: row.last_error,
        created_at_ms: row.created_at,
        delivered_at_ms: row.delivered_at,
    }
}

fn in_json(error: serde_json::Error) -> BackendError {
    BackendError::Internal(error.to_string())
}

/// In the transaction that makes the lead: both are there, or neither. Nothing where no program is to be told.
pub(crate) async fn tell_of(unit: &mut Tx, scope: TenantScope, lead: LeadId) -> Result<(), BackendError> {
    let Some(setting) = storage::settings::get(&mut *unit, scope, NAME).await? else { return Ok(()) };
    let settings: Settings = serde_json::from_value(setting.value).map_err(in_json)?;
    if !settings.on {
        return Ok(());
    }
    let (id, now) = (DeliveryId::new(clock::new_uuid()), clock::now());
    let job = NewJob {
        id: JobId::new(clock::new_uuid()),
        kind: TELL.to_owned(),
        once_key: format!("{TELL}:{lead}"),
        payload: Personal::new(serde_json::json!({ "delivery": id })),
        call_id: None,
        max_attempts: crate::jobs::most_attempts(TELL),
        run_at: now,
        created_at: now,
    };
    let delivery = DeliveryRow {
        id,
        lead_id: lead,
        event: CREATED.to_owned(),
        job_id: job.id,
        attempts: 0,
        http_status: None,
        last_error: None,
        delivered_at: None,
        created_at: now,
        job_status: None,
    };
    storage::jobs::enqueue(&mut *unit, scope, &job).await?;
    storage::webhook_deliveries::insert(unit, scope, &delivery).await?;
    Ok(())
}

#[derive(Deserialize)]
struct Payload {
    delivery: DeliveryId,
}

/// One try of a job.
pub(crate) async fn carry_out(
    backend: &Backend,
    scope: TenantScope,
    payload: &serde_json::Value,
) -> Result<(), JobError> {
    let Payload { delivery } =
        Payload::deserialize(payload).map_err(|_| JobError::Never("the job names no delivery".to_owned()))?;
    let row = storage::webhook_deliveries::get(backend.store(), scope, delivery).await?;
    let row = row.ok_or_else(|| JobError::Never("the delivery is forgotten".to_owned()))?;
    let lead = storage::leads::get(backend.store(), scope, row.lead_id).await?;
    let lead = lead.ok_or_else(|| JobError::Never("the lead is not there any more".to_owned()))?;
    let (settings, secrets) = backend.setting::<Settings>(scope, NAME).await?;
    let secret = secrets.get(SECRET).filter(|_| settings.on);
    let secret = secret.ok_or_else(|| JobError::Never("the webhook is turned off".to_owned()))?;
    let url = target(&settings.url, backend.reach())
        .map_err(|error| JobError::Never(format!("the address of the webhook: {error}")))?;
    let body = serde_json::json!({
        "id": row.id,
        "event": row.event,
        "created_at_ms": row.created_at,
        "lead": leads::shown(lead),
    });
    let now = clock::now();
    let told = tell(&url, backend.reach(), secret, &row.id.to_string(), now.0 / 1000, body.to_string()).await;
    let error = told.as_ref().err().map(ToString::to_string);
    let http_status = match &told {
        Ok(status) | Err(TellError::Refused(status)) => Some(*status),
        Err(TellError::Unreachable(_)) => None,
    };
    let tried = Tried { http_status, error: error.as_deref(), at: clock::now() };
    storage::webhook_deliveries::note(backend.store(), scope, row.id, tried).await?;
    told.map(drop).map_err(|error| JobError::Again(error.to_string()))
}

impl Backend {
    pub async fn lead_webhook(&self, actor: &Actor) -> Result<LeadWebhook, BackendError> {
        actor.must_configure()?;
        let (settings, secrets) = self.setting::<Settings>(actor.scope, NAME).await?;
        Ok(LeadWebhook { url: settings.url, on: settings.on, has_secret: secrets.contains_key(SECRET), secret: None })
    }

    /// The first time, and whenever it is asked for, a new secret is made and told in the answer.
    pub async fn update_lead_webhook(
        &self,
        actor: &Actor,
        body: LeadWebhookInput,
    ) -> Result<LeadWebhook, BackendError> {
        actor.must_configure()?;
        let url = body.url.trim().to_owned();
        let mut checks = FieldChecks::default();
        checks.at_most(&url, 500, "url");
        let fits = target(&url, self.reach()).is_ok() || (url.is_empty() && !body.on);
        checks.require(fits, "url", "expected an https:// address outside of this network");
        checks.done()?;
        let (_, mut secrets) = self.setting::<Settings>(actor.scope, NAME).await?;
        let mut fresh = None;
        if body.new_secret || (body.on && !secrets.contains_key(SECRET)) {
            let random: [u8; 32] = rand::rng().random();
            let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
            secrets = Secrets::from([(SECRET.to_owned(), Personal::new(secret.clone()))]);
            fresh = Some(secret);
        }
        let settings = Settings { url, on: body.on };
        self.put_setting(actor, NAME, &settings, &secrets, None).await?;
        Ok(LeadWebhook { url: settings.url, on: settings.on, has_secret: secrets.contains_key(SECRET), secret: fresh })
    }

    pub async fn list_webhook_deliveries(
        &self,
        actor: &Actor,
        query: PageQuery,
    ) -> Result<Page<WebhookDelivery>, BackendError> {
        actor.must_configure()?;
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let page = storage::webhook_deliveries::list(self.store(), actor.scope, request).await?;
        Ok(paging::page(page, shown))
    }
}
