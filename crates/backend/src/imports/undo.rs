//! Taking an import back.

use std::sync::atomic::Ordering::Relaxed;

use domain::ids::LeadChangeId;
use storage::{StorageError, lead_changes, leads::bulk};

use super::work::{Ended, Run, RunError};
use crate::{clock, leads::Edit};

/// Places that are looked at in one transaction.
const PLACES_AT_ONCE: i64 = 2_000;
const CHANGES_AT_ONCE: u32 = 200;

impl Run {
    /// Deletes the leads that it made and nobody touched since, and puts back what it changed and nobody changed again.
    ///
    /// # Errors
    /// See [`RunError`]. Doing it again goes on where it ended.
    pub async fn undo(&mut self) -> Result<Ended, RunError> {
        if self.put_back().await? {
            return Ok(Ended::Stopped);
        }
        let Some((first, last)) = self.import.places else { return Ok(Ended::Finished) };
        self.progress.total.store(u64::try_from(last - first + 1).unwrap_or_default(), Relaxed);
        let mut from = first;
        while from <= last {
            if self.stop.is_cancelled() {
                return Ok(Ended::Stopped);
            }
            let to = last.min(from + PLACES_AT_ONCE - 1);
            let mut tx = self.store.begin().await?;
            let gone = bulk::delete_untouched(&mut tx, self.scope, self.import.id, from, to).await?;
            tx.commit().await?;
            self.progress.rows.fetch_add(gone, Relaxed);
            self.progress.bytes.store(u64::try_from(to - first + 1).unwrap_or_default(), Relaxed);
            from = to + 1;
        }
        let kept = bulk::count(&self.store, self.scope, self.import.id, first, last).await?;
        if kept > 0 {
            let kept = format!("{kept} leads stay, because people have worked on them since");
            self.import.failure = Some(match self.import.failure.take() {
                Some(before) => format!("{before}; {kept}"),
                None => kept,
            });
        }
        Ok(Ended::Finished)
    }

    /// True when the server ends.
    async fn put_back(&self) -> Result<bool, RunError> {
        let mut after: Option<LeadChangeId> = None;
        loop {
            let changes =
                lead_changes::of_import(&self.store, self.scope, self.import.id, after, CHANGES_AT_ONCE).await?;
            let Some(last) = changes.last() else { return Ok(false) };
            after = Some(last.id);
            for change in changes {
                if self.stop.is_cancelled() {
                    return Ok(true);
                }
                let Some(lead) = storage::leads::get(&self.store, self.scope, change.lead_id).await? else { continue };
                let to = change.to.as_ref().map(|value| value.reveal().clone());
                if Edit::value(&lead, &change.field) != to {
                    continue;
                }
                let mut edit = Edit::new(lead, change.by.clone());
                edit.set(&change.field, change.from.as_ref().map(|value| value.reveal().as_str()));
                let undone =
                    lead_changes::undo(&self.store, self.scope, change.id, &edit.row, None, clock::now()).await;
                match undone {
                    // Somebody changed the lead at this moment: it stays theirs.
                    Ok(_) | Err(StorageError::Conflict { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
}
