//! CRMs as an admin sets them up.

use std::time::Instant;

use domain::{
    crm::{CrmPush, Place, external_id, read_page, read_record},
    ids::CrmConnectorId,
    pii::Personal,
    time::UnixMillis,
};
use providers::outside::target;
use rand::RngExt;
use storage::{
    crm::{Connector as ConnectorRow, Wish},
    settings::Secrets,
};
use wire::{
    config::TestResult,
    crm::{CrmConnector, CrmConnectorInput, CrmProblem, PauseCrm, SyncCrm},
    page::{Page, PageQuery},
};

use super::{
    access::AccessError,
    problem,
    state::{HOOK, SECRET, Settings, State},
};
use crate::{Actor, Backend, clock, error::BackendError, paging, settings::test_result};

const MOST_CONNECTORS: usize = 20;

fn settings_of(body: &CrmConnectorInput) -> Settings {
    Settings {
        source: body.source.trim().to_owned(),
        base_url: body.base_url.trim().to_owned(),
        auth: body.auth,
        user: body.user.clone(),
        every_minutes: body.every_minutes,
        push: body.push,
        api: body.api.clone(),
        plan: body.plan.clone(),
    }
}

/// 32 random bytes as text that fits into a path.
fn new_hook() -> Personal<String> {
    Personal::new(hex::encode(rand::rng().random::<[u8; 32]>()))
}

fn given(body: &CrmConnectorInput) -> Option<Personal<String>> {
    body.secret.clone().filter(|secret| !secret.reveal().is_empty())
}

impl Backend {
    pub async fn list_crm_connectors(&self, actor: &Actor) -> Result<Vec<CrmConnector>, BackendError> {
        actor.must_configure()?;
        let mut all = Vec::new();
        for row in storage::crm::list(self.store(), actor.scope).await? {
            all.push(self.connector_shown(actor.scope, row).await?);
        }
        Ok(all)
    }

