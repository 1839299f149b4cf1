//! The run of an import: three steps at once on different rows, each handing on to the next. A step that is slower holds the
//! others up, so that little is in memory.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use domain::{
    imports::{ImportCounts, ImportPlan, Reason, combine},
    time::UnixMillis,
};
use providers::outside::Reach;
use storage::{
    StorageError, Store, TenantScope,
    imports::Import as ImportRow,
    lead_changes::ChangedBy,
    leads::bulk::{self, Sealed, Unsearchable, Within},
};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{
    files::{FileError, Files},
    judging::{Judge, Judged, changes, present},
    reading::{Piece, ReadingError, RowProblem, read_file},
};
use crate::{error::BackendError, leads::Edit, registry::RegistryDesk};

/// Pieces between two steps.
const BETWEEN: usize = 1;
/// Terms that wait for being written together: 16 bytes each.
const MOST_TERMS: usize = 400_000;
const SEARCH_ROWS_AT_ONCE: usize = 2_000;
/// Somebody else may write the same number at the same moment; more often than this it is a fault.
const TRIES: usize = 5;

/// How far a run is, for those who look.
#[derive(Debug, Default)]
pub struct Progress {
    pub rows: AtomicU64,
    pub bytes: AtomicU64,
    pub total: AtomicU64,
    pub begun_at: AtomicU64,
}

/// What a run needs.
pub struct Run {
    pub store: Store,
    pub scope: TenantScope,
    pub files: Files,
    /// As it is stored; the run alone changes it until it ends.
    pub import: ImportRow,
    pub plan: ImportPlan,
    /// Of the tenant.
    pub zone: String,
    /// Where the national registry may be.
    pub reach: Reach,
    pub progress: Arc<Progress>,
    /// A person stops it.
    pub cancel: CancellationToken,
    /// The server ends: the next start goes on.
    pub stop: CancellationToken,
}

/// How a run ended.
#[derive(Debug)]
pub enum Ended {
    Finished,
    Cancelled,
    Stopped,
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("{0}")]
    Reading(#[from] ReadingError),
    #[error("{0}")]
    File(#[from] FileError),
    #[error("the database: {0}")]
    Storage(#[from] StorageError),
    #[error("{0}")]
    Lead(#[from] BackendError),
    #[error("a step of the import broke off")]
    Broken,
}

impl RunError {
    /// True when another run may get further.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_retryable(),
            Self::Lead(error) => matches!(error, BackendError::Unavailable),
            Self::Reading(_) | Self::File(_) | Self::Broken => false,
        }
    }
}

impl From<std::io::Error> for RunError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error.into())
    }
}

/// A judged piece whose new leads are sealed.
struct Ready {
    judged: Judged,
    sealed: Sealed,
}

/// New leads that are being written, in a transaction that is not committed yet.
struct Put {
    tx: storage::Tx,
    places: Option<(i64, i64)>,
    searchable: Unsearchable,
}

/// A piece on its way into the database.
struct Putting {
    judged: Judged,
    /// `None`: it could not begin.
    task: Option<AbortOnDropHandle<Result<Put, StorageError>>>,
}

/// Whether the rows of an import have come to 10,000, or eight times that, and so on.
fn has_grown(before: u64, now: u64) -> bool {
    let size = |rows: u64| (rows / 10_000).checked_ilog(8);
    size(now) > size(before)
}

