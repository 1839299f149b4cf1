//! Starts, watches, cancels and resumes the runs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

use domain::{
    ids::{ImportId, TenantId},
    imports::{Columns, ImportEvent, ImportPlan, ImportState},
    time::UnixMillis,
};
use storage::{StorageError, TenantScope, imports::Import as ImportRow};
use tokio_util::sync::CancellationToken;
use wire::{
    error::FieldError,
    imports::{Import, ImportProgress, RunImport},
};

use super::{
    UNDO_MS, go, state_of,
    work::{Ended, Progress, Run},
};
use crate::{Actor, Backend, clock, error::BackendError};

/// Before the database is asked again.
const PAUSE: Duration = Duration::from_secs(2);
/// Runs that the database broke off before any row was written, until an import fails.
const TRIES: u32 = 5;

/// Runs of this server.
#[derive(Default)]
pub struct Running(Mutex<HashMap<ImportId, Watched>>);

#[derive(Clone, Default)]
struct Watched {
    progress: Arc<Progress>,
    cancel: CancellationToken,
}

impl Running {
    fn begin(&self, id: ImportId) -> Watched {
        let watched = Watched::default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, watched.clone());
        watched
    }

    fn end(&self, id: ImportId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn get(&self, id: ImportId) -> Option<Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    pub(super) fn progress(&self, id: ImportId, now: UnixMillis) -> Option<ImportProgress> {
        let watched = self.get(id)?;
        let progress = &watched.progress;
        let (rows, bytes, total) =
            (progress.rows.load(Relaxed), progress.bytes.load(Relaxed), progress.total.load(Relaxed));
        let begun = progress.begun_at.load(Relaxed);
        let took_ms = u64::try_from(now.0).unwrap_or_default().saturating_sub(begun).max(1);
        let permille = (bytes.min(total) * 1000).checked_div(total).unwrap_or(0);
        let left_s = (permille > 0).then(|| took_ms * (1000 - permille) / permille / 1000);
        Some(ImportProgress {
            rows,
            rows_per_s: rows * 1000 / took_ms,
            permille: u32::try_from(permille).unwrap_or(1000),
            left_s: left_s.map(|left| u32::try_from(left).unwrap_or(u32::MAX)),
        })
    }
}

/// What a plan has to be, whatever the file.
pub(super) fn check_plan(plan: &ImportPlan, header: Option<&[String]>) -> Result<(), BackendError> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, problem: String| {
        wrong.push(FieldError { field: format!("plan.{field}"), problem });
    };
    if tables::Encoding::named(&plan.reading.encoding).is_none() {
        say("reading.encoding", "expected utf-8, utf-16le, utf-16be or windows-1252".to_owned());
    }
    if !matches!(plan.reading.separator.as_bytes(), [one] if one.is_ascii() && !b"\"\r\n\0".contains(one)) {
        say("reading.separator", "expected one character such as , or ;".to_owned());
    }
    if let Some(n) = plan.columns.iter().position(|rule| rule.column.chars().count() > 1_000) {
        say(&format!("columns[{n}].column"), "expected at most 1000 characters".to_owned());
    }
    if plan.source.as_ref().is_some_and(|source| source.chars().count() > 80) {
        say("source", "expected at most 80 characters".to_owned());
    }
    if plan.columns.len() > 16_384 {
        say("columns", "expected at most 16384".to_owned());
    }
    let names: Vec<String>;
    let header = match header {
        Some(header) => header,
        // Without the file, the rules have to fit each other.
        None => {
            names = plan.columns.iter().map(|rule| rule.column.clone()).collect();
            &names
        }
    };
    if let Err(problems) = Columns::fit(plan, header) {
        for problem in problems {
            say("columns", problem.to_string());
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(BackendError::InvalidFields(wrong)) }
}

impl Backend {
    /// Looks what would become of each row. Nothing of the leads is written.
    pub async fn rehearse_import(&self, actor: &Actor, id: ImportId, body: RunImport) -> Result<Import, BackendError> {
        self.start_run(actor, id, body, ImportEvent::Rehearse).await
    }

    pub async fn start_import(&self, actor: &Actor, id: ImportId, body: RunImport) -> Result<Import, BackendError> {
        self.start_run(actor, id, body, ImportEvent::Start).await
    }