    async fn connector(&self, actor: &Actor, id: CrmConnectorId) -> Result<ConnectorRow, BackendError> {
        actor.must_configure()?;
        storage::crm::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("CRM"))
    }

    pub async fn crm_connector(&self, actor: &Actor, id: CrmConnectorId) -> Result<CrmConnector, BackendError> {
        let row = self.connector(actor, id).await?;
        self.connector_shown(actor.scope, row).await
    }

    /// Sets a CRM up, paused: it is to be tested first.
    pub async fn create_crm_connector(
        &self,
        actor: &Actor,
        body: CrmConnectorInput,
    ) -> Result<CrmConnector, BackendError> {
        actor.must_configure()?;
        self.check_connector(&body)?;
        let secret =
            given(&body).ok_or_else(|| BackendError::field("secret", "expected the CRM's token or password"))?;
        if storage::crm::list(self.store(), actor.scope).await?.len() >= MOST_CONNECTORS {
            return Err(BackendError::Conflict("there are 20 CRMs already; remove one of them first"));
        }
        let row = ConnectorRow {
            id: CrmConnectorId::new(clock::new_uuid()),
            name: body.name.trim().to_owned(),
            campaign_id: body.campaign_id,
            on: false,
            pushes: body.push != CrmPush::Nothing,
            settings: settings_of(&body).written()?,
            secrets: Secrets::from([(SECRET.to_owned(), secret), (HOOK.to_owned(), new_hook())]),
            state: State::default().written()?,
            ready: false,
            turn: 0,
            busy_until: UnixMillis(0),
            not_before: UnixMillis(0),
            pull_at: UnixMillis(0),
            wish: None,
            made_by: Some(actor.user),
            created_at: clock::now(),
            version: 1,
        };
        storage::crm::insert(self.store(), actor.scope, &row).await?;
        self.audit(actor, "crm.create", &row.id.to_string(), serde_json::json!({ "name": row.name })).await;
        self.connector_shown(actor.scope, row).await
    }

    pub async fn update_crm_connector(
        &self,
        actor: &Actor,
        id: CrmConnectorId,
        body: CrmConnectorInput,
    ) -> Result<CrmConnector, BackendError> {
        let mut row = self.connector(actor, id).await?;
        self.check_connector(&body)?;
        let (before, after) = (Settings::of(&row)?, settings_of(&body));
        let host = |settings: &Settings| target(&settings.base_url, self.reach()).ok().map(|url| url.origin());
        match given(&body) {
            Some(secret) => drop(row.secrets.insert(SECRET.to_owned(), secret)),
            // What was entered for one host is sent to no other.
            None if host(&before) != host(&after) => {
                return Err(BackendError::field(
                    "secret",
                    "expected the secret again, because the address has changed",
                ));
            }
            None => {}
        }
        if body.new_hook {
            row.secrets.insert(HOOK.to_owned(), new_hook());
        }
        row.name = body.name.trim().to_owned();
        (row.campaign_id, row.pushes) = (body.campaign_id, body.push != CrmPush::Nothing);
        row.settings = after.written()?;
        row.version = storage::crm::update(self.store(), actor.scope, &row).await?;
        self.audit(actor, "crm.update", &id.to_string(), serde_json::json!({ "name": row.name })).await;
        self.connector_shown(actor.scope, row).await
    }

    /// The leads stay; which record is which lead is forgotten.
    pub async fn remove_crm_connector(&self, actor: &Actor, id: CrmConnectorId) -> Result<(), BackendError> {
        actor.must_configure()?;
        if !storage::crm::remove(self.store(), actor.scope, id).await? {
            return Err(BackendError::NotFound("CRM"));
        }
        self.audit(actor, "crm.remove", &id.to_string(), serde_json::json!({})).await;
        Ok(())
    }

    /// While it is paused nothing is read and nothing told; what changes is noted.
    pub async fn pause_crm_connector(
        &self,
        actor: &Actor,
        id: CrmConnectorId,
        body: PauseCrm,
    ) -> Result<CrmConnector, BackendError> {
        let mut row = self.connector(actor, id).await?;
        row.on = !body.paused;
        row.version = storage::crm::update(self.store(), actor.scope, &row).await?;
        self.audit(actor, "crm.pause", &id.to_string(), serde_json::json!({ "paused": body.paused })).await;
        self.connector_shown(actor.scope, row).await
    }

    /// Reads at once what has changed, or everything.
    pub async fn sync_crm_connector(
        &self,
        actor: &Actor,
        id: CrmConnectorId,
        body: SyncCrm,
    ) -> Result<CrmConnector, BackendError> {
        self.connector(actor, id).await?;
        let wish = if body.full { Wish::Full } else { Wish::Now };
        if !storage::crm::wish(self.store(), actor.scope, id, wish).await? {
            return Err(BackendError::Conflict("this CRM is paused; let it go on first"));
        }
        self.audit(actor, "crm.sync", &id.to_string(), serde_json::json!({ "full": body.full })).await;
        self.crm_connector(actor, id).await
    }

    pub async fn list_crm_problems(
        &self,
        actor: &Actor,
        id: CrmConnectorId,
        query: PageQuery,
    ) -> Result<Page<CrmProblem>, BackendError> {
        self.connector(actor, id).await?;
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let page = storage::crm::problems::list(self.store(), actor.scope, id, request).await?;
        Ok(paging::page(page, problem::shown))
    }

    /// Reads the first page and says what it would make of it. Writes nothing.
    pub async fn test_crm_connector(&self, actor: &Actor, id: CrmConnectorId) -> Result<TestResult, BackendError> {
        let row = self.connector(actor, id).await?;
        let settings = Settings::of(&row)?;
        let began = Instant::now();
        let result = match self.crm_client(&settings, &row.secrets) {
            Ok(client) => {
                let first = Place::Number(1);
                let page = client.page(None, &first, clock::now()).await;
                page.map_err(AccessError::from).map(|answer| told_of(&settings, &first, &answer.body))
            }
            Err(error) => Err(error),
        };
        let result = result.map_err(|error| error.to_string()).and_then(|told| told);
        Ok(test_result(began, result))
    }
}

/// What the first page looks like, in one sentence.
fn told_of(settings: &Settings, first: &Place, page: &serde_json::Value) -> Result<String, String> {
    let read = read_page(&settings.api, first, page)
        .map_err(|_| "the CRM's answer has no list of records there".to_owned())?;
    let Some(record) = read.items.first() else { return Ok("the CRM has no records yet".to_owned()) };
    if external_id(&settings.api, record).is_none() {
        return Err("the CRM's records have no id there".to_owned());
    }
    let records: Vec<_> = read.items.iter().map(|one| read_record(&settings.api, &settings.plan, one)).collect();
    if records.iter().flatten().next().is_some_and(|one| one.changed_at.is_none()) {
        return Err("the CRM's records do not say there when they were changed".to_owned());
    }
    let good = records.iter().filter(|one| one.is_ok()).count();
    if good == 0 {
        return Err("no record of the first page has a telephone number there".to_owned());
    }
    Ok(format!("{good} of {} records of the first page can be taken in", records.len()))
}