impl Run {
    /// Reads all rows and writes the leads (`write`), or only the counts and the problems.
    ///
    /// # Errors
    /// See [`RunError`]; what was written is named in `self.import`.
    pub async fn run(&mut self, write: bool) -> Result<Ended, RunError> {
        let (file, total) = self.files.text(self.import.bytes)?;
        self.progress.total.store(total, Relaxed);
        let (to_judge, pieces) = mpsc::channel::<Piece>(BETWEEN);
        let (store, scope, plan) = (self.store.clone(), self.scope, self.plan.clone());
        let reading = tokio::task::spawn_blocking(move || {
            read_file(&store, scope, &plan, file, |piece| to_judge.blocking_send(piece).is_ok())
        });
        let mut judge = Judge::new(
            self.store.clone(),
            self.scope,
            self.import.id,
            self.plan.clone(),
            self.zone.clone(),
            self.import.rows_done,
            RegistryDesk::of(&self.store, self.scope, self.reach).await?,
        );
        judge.hold_numbers(total).await?;
        let (to_write, mut ready) = mpsc::channel::<Ready>(BETWEEN);
        let judging = tokio::spawn(judge_and_seal(judge, pieces, to_write, write));
        self.hold_changes(write).await;
        let ended = self.write_all(&mut ready, write).await;
        self.hold_changes(false).await;
        drop(ready);
        let (judged, read) = (judging.await, reading.await);
        match ended? {
            Ended::Finished => {
                // First, because reading stops when judging does.
                judged.map_err(|_| RunError::Broken)??;
                read.map_err(|_| RunError::Broken)??;
                Ok(Ended::Finished)
            }
            other => Ok(other),
        }
    }