    async fn start_run(
        &self,
        actor: &Actor,
        id: ImportId,
        body: RunImport,
        event: ImportEvent,
    ) -> Result<Import, BackendError> {
        let mut row = self.import_row(actor, id).await?;
        check_plan(&body.plan, None)?;
        if let Some(campaign) = body.plan.campaign_id {
            self.campaign_row(actor.scope, campaign).await?;
        }
        let state = go(&mut row, event)?;
        let plan = serde_json::to_value(&body.plan).map_err(|error| BackendError::Internal(error.to_string()))?;
        if let Some(name) = body.save_as.as_deref().or(row.source.as_deref()) {
            self.keep_mapping(actor.scope, name, &body.plan).await?;
        }
        row.plan = Some(plan);
        (row.counts, row.rows_done, row.problems_bytes, row.failure) = (serde_json::json!({}), 0, 0, None);
        row.begun_at = Some(clock::now());
        self.save_import(actor.scope, &mut row).await?;
        self.audit(actor, &format!("import.{}", state.as_str()), &id.to_string(), serde_json::json!({})).await;
        self.run_import(actor.scope, row, actor.zone.clone())?;
        self.get_import(actor, id).await
    }

    /// Starts the work on its own, and notes how it ends.
    fn run_import(&self, scope: TenantScope, row: ImportRow, zone: String) -> Result<(), BackendError> {
        let state = state_of(&row)?;
        let corrupt = || BackendError::Internal("the plan of an import cannot be read".to_owned());
        let plan: ImportPlan =
            row.plan.clone().and_then(|plan| serde_json::from_value(plan).ok()).ok_or_else(corrupt)?;
        let watched = self.imports().begin(row.id);
        let mut run = Run {
            store: self.store().clone(),
            scope,
            files: self.import_files(row.id),
            plan,
            zone,
            reach: self.reach(),
            progress: watched.progress,
            cancel: watched.cancel,
            stop: self.stopping().clone(),
            import: row,
        };
        run.begin(clock::now());
        let backend = self.clone();
        self.finishing().spawn(async move {
            let id = run.import.id;
            backend.carry_import_out(&mut run, state).await;
            backend.imports().end(id);
        });
        Ok(())
    }

    async fn carry_import_out(&self, run: &mut Run, mut state: ImportState) {
        let mut in_vain = 0;
        loop {
            let done = run.import.rows_done;
            let ended = match state {
                ImportState::Undoing => run.undo().await,
                other => run.run(other == ImportState::Importing).await,
            };
            let written = state != ImportState::Undoing && (run.import.places.is_some() || counts_updates(run));
            let event = match ended {
                Ok(Ended::Stopped) => return,
                Ok(Ended::Finished) => ImportEvent::Finished,
                Ok(Ended::Cancelled) => {
                    run.import.failure = Some("cancelled".to_owned());
                    ImportEvent::Cancel { written }
                }
                Err(error) if error.is_retryable() && in_vain < TRIES => {
                    tracing::warn!(import = %run.import.id, %error, "an import waits for the database");
                    let Some(stored) = self.when_it_answers(run).await else { return };
                    in_vain = if run.import.rows_done > done { 0 } else { in_vain + 1 };
                    state = stored;
                    continue;
                }
                Err(error) => fail(run, &error, written),
            };
            match self.note_end(run, event).await {
                Some(next) => state = next,
                None => return,
            }
        }
    }

    /// Notes how a run ended; what is to be done next: to take back what was written, or to do again what the database has lost.
    async fn note_end(&self, run: &mut Run, event: ImportEvent) -> Option<ImportState> {
        let now = clock::now();
        let state = match go(&mut run.import, event) {
            Ok(state) => state,
            Err(error) => {
                tracing::error!(import = %run.import.id, %error, "an import ended where it could not");
                return None;
            }
        };
        run.import.finished_at = Some(now);
        if state == ImportState::Done {
            run.import.undo_until = Some(UnixMillis(now.0 + UNDO_MS));
        }
        // The database may be away just now: the end is told again and again, until the server ends.
        while let Err(error) = self.save_import(run.scope, &mut run.import).await {
            tracing::error!(import = %run.import.id, %error, "the end of an import cannot be noted");
            if matches!(error, BackendError::Conflict(_)) {
                match self.stored_import(run).await {
                    Ok(state) => return state,
                    Err(error) => tracing::error!(import = %run.import.id, %error, "an import cannot be read"),
                }
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.stopping().cancelled() => return None,
            }
        }
        tracing::info!(import = %run.import.id, state = state.as_str(), counts = %run.import.counts, "an import ended");
        (state == ImportState::Undoing).then_some(state)
    }

