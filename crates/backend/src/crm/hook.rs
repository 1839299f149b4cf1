//! A CRM says that a record has changed. Its address holds a secret; the record is then read from the CRM itself, so that nothing
//! that is posted here is believed.

use domain::{
    crm::{MOST_ID, text_at},
    ids::{CrmConnectorId, TenantId},
};
use sha2::{Digest, Sha256};
use storage::TenantScope;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use super::state::{HOOK, Settings};
use crate::{Backend, clock, webhooks::WebhookAnswer};

/// Records that wait to be read. More would be all of them, which the walk reads.
const MOST_WAITING: u32 = 10_000;

/// A webhook of a CRM as the edge received it.
#[derive(Debug)]
pub struct CrmHook {
    pub tenant: TenantId,
    pub connector: CrmConnectorId,
    pub secret: String,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// The id of the record, of a JSON object or a form.
fn named(hook: &CrmHook, path: &str) -> Option<String> {
    let is_form = hook.content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded");
    let id = if is_form {
        let mut fields = form_urlencoded::parse(&hook.body);
        fields.find(|(name, _)| name == path).map(|(_, text)| text.trim().to_owned())?
    } else {
        text_at(&serde_json::from_slice(&hook.body).ok()?, path)?
    };
    let fits = !id.is_empty() && id.chars().count() <= MOST_ID && !id.chars().any(char::is_control);
    fits.then_some(id)
}

impl Backend {
    /// Named twice before it is read, a record is read once; named again after that, it is found unchanged.
    pub async fn crm_hook(&self, hook: CrmHook) -> WebhookAnswer {
        let scope = TenantScope::system(hook.tenant);
        let row = match storage::crm::get(self.store(), scope, hook.connector).await {
            Ok(row) => row,
            Err(error) => return failed(&error),
        };
        // Of the same length whatever was given, so that the time of the comparison tells nothing.
        let hash = |text: &str| Sha256::digest(text.as_bytes());
        let expected = row.as_ref().and_then(|row| row.secrets.get(HOOK)).map_or("", |secret| secret.reveal().as_str());
        let same = bool::from(hash(&hook.secret).ct_eq(&hash(expected)));
        let known = same && !expected.is_empty();
        let Some(row) = row.filter(|_| known) else {
            tracing::warn!(tenant = %hook.tenant, connector = %hook.connector, "a webhook of a CRM was refused");
            return WebhookAnswer::text(403, "this address is not known here");
        };
        let Ok(settings) = Settings::of(&row) else { return WebhookAnswer::text(503, "try again") };
        let Some(id) = named(&hook, &settings.api.hook_id_path) else {
            return WebhookAnswer::text(400, "the request names no record");
        };
        match storage::crm::named::add(self.store(), scope, row.id, &id, MOST_WAITING, clock::now()).await {
            Ok(true) => WebhookAnswer::text(202, "taken"),
            Ok(false) => WebhookAnswer::text(429, "too many records wait; they will be read anyhow"),
            Err(error) => failed(&error),
        }
    }
}

fn failed(error: &storage::StorageError) -> WebhookAnswer {
    tracing::warn!(%error, "a webhook of a CRM could not be kept");
    WebhookAnswer::text(503, "try again")
}