    async fn write_all(&mut self, ready: &mut mpsc::Receiver<Ready>, write: bool) -> Result<Ended, RunError> {
        let mut later = Unsearchable::default();
        let mut putting = VecDeque::new();
        if write {
            self.make_searchable_again().await?;
        }
        loop {
            let next = tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Ok(Ended::Cancelled),
                () = self.stop.cancelled() => {
                    self.make_searchable(&mut later).await?;
                    return Ok(Ended::Stopped);
                }
                next = ready.recv() => next,
            };
            let Some(Ready { judged, sealed }) = next else { break };
            if judged.last_row <= self.import.rows_done {
                self.progress.bytes.store(judged.bytes, Relaxed);
                continue;
            }
            if write {
                let task = self.put(sealed).await.ok();
                putting.push_back(Putting { judged, task });
                if putting.len() >= self.store.writers_at_once() {
                    self.settle(&mut putting, &mut later).await?;
                }
            } else {
                self.rehearse(judged).await?;
            }
        }
        while !putting.is_empty() {
            self.settle(&mut putting, &mut later).await?;
        }
        if write {
            self.make_searchable(&mut later).await?;
        }
        Ok(Ended::Finished)
    }

    async fn hold_changes(&self, many: bool) {
        if let Err(error) = bulk::hold_changes(&self.store, many).await {
            tracing::warn!(import = %self.import.id, %error, "an import goes on with the database's memory as it is");
        }
    }

    fn counts(&self) -> ImportCounts {
        serde_json::from_value(self.import.counts.clone()).unwrap_or_default()
    }

    /// Notes what a piece came to, in memory; the caller writes the row.
    fn note(&mut self, judged: &Judged, counts: ImportCounts, problems: &[RowProblem]) -> Result<(), RunError> {
        let mut all = self.counts();
        all.add(counts);
        self.import.counts = serde_json::json!(all);
        self.import.rows_done = judged.last_row;
        if !problems.is_empty() {
            let plain = serde_json::to_vec(problems).map_err(std::io::Error::other)?;
            self.import.problems_bytes = self.files.append_problems(self.import.problems_bytes, &plain)?;
        }
        self.progress.rows.store(all.rows, Relaxed);
        Ok(())
    }

    /// Nothing but counts and problems; these are in memory until the end.
    async fn rehearse(&mut self, mut judged: Judged) -> Result<(), RunError> {
        self.progress.bytes.store(judged.bytes, Relaxed);
        let mut problems = std::mem::take(&mut judged.problems);
        for update in std::mem::take(&mut judged.updates) {
            let lead = storage::leads::get(&self.store, self.scope, update.lead).await?;
            if lead.is_some_and(|lead| changes(&lead, &update.draft, self.plan.duplicates)) {
                judged.counts.updated += 1;
            } else {
                judged.counts.known += 1;
                problems.push(RowProblem { row: update.row, column: None, reason: Reason::Known });
            }
        }
        problems.sort_by_key(|problem| problem.row);
        let counts = judged.counts;
        self.note(&judged, counts, &problems)
    }

    /// Begins to write new leads. Their places are taken before it returns, so that those of later pieces are higher.
    async fn put(&self, sealed: Sealed) -> Result<AbortOnDropHandle<Result<Put, StorageError>>, StorageError> {
        let mut tx = self.store.begin_step().await?;
        let places = bulk::take_places(&mut tx, &sealed).await?;
        let writing = async move {
            let mut searchable = Unsearchable::default();
            let places = bulk::insert_at(&mut tx, sealed, &places, &mut searchable).await?;
            Ok(Put { tx, places, searchable })
        };
        Ok(AbortOnDropHandle::new(tokio::spawn(writing)))
    }

    /// The first of these in one transaction, with the note that it is done.
    async fn settle(&mut self, putting: &mut VecDeque<Putting>, later: &mut Unsearchable) -> Result<(), RunError> {
        let Some(Putting { mut judged, mut task }) = putting.pop_front() else { return Ok(()) };
        for _ in 0..TRIES {
            let before = self.import.clone();
            match self.try_write(&mut judged, task.take(), later).await {
                Err(RunError::Storage(StorageError::Unique { .. })) => {
                    self.import = before;
                    self.leave_out_known(&mut judged).await?;
                }
                // Somebody changed one of its leads at this moment.
                Err(RunError::Lead(BackendError::Conflict(_))) => self.import = before,
                Err(RunError::Storage(error)) if error.is_retryable() => {
                    tracing::warn!(import = %self.import.id, %error, "an import waits for the database");
                    self.import = before;
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
                Ok(()) if later.len() >= MOST_TERMS => return self.make_searchable(later).await,
                done => return done,
            }
            // Its places are taken anew; those of the pieces behind it have to be higher.
            putting.iter_mut().for_each(|behind| behind.task = None);
        }
        Err(RunError::Storage(StorageError::Unavailable("it refused the same rows again and again".to_owned())))
    }

    async fn try_write(
        &mut self,
        judged: &mut Judged,
        task: Option<AbortOnDropHandle<Result<Put, StorageError>>>,
        later: &mut Unsearchable,
    ) -> Result<(), RunError> {
        let task = match task {
            Some(task) => task,
            None => self.put(seal(&self.store, self.scope, judged)?).await?,
        };
        let Put { mut tx, places, searchable } = task.await.map_err(|_| RunError::Broken)??;
        let (mut counts, mut problems) = (judged.counts, judged.problems.clone());
        let before = self.import.rows_done;
        for update in &judged.updates {
            if self.update(&mut tx, update).await? {
                counts.updated += 1;
            } else {
                counts.known += 1;
                problems.push(RowProblem { row: update.row, column: None, reason: Reason::Known });
            }
        }
        problems.sort_by_key(|problem| problem.row);
        self.note(judged, counts, &problems)?;
        if let Some((first, last)) = places {
            let from = self.import.places.map_or(first, |places| places.0.min(first));
            self.import.places = Some((from, last));
        }
        self.import.version = storage::imports::update(&mut tx, self.scope, &self.import).await?;
        tx.commit().await?;
        later.append(searchable);
        self.progress.bytes.store(judged.bytes, Relaxed);
        if has_grown(before, self.import.rows_done)
            && let Err(error) = bulk::refresh_statistics(&self.store).await
        {
            tracing::warn!(import = %self.import.id, %error, "the database's own figures of leads are as they were");
        }
        Ok(())
    }

    /// Rows whose numbers somebody else wrote meanwhile.
    async fn leave_out_known(&self, judged: &mut Judged) -> Result<(), RunError> {
        let hashes: Vec<_> = judged.new.iter().map(|new| new.hash.clone()).collect();
        let known = bulk::known(&self.store, self.scope, &hashes, Within::Campaign(self.plan.campaign_id)).await?;
        let (problems, counts) = (&mut judged.problems, &mut judged.counts);
        judged.new.retain(|new| {
            let there = known.contains_key(&new.hash);
            if there {
                counts.new -= 1;
                counts.known += 1;
                problems.push(RowProblem { row: new.row, column: None, reason: Reason::Known });
            }
            !there
        });
        Ok(())
    }

    /// True when the row changed something of the lead.
    async fn update(&self, tx: &mut storage::Tx, update: &super::judging::Update) -> Result<bool, RunError> {
        let Some(lead) = storage::leads::get(&mut *tx, self.scope, update.lead).await? else { return Ok(false) };
        let values = combine(&present(&lead), &update.draft, self.plan.duplicates);
        let mark = update.draft.do_not_call && !lead.do_not_call;
        if values.is_empty() && !mark {
            return Ok(false);
        }
        let mut edit = Edit::new(lead, ChangedBy::Import { import_id: Some(self.import.id) });
        for value in values {
            edit.set(&value.field, Some(value.to.reveal()));
        }
        edit.row.do_not_call |= mark;
        edit.write(tx, self.scope).await?;
        Ok(true)
    }

    async fn make_searchable(&mut self, later: &mut Unsearchable) -> Result<(), RunError> {
        let Some(to) = later.to() else { return Ok(()) };
        let mut rows = later.take();
        while !rows.is_empty() {
            let mut tx = self.store.begin_step().await?;
            bulk::make_searchable(&mut tx, self.scope, &mut rows, SEARCH_ROWS_AT_ONCE).await?;
            tx.commit().await?;
        }
        self.import.searchable_to = Some(to);
        self.import.version = storage::imports::update(&self.store, self.scope, &self.import).await?;
        Ok(())
    }

    /// Leads that were written before the server broke off.
    async fn make_searchable_again(&mut self) -> Result<(), RunError> {
        let Some((first, last)) = self.import.places else { return Ok(()) };
        let mut from = self.import.searchable_to.map_or(first, |to| to + 1);
        while from <= last {
            let to = last.min(from + 1_999);
            let mut tx = self.store.begin_step().await?;
            bulk::make_searchable_again(&mut tx, self.scope, from, to).await?;
            tx.commit().await?;
            from = to + 1;
        }
        if self.import.searchable_to != Some(last) {
            self.import.searchable_to = Some(last);
            self.import.version = storage::imports::update(&self.store, self.scope, &self.import).await?;
        }
        Ok(())
    }

    /// Since when the run goes, for the rate.
    pub fn begin(&self, now: UnixMillis) {
        self.progress.begun_at.store(u64::try_from(now.0).unwrap_or_default(), Relaxed);
        self.progress.rows.store(self.counts().rows, Relaxed);
    }
}

