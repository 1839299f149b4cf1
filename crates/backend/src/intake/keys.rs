//! The keys by which forms and programs hand leads in.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{consent::is_purpose, ids::IntakeKeyId, intake::MOST_CONSENTS};
use rand::RngExt;
use storage::intake::IntakeKey as KeyRow;
use wire::{
    error::FieldError,
    intake::{IntakeKey, IntakeKeyInput, IntakeKeyMade},
};

use super::{LEADS_WRITE, hash_of, plan_of};
use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};

/// By which a secret is known when it stands where it should not.
const PREFIX: &str = "swb_";
const MOST_KEYS: usize = 100;
const MOST_RULES: usize = 100;

fn shown(row: KeyRow) -> Result<IntakeKey, BackendError> {
    Ok(IntakeKey {
        plan: plan_of(&row)?,
        id: row.id,
        name: row.name,
        key_end: row.key_end,
        scope: row.scope,
        campaign_id: row.campaign_id,
        source: row.source,
        on: row.on,
        made_by: row.made_by_name,
        created_at_ms: row.created_at,
        last_used_at_ms: row.last_used_at,
        version: row.version,
    })
}

fn check(body: &IntakeKeyInput) -> Result<(), BackendError> {
    let mut checks = FieldChecks::default();
    checks.text(&body.name, 80, "name");
    checks.text(&body.source, 80, "source");
    checks.at_most(&body.plan.honeypot, 200, "plan.honeypot");
    checks.require(body.plan.columns.len() <= MOST_RULES, "plan.columns", "expected at most 100");
    for (n, rule) in body.plan.columns.iter().enumerate() {
        checks.text(&rule.column, 200, &format!("plan.columns[{n}].column"));
    }
    checks.require(body.plan.consents.len() <= MOST_CONSENTS, "plan.consents", "expected at most 20");
    for (n, rule) in body.plan.consents.iter().enumerate() {
        checks.text(&rule.field, 200, &format!("plan.consents[{n}].field"));
        let plain = is_purpose(&rule.purpose);
        checks.require(plain, &format!("plan.consents[{n}].purpose"), "expected 1 to 40 of a-z 0-9 - _");
    }
    checks.done()?;
    body.plan.check().map_err(|problems| {
        let told = |problem: domain::imports::MappingProblem| FieldError {
            field: "plan.columns".to_owned(),
            problem: problem.to_string(),
        };
        BackendError::InvalidFields(problems.into_iter().map(told).collect())
    })
}

fn written(body: &IntakeKeyInput) -> Result<serde_json::Value, BackendError> {
    serde_json::to_value(&body.plan).map_err(|error| BackendError::Internal(error.to_string()))
}

impl Backend {
    pub async fn list_intake_keys(&self, actor: &Actor) -> Result<Vec<IntakeKey>, BackendError> {
        actor.must_configure()?;
        storage::intake::list(self.store(), actor.scope).await?.into_iter().map(shown).collect()
    }

    async fn intake_key(&self, actor: &Actor, id: IntakeKeyId) -> Result<KeyRow, BackendError> {
        storage::intake::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("key"))
    }

    /// Makes a key; its secret is in the answer and nowhere else.
    pub async fn create_intake_key(&self, actor: &Actor, body: IntakeKeyInput) -> Result<IntakeKeyMade, BackendError> {
        actor.must_configure()?;
        check(&body)?;
        if storage::intake::list(self.store(), actor.scope).await?.len() >= MOST_KEYS {
            return Err(BackendError::Conflict("there are 100 keys already; remove one of them first"));
        }
        let random: [u8; 32] = rand::rng().random();
        let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
        let row = KeyRow {
            id: IntakeKeyId::new(clock::new_uuid()),
            plan: written(&body)?,
            name: body.name.trim().to_owned(),
            key_end: secret.chars().skip(secret.len() - 4).collect(),
            scope: LEADS_WRITE.to_owned(),
            campaign_id: body.campaign_id,
            source: body.source.trim().to_owned(),
            on: body.on,
            made_by: actor.user,
            made_by_name: Some(actor.name.clone()),
            created_at: clock::now(),
            last_used_at: None,
            version: 1,
        };
        storage::intake::insert(self.store(), actor.scope, &row, &hash_of(&secret)).await?;
        self.audit(actor, "intake_key.create", &row.id.to_string(), serde_json::json!({ "name": row.name })).await;
        Ok(IntakeKeyMade { key: shown(row)?, secret })
    }

    pub async fn update_intake_key(
        &self,
        actor: &Actor,
        id: IntakeKeyId,
        body: IntakeKeyInput,
    ) -> Result<IntakeKey, BackendError> {
        actor.must_configure()?;
        check(&body)?;
        let mut row = self.intake_key(actor, id).await?;
        row.plan = written(&body)?;
        row.name = body.name.trim().to_owned();
        row.source = body.source.trim().to_owned();
        (row.campaign_id, row.on) = (body.campaign_id, body.on);
        row.version = storage::intake::update(self.store(), actor.scope, &row).await?;
        let told = serde_json::json!({ "name": row.name, "on": row.on });
        self.audit(actor, "intake_key.update", &id.to_string(), told).await;
        shown(row)
    }

    /// What is handed in by it from now on is refused.
    pub async fn remove_intake_key(&self, actor: &Actor, id: IntakeKeyId) -> Result<(), BackendError> {
        actor.must_configure()?;
        if !storage::intake::remove(self.store(), actor.scope, id).await? {
            return Err(BackendError::NotFound("key"));
        }
        self.audit(actor, "intake_key.remove", &id.to_string(), serde_json::json!({})).await;
        Ok(())
    }
}
