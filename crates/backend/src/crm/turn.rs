//! One turn of one connector: what the CRM has named, then the pages of what has changed, then what it is to be told. A turn ends
//! after a while, so that no connector keeps the others waiting, and the next goes on where it was.

use std::time::{Duration, Instant};

use domain::{
    crm::{CrmPlan, CrmPush, back_off},
    ids::{CampaignId, CrmConnectorId},
    time::UnixMillis,
};
use providers::crm::{CrmAnswer, CrmClient, CrmError};
use serde::Deserialize;
use serde_json::Value;
use storage::{
    StorageError, TenantScope,
    crm::{self as rows, Connector as ConnectorRow, Progress, Wish},
    lead_changes::ChangedBy,
};
use wire::crm::{CrmFailure, CrmFailureCode};

use super::{
    access::{AccessError, code_of},
    state::{Settings, State},
};
use crate::{Backend, clock, error::BackendError, jobs::JobError};

/// A worker that says nothing for so long has ended.
const BUSY: Duration = Duration::from_secs(90);
/// Of a turn.
const AT_MOST: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct Payload {
    connector: CrmConnectorId,
}

/// Why a turn ends early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    #[error("{0}")]
    Access(#[from] AccessError),
    #[error("the CRM's answer is not what the settings say")]
    Page,
    #[error("{0}")]
    Here(#[from] BackendError),
    /// Another worker has the turn, or a person has paused it.
    #[error("the turn is over")]
    Lost,
}

impl From<CrmError> for Stop {
    fn from(error: CrmError) -> Self {
        Self::Access(error.into())
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Here(error.into())
    }
}

/// What a turn is worked with.
pub(super) struct Turn {
    pub backend: Backend,
    pub scope: TenantScope,
    pub id: CrmConnectorId,
    pub name: String,
    pub campaign_id: Option<CampaignId>,
    pub settings: Settings,
    pub state: State,
    pub client: CrmClient,
    /// Of the tenant.
    pub zone: String,
    /// What the CRM's clock showed last.
    pub their_now: Option<UnixMillis>,
    pub pull_at: UnixMillis,
    wish: Option<Wish>,
    number: u64,
    pub ready: bool,
    began: Instant,
}

/// One job.
pub(crate) async fn carry_out(backend: &Backend, scope: TenantScope, payload: &Value) -> Result<(), JobError> {
    let Payload { connector } =
        Payload::deserialize(payload).map_err(|_| JobError::Never("the job names no connector".to_owned()))?;
    let now = clock::now();
    let Some(row) = rows::claim(backend.store(), scope, connector, now.plus(BUSY), now).await? else { return Ok(()) };
    let zone = storage::tenants::get(backend.store(), scope).await?.map(|tenant| tenant.zone).unwrap_or_default();
    let (settings, mut state) = (Settings::of(&row)?, State::of(&row)?);
    let (ended, progress, wish) = match backend.crm_client(&settings, &row.secrets) {
        Err(error) => {
            let pause = failed(&mut state, error.code(), error.to_string(), None, connector);
            let progress = Progress {
                state: state.written()?,
                ready: row.ready,
                not_before: clock::now().plus(pause),
                pull_at: row.pull_at,
                busy_until: UnixMillis(0),
            };
            (Err(Stop::Access(error)), progress, row.wish)
        }
        Ok(client) => {
            let mut turn = Turn::of(backend, scope, row.clone(), (settings, state), client, zone);
            let ended = turn.work().await;
            let progress = turn.end(&ended)?;
            (ended, progress, turn.wish)
        }
    };
    match &ended {
        Ok(()) | Err(Stop::Lost) => {}
        Err(stop) => tracing::warn!(connector = %connector, %stop, "a CRM could not be kept in step for now"),
    }
    rows::note(backend.store(), scope, connector, row.turn, &progress, wish).await?;
    Ok(())
}

/// Notes a failure; the pause until the next try.
fn failed(
    state: &mut State,
    code: CrmFailureCode,
    text: String,
    named: Option<Duration>,
    connector: CrmConnectorId,
) -> Duration {
    let times = state.failure.as_ref().map_or(0, |failure| failure.times).saturating_add(1);
    state.failure = Some(CrmFailure { code, text, at_ms: clock::now(), times });
    back_off(times, named, connector.as_uuid().as_bytes()[15])
}

impl Turn {
    fn of(
        backend: &Backend,
        scope: TenantScope,
        row: ConnectorRow,
        (settings, state): (Settings, State),
        client: CrmClient,
        zone: String,
    ) -> Self {
        Self {
            backend: backend.clone(),
            scope,
            id: row.id,
            name: row.name,
            campaign_id: row.campaign_id,
            settings,
            state,
            client,
            zone,
            their_now: None,
            pull_at: row.pull_at,
            wish: row.wish,
            number: row.turn,
            ready: row.ready,
            began: Instant::now(),
        }
    }

    pub fn plan(&self) -> &CrmPlan {
        &self.settings.plan
    }

    pub fn by(&self, lost: bool) -> ChangedBy {
        ChangedBy::Crm { connector_id: self.id, name: self.name.clone(), lost }
    }

    /// Whether there is time for more in this turn.
    pub fn goes_on(&self) -> bool {
        self.began.elapsed() < AT_MOST && !self.backend.stopping().is_cancelled()
    }

    /// An answer came: what failed before is over.
    pub fn answered(&mut self, answer: &CrmAnswer) {
        self.state.failure = None;
        self.their_now = answer.at.or(self.their_now);
    }

    async fn work(&mut self) -> Result<(), Stop> {
        if let Some(wish) = self.wish {
            self.pull_at = clock::now();
            if wish == Wish::Full {
                self.state.begin_anew();
            }
            self.keep().await?;
            // The same wish that comes from now on is another one.
            self.wish = None;
        }
        self.read_named().await?;
        if self.state.walk.is_some() || self.pull_at <= clock::now() {
            self.walk().await?;
        }
        if self.ready && self.settings.push != CrmPush::Nothing {
            self.push().await?;
        }
        Ok(())
    }

    fn progress(&self, not_before: UnixMillis, busy_until: UnixMillis) -> Result<Progress, BackendError> {
        let state = self.state.written()?;
        Ok(Progress { state, ready: self.ready, not_before, pull_at: self.pull_at, busy_until })
    }

    /// Writes how far it is, and keeps the turn.
    pub async fn keep(&self) -> Result<(), Stop> {
        let progress = self.progress(UnixMillis(0), clock::now().plus(BUSY))?;
        let kept = rows::note(self.backend.store(), self.scope, self.id, self.number, &progress, self.wish).await?;
        if kept { Ok(()) } else { Err(Stop::Lost) }
    }

    fn end(&mut self, ended: &Result<(), Stop>) -> Result<Progress, BackendError> {
        let pause = match ended {
            Ok(()) | Err(Stop::Lost) => Duration::ZERO,
            Err(Stop::Access(error)) => {
                let named = match error {
                    AccessError::Crm(error) => error.retry_after(),
                    AccessError::Target(_) => None,
                };
                failed(&mut self.state, error.code(), error.to_string(), named, self.id)
            }
            Err(stop @ Stop::Page) => {
                failed(&mut self.state, CrmFailureCode::Unreadable, stop.to_string(), None, self.id)
            }
            Err(stop @ Stop::Here(_)) => failed(&mut self.state, CrmFailureCode::Here, stop.to_string(), None, self.id),
        };
        self.progress(clock::now().plus(pause), UnixMillis(0))
    }
}

/// Whether asking again later may help.
pub(super) const fn is_for_all(error: &CrmError) -> bool {
    !matches!(code_of(error), CrmFailureCode::NotFound | CrmFailureCode::Refused | CrmFailureCode::Unreadable)
}