fn seal(store: &Store, scope: TenantScope, judged: &Judged) -> Result<Sealed, StorageError> {
    bulk::seal(store, scope, judged.new.iter().map(|new| &new.lead))
}

async fn judge_and_seal(
    mut judge: Judge,
    mut pieces: mpsc::Receiver<Piece>,
    ready: mpsc::Sender<Ready>,
    write: bool,
) -> Result<(), RunError> {
    while let Some(piece) = pieces.recv().await {
        let judged = judge.judge(piece).await?;
        let (store, scope) = (judge.store.clone(), judge.scope);
        let next = if write {
            let sealing = tokio::task::spawn_blocking(move || {
                let sealed = seal(&store, scope, &judged)?;
                Ok::<_, StorageError>(Ready { judged, sealed })
            });
            sealing.await.map_err(|_| RunError::Broken)??
        } else {
            Ready { judged, sealed: Sealed::default() }
        };
        if ready.send(next).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_grows_a_few_times_only() {
        let ends = (0..=1_000_000).step_by(1_000).collect::<Vec<u64>>();
        let grown: Vec<u64> = ends.windows(2).filter(|pair| has_grown(pair[0], pair[1])).map(|pair| pair[1]).collect();
        assert_eq!(grown, [10_000, 80_000, 640_000]);
    }
}
