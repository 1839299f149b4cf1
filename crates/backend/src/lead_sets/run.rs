//! The work of an action on many leads, a batch at a time: a stop goes on from the last batch at the next start.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{
    ids::{BulkActionId, UserId},
    lead_sets::{BulkActionKind, BulkEvent, BulkOutcome, BulkState},
    time::UnixMillis,
};
use storage::{
    Cursor, StorageError, TenantScope,
    bulk_actions::{BulkAction as BulkRow, Target},
    leads::{LeadFilter as RowFilter, sets},
};
use tokio_util::sync::CancellationToken;

use super::{
    bulk::{counts_of, go, state_of},
    export, row_filter,
};
use crate::{Backend, clock, error::BackendError};

/// Leads that are looked up in one statement.
const FOUND_AT_ONCE: usize = 1_000;
/// Leads that are changed in one transaction, so that other writers get their turn.
const CHANGED_AT_ONCE: u32 = 500;
/// How often a batch is tried whose leads somebody else changes at the same moment.
const TRIES: u32 = 8;
const WAIT: Duration = Duration::from_secs(1);
const UNDO_MS: i64 = 24 * 3600 * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Leads that are taken away at once.
const ERASED_AT_ONCE: u32 = 200;

/// Actions that this server works on.
#[derive(Default)]
pub struct Running(Mutex<HashMap<BulkActionId, CancellationToken>>);

impl Running {
    fn begin(&self, id: BulkActionId) -> CancellationToken {
        let cancel = CancellationToken::new();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, cancel.clone());
        cancel
    }

    fn end(&self, id: BulkActionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// False when this server does not work on it.
    pub(super) fn cancel(&self, id: BulkActionId) -> bool {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(&id).inspect(|cancel| cancel.cancel()).is_some()
    }
}

/// What a batch came to.
#[derive(Default)]
pub(super) struct Batch {
    pub settled: Vec<Target>,
    /// Their worklists have changed.
    pub people: BTreeSet<UserId>,
}

impl Batch {
    pub fn settle(&mut self, target: &Target, outcome: BulkOutcome, undo_data: Option<serde_json::Value>) {
        self.settled.push(Target { outcome: Some(outcome.as_str().to_owned()), undo_data, ..target.clone() });
    }
}

/// One action under way.
struct Run {
    backend: Backend,
    scope: TenantScope,
    row: BulkRow,
    action: BulkActionKind,
    filter: RowFilter,
    cancel: CancellationToken,
}

enum Step {
    /// There is more to do.
    On,
    /// This part of the work is done.
    Over,
}

impl Backend {
    /// Starts the work on its own, and notes how it ends.
    pub(super) fn run_bulk_action(&self, scope: TenantScope, row: BulkRow) -> Result<(), BackendError> {
        let corrupt = |error: serde_json::Error| BackendError::Internal(format!("an action cannot be read: {error}"));
        let mut run = Run {
            backend: self.clone(),
            scope,
            action: serde_json::from_value(row.action.clone()).map_err(corrupt)?,
            filter: row_filter(serde_json::from_value(row.filter.reveal().clone()).map_err(corrupt)?),
            cancel: self.bulk_actions().begin(row.id),
            row,
        };
        let backend = self.clone();
        self.finishing().spawn(async move {
            let id = run.row.id;
            if let Err(error) = run.carry_out().await {
                tracing::error!(action = %id, %error, "an action on many leads ended where it could not");
            }
            backend.bulk_actions().end(id);
        });
        Ok(())
    }
}

impl Run {
    /// Until the action is over, or the server ends.
    async fn carry_out(&mut self) -> Result<(), BackendError> {
        let mut tries = 0;
        loop {
            let state = state_of(&self.row)?;
            if self.backend.stopping().is_cancelled() || !state.is_working() {
                return Ok(());
            }
            if self.cancel.is_cancelled() && state != BulkState::Undoing {
                self.end(BulkEvent::Cancel).await?;
                continue;
            }
            let before = self.row.clone();
            let step = match state {
                BulkState::Gathering => self.gather().await,
                BulkState::Undoing => self.take_back().await,
                _ => self.work().await,
            };
            match step {
                Ok(Step::On) => tries = 0,
                Ok(Step::Over) if state == BulkState::Gathering => {
                    go(&mut self.row, BulkEvent::Gathered)?;
                    self.save().await;
                }
                Ok(Step::Over) => self.end(BulkEvent::Finished).await?,
                Err(error) if error.is_retryable() => {
                    tracing::warn!(action = %before.id, %error, "an action on many leads waits for the database");
                    self.row = before;
                    self.pause().await;
                }
                Err(StorageError::Unique { .. } | StorageError::Conflict { .. }) if tries < TRIES => {
                    tries += 1;
                    self.row = before;
                }
                Err(error) => {
                    tracing::warn!(action = %before.id, %error, "an action on many leads failed");
                    self.row = before;
                    self.row.failure = Some(error.to_string());
                    self.end(BulkEvent::Fail).await?;
                }
            }
        }
    }

    async fn pause(&self) {
        tokio::select! {
            () = tokio::time::sleep(WAIT) => {}
            () = self.backend.stopping().cancelled() => {}
        }
    }

    async fn end(&mut self, event: BulkEvent) -> Result<(), BackendError> {
        let now = clock::now();
        let undone = state_of(&self.row)? == BulkState::Undoing;
        let state = go(&mut self.row, event)?;
        if !undone {
            self.row.finished_at = Some(now);
            self.row.undo_until = (counts_of(&self.row).changed > 0).then_some(UnixMillis(now.0 + UNDO_MS));
        }
        self.save().await;
        tracing::info!(action = %self.row.id, state = state.as_str(), counts = %self.row.counts, "an action on many leads ended");
        Ok(())
    }

