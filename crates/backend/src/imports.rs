//! Taking leads in from files: upload in parts, preview, rehearsal, import, undo.

mod begin;
mod by_hand;
mod drive;
mod files;
mod judging;
mod mappings;
mod marks;
mod preview;
mod problems;
mod reading;
mod undo;
mod work;

pub use by_hand::{FileByHand, HandImport, HandProgress, import_by_hand};
pub(crate) use drive::{Running, forget_old, resume};
pub(crate) use judging::{NewLeadOf, new_lead, present};

use domain::{
    ids::ImportId,
    imports::{ImportEvent, ImportState, WrongState, next},
};
use storage::{TenantScope, imports::Import as ImportRow};
use wire::imports::Import;

use crate::{Actor, Backend, clock, error::BackendError, paging};
use wire::page::{Page, PageQuery};

/// How long an import can be undone.
const UNDO_MS: i64 = 24 * 3600 * 1000;

impl From<WrongState> for BackendError {
    fn from(wrong: WrongState) -> Self {
        Self::Conflict(match wrong {
            WrongState::FileIncomplete => "the file is not complete yet",
            WrongState::Working => "the import is being worked on; wait, or cancel it",
            WrongState::Over => "this import is over; begin another with the file",
            WrongState::TooLate => "an import can be undone for 24 hours, and they are over",
            WrongState::NothingToUndo => "nothing was imported that could be undone",
        })
    }
}

fn state_of(row: &ImportRow) -> Result<ImportState, BackendError> {
    ImportState::parse(&row.state).ok_or_else(|| BackendError::Internal(format!("unknown state {}", row.state)))
}

/// Takes the import to its next state, in memory.
fn go(row: &mut ImportRow, event: ImportEvent) -> Result<ImportState, BackendError> {
    let state = next(state_of(row)?, event)?;
    row.state = state.as_str().to_owned();
    Ok(state)
}

impl Backend {
    pub(crate) async fn import_row(&self, actor: &Actor, id: ImportId) -> Result<ImportRow, BackendError> {
        actor.must_supervise()?;
        storage::imports::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("import"))
    }

    fn shown_import(&self, row: ImportRow) -> Result<Import, BackendError> {
        let corrupt = |error: serde_json::Error| BackendError::Internal(format!("an import cannot be read: {error}"));
        Ok(Import {
            id: row.id,
            state: state_of(&row)?,
            progress: self.imports().progress(row.id, clock::now()),
            file_name: row.file_name,
            source: row.source,
            bytes: row.bytes,
            received: row.received,
            plan: row.plan.map(serde_json::from_value).transpose().map_err(corrupt)?,
            counts: serde_json::from_value(row.counts).map_err(corrupt)?,
            failure: row.failure,
            made_by: row.made_by_name,
            created_at_ms: row.created_at,
            begun_at_ms: row.begun_at,
            finished_at_ms: row.finished_at,
            undo_until_ms: row.undo_until,
        })
    }

    pub async fn get_import(&self, actor: &Actor, id: ImportId) -> Result<Import, BackendError> {
        let row = self.import_row(actor, id).await?;
        self.shown_import(row)
    }

    /// Newest first.
    pub async fn list_imports(&self, actor: &Actor, query: PageQuery) -> Result<Page<Import>, BackendError> {
        actor.must_supervise()?;
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let page = storage::imports::list(self.store(), actor.scope, request).await?;
        let next = page.next;
        let items = page.items.into_iter().map(|row| self.shown_import(row)).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::page(storage::Page { items, next }, |item| item))
    }

    pub(crate) async fn save_import(&self, scope: TenantScope, row: &mut ImportRow) -> Result<(), BackendError> {
        row.version = storage::imports::update(self.store(), scope, row).await?;
        Ok(())
    }
}
