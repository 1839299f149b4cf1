//! One turn of one connector: what the CRM has named, then the pages of what has changed, then what it is to be told. A turn ends
//! after a while, so that no connector keeps the others waiting, and the next goes on where it was.

use std::time::{Duration, Instant};

use domain::{
    crm::{CrmPlan, CrmPush, Place, Record, Walk, back_off, external_id, next_since, read_page, read_record, value_at},
    ids::{CampaignId, CrmConnectorId},
    time::UnixMillis,
};
use providers::crm::{CrmAnswer, CrmClient, CrmError};
use serde::Deserialize;
use serde_json::Value;
use storage::{
    StorageError, TenantScope,
    crm::{self as rows, Connector as ConnectorRow, Progress, Wish, links::Link},
    lead_changes::ChangedBy,
};
use wire::crm::{CrmFailure, CrmFailureCode};

use super::{
    access::{AccessError, code_of},
    problem::Refusal,
    state::{Settings, State},
    take_in::Taken,
};
use crate::{Backend, clock, error::BackendError, jobs::JobError};

/// A worker that says nothing for so long has ended.
const BUSY: Duration = Duration::from_secs(90);
/// Of a turn.
const AT_MOST: Duration = Duration::from_secs(20);
const NAMED_AT_ONCE: u32 = 20;

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
    ready: bool,
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
    let (ended, progress) = match backend.crm_client(&settings, &row.secrets) {
        Err(error) => {
            let pause = failed(&mut state, error.code(), error.to_string(), None, connector);
            let progress = Progress {
                state: state.written()?,
                ready: row.ready,
                not_before: clock::now().plus(pause),
                pull_at: row.pull_at,
                busy_until: UnixMillis(0),
            };
            (Err(Stop::Access(error)), progress)
        }
        Ok(client) => {
            let mut turn = Turn::of(backend, scope, row.clone(), (settings, state), client, zone);
            let ended = turn.work().await;
            let progress = turn.end(&ended)?;
            (ended, progress)
        }
    };
    match &ended {
        Ok(()) | Err(Stop::Lost) => {}
        Err(stop) => tracing::warn!(connector = %connector, %stop, "a CRM could not be kept in step for now"),
    }
    rows::note(backend.store(), scope, connector, row.turn, &progress, row.wish).await?;
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

    /// Records that the CRM has named.
    async fn read_named(&mut self) -> Result<(), Stop> {
        while self.goes_on() {
            let store = self.backend.store().clone();
            let named = rows::named::next(&store, self.scope, self.id, NAMED_AT_ONCE).await?;
            if named.is_empty() {
                return Ok(());
            }
            for one in &named {
                match self.client.record(&one.external_id, clock::now()).await {
                    Ok(answer) => {
                        self.answered(&answer);
                        let record = value_at(&answer.body, &self.settings.api.record_path).cloned().unwrap_or_default();
                        self.take_page(std::slice::from_ref(&record)).await?;
                    }
                    Err(error) if !is_for_all(&error) => {
                        let lead = rows::links::by_record(&store, self.scope, self.id, &one.external_id).await?;
                        let lead = lead.map(|link| link.lead_id);
                        self.refuse(&Refusal::of(&error), Some(&one.external_id), lead).await?;
                    }
                    Err(error) => return Err(error.into()),
                }
                rows::named::done(&store, self.scope, self.id, one).await?;
                self.keep().await?;
            }
        }
        Ok(())
    }

    async fn walk(&mut self) -> Result<(), Stop> {
        let now = clock::now();
        let walk = self.state.walk.take().map(|walk| walk.resume(now));
        let mut walk = walk.unwrap_or_else(|| Walk::new(self.state.since, now));
        while self.goes_on() {
            let read = self.read_page(&walk).await;
            let next = match read {
                Ok(next) => next,
                Err(stop) => {
                    self.state.walk = Some(walk);
                    return Err(stop);
                }
            };
            let now = clock::now();
            let (full, started_at) = (walk.is_full(), walk.started_at);
            let began_at = walk.began_at.or(self.their_now).unwrap_or(walk.started_at);
            match walk.read(next, began_at, now) {
                Some(further) => {
                    walk = further;
                    self.state.walk = Some(walk.clone());
                    self.keep().await?;
                }
                None => {
                    self.walked(full, started_at, began_at, now);
                    return self.keep().await;
                }
            }
        }
        self.state.walk = Some(walk);
        Ok(())
    }

    fn walked(&mut self, full: bool, started_at: UnixMillis, began_at: UnixMillis, now: UnixMillis) {
        let state = &mut self.state;
        (state.walk, state.since) = (None, Some(next_since(began_at)));
        (state.last_pull_at, state.last_pull_began_at) = (Some(now), Some(started_at));
        if full {
            state.last_full_at = Some(now);
            if self.settings.push != CrmPush::Nothing {
                state.fill_after = Some(0);
            }
        }
        self.ready = true;
        self.pull_at = now.plus(Duration::from_secs(u64::from(self.settings.every_minutes) * 60));
    }

    async fn read_page(&mut self, walk: &Walk) -> Result<Option<Place>, Stop> {
        let answer = self.client.page(walk.since, walk.ask(), clock::now()).await?;
        self.answered(&answer);
        let page = read_page(&self.settings.api, walk.ask(), &answer.body).map_err(|_| Stop::Page)?;
        let (items, next) = (page.items.to_vec(), page.next);
        self.take_page(&items).await?;
        Ok(next)
    }

    /// Takes records in, each by itself: one that cannot be taken in holds up no other.
    async fn take_page(&mut self, items: &[Value]) -> Result<(), Stop> {
        let store = self.backend.store().clone();
        let ids: Vec<String> = items.iter().filter_map(|item| external_id(&self.settings.api, item)).collect();
        let links = rows::links::of_records(&store, self.scope, self.id, &ids).await?;
        let any_problem = rows::problems::count(&store, self.scope, self.id).await? > 0;
        for item in items {
            self.state.counts.read += 1;
            let record = match read_record(&self.settings.api, &self.settings.plan, item) {
                Ok(record) => record,
                Err(problem) => {
                    let id = external_id(&self.settings.api, item);
                    let lead = id.as_ref().and_then(|id| links.get(id)).map(|link| link.lead_id);
                    self.refuse(&problem.into(), id.as_deref(), lead).await?;
                    continue;
                }
            };
            let link = links.get(&record.external_id);
            if link.is_some_and(|link| says_nothing_new(&record, link)) {
                if any_problem && record.doubts.is_empty() {
                    self.solved(&record, link).await?;
                }
                continue;
            }
            self.take(&record).await?;
        }
        Ok(())
    }

    /// Takes a record in and notes what is wrong with it.
    pub async fn take(&mut self, record: &Record) -> Result<(), Stop> {
        let (taken, lead) = match self.take_in(record).await? {
            Ok(done) => done,
            Err((refusal, lead)) => return self.refuse(&refusal, Some(&record.external_id), lead).await,
        };
        match taken {
            Taken::New => self.state.counts.new += 1,
            Taken::Updated => self.state.counts.updated += 1,
            Taken::Unchanged => {}
        }
        match record.doubts.first() {
            Some((path, reason)) => {
                let doubt = Refusal::Doubtful { path: path.clone(), reason: *reason };
                self.refuse(&doubt, Some(&record.external_id), Some(lead)).await
            }
            None => {
                let store = self.backend.store();
                let id = Some(record.external_id.as_str());
                Ok(rows::problems::solved(store, self.scope, self.id, id, Some(lead)).await?)
            }
        }
    }

    async fn solved(&self, record: &Record, link: Option<&Link>) -> Result<(), Stop> {
        let lead = link.map(|link| link.lead_id);
        let id = Some(record.external_id.as_str());
        Ok(rows::problems::solved(self.backend.store(), self.scope, self.id, id, lead).await?)
    }

    pub async fn refuse(
        &self,
        refusal: &Refusal,
        external_id: Option<&str>,
        lead: Option<domain::ids::LeadId>,
    ) -> Result<(), Stop> {
        let row = refusal.row(external_id, lead);
        Ok(rows::problems::put(self.backend.store(), self.scope, self.id, &row).await?)
    }
}

/// The same as when it was looked at last: a page that is read twice changes nothing.
fn says_nothing_new(record: &Record, link: &Link) -> bool {
    let seen = link.seen.reveal();
    record.texts == seen.theirs && record.do_not_call == seen.told_do_not_call
}

/// Whether asking again later may help.
pub(super) const fn is_for_all(error: &CrmError) -> bool {
    !matches!(code_of(error), CrmFailureCode::NotFound | CrmFailureCode::Refused | CrmFailureCode::Unreadable)
}