    /// The database may be away just now: it is told again and again, until the server ends.
    async fn save(&mut self) {
        loop {
            match storage::bulk_actions::update(self.backend.store(), self.scope, &self.row).await {
                Ok(version) => {
                    self.row.version = version;
                    return;
                }
                Err(error) => {
                    tracing::error!(action = %self.row.id, %error, "the state of an action cannot be noted");
                    self.pause().await;
                    if self.backend.stopping().is_cancelled() {
                        return;
                    }
                }
            }
        }
    }

    /// Finds the next leads that fit.
    async fn gather(&mut self) -> Result<Step, StorageError> {
        let after = self.row.gather_after.as_deref().map(Cursor::decode).transpose()?;
        let store = self.backend.store();
        let (ids, next) = sets::find(store, self.scope, &self.filter, after, FOUND_AT_ONCE).await?;
        let mut tx = store.begin().await?;
        storage::bulk_actions::add_leads(&mut tx, self.scope, self.row.id, self.row.total, &ids).await?;
        self.row.total += ids.len() as u64;
        self.row.gather_after = next.map(Cursor::encode);
        self.row.version = storage::bulk_actions::update(&mut tx, self.scope, &self.row).await?;
        tx.commit().await?;
        Ok(if next.is_some() { Step::On } else { Step::Over })
    }

    async fn work(&mut self) -> Result<Step, StorageError> {
        let store = self.backend.store();
        let (scope, id) = (self.scope, self.row.id);
        let exports = self.action == BulkActionKind::Export;
        let most = if exports { export::AT_ONCE } else { CHANGED_AT_ONCE };
        let targets = storage::bulk_actions::leads(store, scope, id, self.row.done, most).await?;
        let Some(last) = targets.last() else { return Ok(Step::Over) };
        let position = last.position;
        if exports {
            let batch = self.backend.export_batch(scope, &self.row, &targets).await?;
            self.row.done = position;
            let tx = store.begin().await?;
            self.note(tx, batch).await?;
            return Ok(Step::On);
        }
        let mut tx = store.begin().await?;
        let batch = super::apply::apply(&mut tx, scope, self.action, &targets, self.row.made_by, clock::now()).await?;
        self.row.done = position;
        self.note(tx, batch).await?;
        Ok(Step::On)
    }

    async fn take_back(&mut self) -> Result<Step, StorageError> {
        let store = self.backend.store();
        let (scope, id) = (self.scope, self.row.id);
        let targets = storage::bulk_actions::leads(store, scope, id, self.row.undone, CHANGED_AT_ONCE).await?;
        let Some(last) = targets.last() else { return Ok(Step::Over) };
        let position = last.position;
        let changed = BulkOutcome::Changed.as_str();
        let targets: Vec<Target> =
            targets.into_iter().filter(|target| target.outcome.as_deref() == Some(changed)).collect();
        let mut tx = store.begin().await?;
        let batch =
            super::take_back::take_back(&mut tx, scope, self.action, &targets, self.row.made_by, clock::now()).await?;
        self.row.undone = position;
        self.note(tx, batch).await?;
        Ok(Step::On)
    }

    /// Writes what became of a batch, in its transaction.
    async fn note(&mut self, mut tx: storage::Tx, batch: Batch) -> Result<(), StorageError> {
        let mut counts = counts_of(&self.row);
        for outcome in batch.settled.iter().filter_map(|one| BulkOutcome::parse(one.outcome.as_deref()?)) {
            counts.add(outcome);
        }
        self.row.counts = serde_json::json!(counts);
        storage::bulk_actions::settle(&mut tx, self.scope, self.row.id, &batch.settled).await?;
        self.row.version = storage::bulk_actions::update(&mut tx, self.scope, &self.row).await?;
        tx.commit().await?;
        self.backend.leads_changed_for(self.scope, batch.people.into_iter());
        Ok(())
    }
}

/// Goes on with what the last server was working on.
pub(crate) async fn resume(backend: &Backend) -> Result<(), BackendError> {
    for state in BulkState::ALL.into_iter().filter(|state| state.is_working()) {
        for (tenant, row) in storage::bulk_actions::in_state(backend.store(), state.as_str()).await? {
            tracing::info!(action = %row.id, done = row.done, "an action on many leads goes on");
            backend.run_bulk_action(TenantScope::system(tenant), row)?;
        }
    }
    Ok(())
}

/// Leads that were deleted and can no more be brought back, and what was kept to undo actions.
pub(crate) async fn forget_old(backend: &Backend, now: UnixMillis) {
    // A day longer than the longest undo, which begins at the end of the action.
    let before = UnixMillis(now.0 - 2 * DAY_MS);
    export::forget_old(backend, now).await;
    let store = backend.store();
    let mut gone = 0;
    loop {
        match sets::erase_deleted(store, before, ERASED_AT_ONCE).await {
            Ok(0) => break,
            Ok(count) => gone += count,
            Err(error) => {
                tracing::warn!(%error, "deleted leads could not be taken away; tomorrow again");
                break;
            }
        }
    }
    if gone > 0 {
        tracing::info!(gone, "deleted leads are taken away");
    }
    loop {
        match storage::bulk_actions::forget_leads(store, before, 1).await {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "leads of old actions could not be forgotten; tomorrow again");
                break;
            }
        }
    }
}
