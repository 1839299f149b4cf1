//! How far behind a connector is, and what went wrong.

use domain::time::UnixMillis;
use storage::{TenantScope, crm::Connector as ConnectorRow};
use wire::crm::{CrmConnector, CrmState, CrmStatus};

use super::state::{HOOK, SECRET, Settings, State};
use crate::{Backend, clock, error::BackendError};

fn state_of(row: &ConnectorRow, state: &State, now: UnixMillis) -> CrmState {
    if !row.on {
        CrmState::Paused
    } else if row.not_before > now && state.failure.is_some() {
        CrmState::BackingOff
    } else if row.busy_until > now || state.walk.is_some() {
        CrmState::Syncing
    } else {
        CrmState::Waiting
    }
}

impl Backend {
    async fn crm_status(&self, scope: TenantScope, row: &ConnectorRow) -> Result<CrmStatus, BackendError> {
        let (store, now) = (self.store(), clock::now());
        let state = State::of(row)?;
        let (waiting_out, oldest_out_at_ms) = storage::crm::outbox::waiting(store, scope, row.id).await?;
        Ok(CrmStatus {
            state: state_of(row, &state, now),
            full: state.walk.as_ref().map_or(state.since.is_none(), domain::crm::Walk::is_full),
            pages: state.walk.as_ref().map_or(0, |walk| walk.pages),
            last_pull_at_ms: state.last_pull_at,
            last_full_at_ms: state.last_full_at,
            next_at_ms: row.on.then(|| row.pull_at.max(row.not_before)),
            waiting_out,
            oldest_out_at_ms,
            waiting_in: storage::crm::named::count(store, scope, row.id).await?,
            linked: storage::crm::links::count(store, scope, row.id).await?,
            problems: storage::crm::problems::count(store, scope, row.id).await?,
            failure: state.failure,
            counts: state.counts,
        })
    }

    pub(super) async fn connector_shown(
        &self,
        scope: TenantScope,
        row: ConnectorRow,
    ) -> Result<CrmConnector, BackendError> {
        let status = self.crm_status(scope, &row).await?;
        let settings = Settings::of(&row)?;
        let hook = row.secrets.get(HOOK).map_or("", |secret| secret.reveal().as_str());
        let public = &self.options().public_url;
        let hook_url = format!("{public}/webhooks/crm/{}/{}/{hook}", scope.tenant(), row.id);
        Ok(CrmConnector {
            id: row.id,
            name: row.name,
            campaign_id: row.campaign_id,
            source: settings.source,
            base_url: settings.base_url,
            auth: settings.auth,
            user: settings.user,
            has_secret: row.secrets.contains_key(SECRET),
            every_minutes: settings.every_minutes,
            push: settings.push,
            api: settings.api,
            plan: settings.plan,
            hook_url,
            status,
            version: row.version,
        })
    }
}