    /// Waits until the database can be read again, and goes by what it says. `None` when there is nothing to do any more.
    async fn when_it_answers(&self, run: &mut Run) -> Option<ImportState> {
        loop {
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.stopping().cancelled() => return None,
            }
            match self.stored_import(run).await {
                Ok(state) => return state,
                Err(error) if error.is_retryable() => {}
                Err(error) => {
                    tracing::error!(import = %run.import.id, %error, "an import cannot be read");
                    return None;
                }
            }
        }
    }

    /// Takes the import as it is stored in place of what the run believes: a machine of PostgreSQL that crashed may have lost the
    /// last of what was written, and what it says is done is what is there.
    async fn stored_import(&self, run: &mut Run) -> Result<Option<ImportState>, StorageError> {
        let Some(stored) = storage::imports::get(&run.store, run.scope, run.import.id).await? else { return Ok(None) };
        let state = state_of(&stored).ok().filter(|state| state.is_working());
        tracing::warn!(import = %stored.id, rows = stored.rows_done, ?state, "an import goes on from what the database has");
        run.import = stored;
        if state == Some(ImportState::Rehearsing) {
            forget_rehearsed(&mut run.import);
        }
        Ok(state)
    }

    /// Stops the work; what an import has written is taken back.
    pub async fn cancel_import(&self, actor: &Actor, id: ImportId) -> Result<Import, BackendError> {
        let mut row = self.import_row(actor, id).await?;
        let state = state_of(&row)?;
        domain::imports::next(state, ImportEvent::Cancel { written: row.places.is_some() })?;
        match self.imports().get(id) {
            Some(watched) => watched.cancel.cancel(),
            None if state.is_working() => {
                return Err(BackendError::Conflict("another server works on this import; cancel it there"));
            }
            None => {
                go(&mut row, ImportEvent::Cancel { written: false })?;
                row.finished_at = Some(clock::now());
                self.save_import(actor.scope, &mut row).await?;
                self.forget_import_files(id).await;
            }
        }
        self.audit(actor, "import.cancel", &id.to_string(), serde_json::json!({})).await;
        self.get_import(actor, id).await
    }

    /// Takes back what an import did, but for leads that people have worked on since.
    pub async fn undo_import(&self, actor: &Actor, id: ImportId) -> Result<Import, BackendError> {
        let mut row = self.import_row(actor, id).await?;
        let in_time = row.undo_until.is_none_or(|until| clock::now() < until);
        go(&mut row, ImportEvent::Undo { in_time })?;
        self.save_import(actor.scope, &mut row).await?;
        self.audit(actor, "import.undo", &id.to_string(), serde_json::json!({})).await;
        self.run_import(actor.scope, row, actor.zone.clone())?;
        self.get_import(actor, id).await
    }

    async fn forget_import_files(&self, id: ImportId) {
        let files = self.import_files(id);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || files.remove()).await {
            tracing::warn!(import = %id, %error, "the files of an import could not be removed; tomorrow again");
        }
    }
}

fn counts_updates(run: &Run) -> bool {
    run.import.counts["updated"].as_u64().is_some_and(|updated| updated > 0)
}

fn fail(run: &mut Run, error: &super::work::RunError, written: bool) -> ImportEvent {
    tracing::warn!(import = %run.import.id, %error, "an import failed");
    run.import.failure = Some(error.to_string());
    ImportEvent::Fail { written }
}

/// A look begins anew: its counts were not kept on the way.
fn forget_rehearsed(row: &mut ImportRow) {
    (row.counts, row.rows_done, row.problems_bytes) = (serde_json::json!({}), 0, 0);
}

/// Goes on with what the last server was working on.
pub(crate) async fn resume(backend: &Backend) -> Result<(), BackendError> {
    let uploading = ImportState::Uploading.as_str();
    for (tenant, row) in storage::imports::in_state(backend.store(), uploading, UnixMillis(i64::MAX)).await? {
        if row.received == row.bytes {
            backend.file_complete(TenantScope::system(tenant), row).await?;
        }
    }
    for state in ImportState::ALL.into_iter().filter(|state| state.is_working()) {
        let open = storage::imports::in_state(backend.store(), state.as_str(), UnixMillis(i64::MAX)).await?;
        for (tenant, mut row) in open {
            let scope = TenantScope::system(tenant);
            let zone = zone_of(backend, tenant).await?;
            if state == ImportState::Rehearsing {
                forget_rehearsed(&mut row);
            }
            tracing::info!(import = %row.id, rows = row.rows_done, "an import goes on");
            backend.run_import(scope, row, zone)?;
        }
    }
    Ok(())
}

async fn zone_of(backend: &Backend, tenant: TenantId) -> Result<String, BackendError> {
    let tenant = storage::tenants::get(backend.store(), TenantScope::system(tenant)).await?;
    tenant.map(|tenant| tenant.zone).ok_or(BackendError::NotFound("tenant"))
}

/// Files of imports that can no more be undone, and of uploads that nobody went on with for a week.
pub(crate) async fn forget_old(backend: &Backend, now: UnixMillis) {
    const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;
    for state in ImportState::ALL.into_iter().filter(|state| !state.is_working()) {
        let before = UnixMillis(now.0 - WEEK_MS);
        match storage::imports::in_state(backend.store(), state.as_str(), before).await {
            Ok(old) => {
                for (_, row) in old {
                    backend.forget_import_files(row.id).await;
                }
            }
            Err(error) => tracing::warn!(%error, "old imports could not be looked up; tomorrow again"),
        }
    }
}
