//! Asking for an action on many leads, and watching it.

use std::collections::BTreeSet;

use domain::{
    ids::{BulkActionId, LeadId},
    lead_sets::{BulkActionKind, BulkCounts, BulkEvent, BulkRefusal, BulkState, next},
    pii::Personal,
};
use storage::bulk_actions::BulkAction as BulkRow;
use wire::{
    lead_sets::{BulkAction, StartBulkAction},
    page::{Page, PageQuery},
};

use super::{check_filter, export::file_until};
use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    paging,
};

/// Leads that a request can name one by one.
const MOST_NAMED: usize = 500;

impl From<BulkRefusal> for BackendError {
    fn from(refusal: BulkRefusal) -> Self {
        Self::Conflict(match refusal {
            BulkRefusal::Working => "the action is being worked on; wait, or cancel it",
            BulkRefusal::Over => "this action is over",
            BulkRefusal::TooLate => "an action can be undone for 24 hours, and they are over",
            BulkRefusal::NothingToUndo => "nothing was changed that could be undone",
        })
    }
}

pub(super) fn state_of(row: &BulkRow) -> Result<BulkState, BackendError> {
    BulkState::parse(&row.state).ok_or_else(|| BackendError::Internal(format!("unknown state {}", row.state)))
}

/// Takes the action to its next state, in memory.
pub(super) fn go(row: &mut BulkRow, event: BulkEvent) -> Result<BulkState, BackendError> {
    let state = next(state_of(row)?, event)?;
    row.state = state.as_str().to_owned();
    Ok(state)
}

pub(super) fn counts_of(row: &BulkRow) -> BulkCounts {
    serde_json::from_value(row.counts.clone()).unwrap_or_default()
}

fn shown(row: BulkRow) -> Result<BulkAction, BackendError> {
    let corrupt = |error: serde_json::Error| BackendError::Internal(format!("an action cannot be read: {error}"));
    let state = state_of(&row)?;
    Ok(BulkAction {
        id: row.id,
        counts: counts_of(&row),
        file_until_ms: file_until(&row),
        action: serde_json::from_value(row.action).map_err(corrupt)?,
        filter: serde_json::from_value(row.filter.into_inner()).map_err(corrupt)?,
        state,
        total: row.total,
        done: if state == BulkState::Undoing { row.undone } else { row.done },
        failure: row.failure,
        made_by: row.made_by_name,
        created_at_ms: row.created_at,
        finished_at_ms: row.finished_at,
        undo_until_ms: row.undo_until,
    })
}

impl Backend {
    /// Starts an action on all leads that fit, or on those that are named.
    pub async fn start_bulk_action(&self, actor: &Actor, body: StartBulkAction) -> Result<BulkAction, BackendError> {
        actor.must_supervise()?;
        let mut checks = FieldChecks::default();
        check_filter(&mut checks, &body.filter);
        let named: Option<Vec<LeadId>> =
            body.lead_ids.map(|ids| ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect());
        let fits = named.as_ref().is_none_or(|ids| (1..=MOST_NAMED).contains(&ids.len()));
        checks.require(fits, "lead_ids", "expected 1 to 500 leads");
        checks.done()?;
        self.check_action(actor, body.action).await?;
        let json = |error: serde_json::Error| BackendError::Internal(error.to_string());
        let state = if named.is_some() { BulkState::Working } else { BulkState::Gathering };
        let row = BulkRow {
            id: BulkActionId::new(clock::new_uuid()),
            action: serde_json::to_value(body.action).map_err(json)?,
            filter: Personal::new(serde_json::to_value(body.filter).map_err(json)?),
            state: state.as_str().to_owned(),
            gather_after: None,
            total: named.as_ref().map_or(0, |ids| ids.len() as u64),
            done: 0,
            undone: 0,
            counts: serde_json::json!({}),
            failure: None,
            made_by: actor.user,
            made_by_name: actor.name.clone(),
            created_at: clock::now(),
            finished_at: None,
            undo_until: None,
            version: 1,
        };
        let mut tx = self.store().begin().await?;
        storage::bulk_actions::insert(&mut tx, actor.scope, &row).await?;
        if let Some(ids) = &named {
            storage::bulk_actions::add_leads(&mut tx, actor.scope, row.id, 0, ids).await?;
        }
        tx.commit().await?;
        self.audit(actor, "bulk.start", &row.id.to_string(), row.action.clone()).await;
        let id = row.id;
        self.run_bulk_action(actor.scope, row)?;
        self.get_bulk_action(actor, id).await
    }

    /// What the action names has to be there.
    async fn check_action(&self, actor: &Actor, action: BulkActionKind) -> Result<(), BackendError> {
        match action {
            BulkActionKind::Assign { to: Some(to) } => {
                let user = self.user_of(actor, to).await?;
                if !user.active || !user.role.takes_calls() {
                    return Err(BackendError::field("action.to", "takes no calls"));
                }
            }
            BulkActionKind::AddTag { tag_id } | BulkActionKind::RemoveTag { tag_id } => {
                self.tag_row(actor, tag_id).await?;
            }
            BulkActionKind::MoveToCampaign { campaign_id: Some(campaign) } => {
                self.campaign_row(actor.scope, campaign).await?;
            }
            BulkActionKind::Assign { to: None }
            | BulkActionKind::MoveToCampaign { campaign_id: None }
            | BulkActionKind::Delete
            | BulkActionKind::Export => {}
        }
        Ok(())
    }

    pub(super) async fn bulk_row(&self, actor: &Actor, id: BulkActionId) -> Result<BulkRow, BackendError> {
        actor.must_supervise()?;
        storage::bulk_actions::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("action"))
    }

    pub async fn get_bulk_action(&self, actor: &Actor, id: BulkActionId) -> Result<BulkAction, BackendError> {
        shown(self.bulk_row(actor, id).await?)
    }

    /// Newest first.
    pub async fn list_bulk_actions(&self, actor: &Actor, query: PageQuery) -> Result<Page<BulkAction>, BackendError> {
        actor.must_supervise()?;
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let page = storage::bulk_actions::list(self.store(), actor.scope, request).await?;
        let next = page.next;
        let items = page.items.into_iter().map(shown).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::page(storage::Page { items, next }, |item| item))
    }

    /// Stops the work after the batch that is under way; what was changed stays, and can be undone.
    pub async fn cancel_bulk_action(&self, actor: &Actor, id: BulkActionId) -> Result<BulkAction, BackendError> {
        let row = self.bulk_row(actor, id).await?;
        next(state_of(&row)?, BulkEvent::Cancel)?;
        if !self.bulk_actions().cancel(id) {
            return Err(BackendError::Conflict("another server works on this action; cancel it there"));
        }
        self.audit(actor, "bulk.cancel", &id.to_string(), serde_json::json!({})).await;
        self.get_bulk_action(actor, id).await
    }

    /// Takes back what the action changed and nobody has changed again since.
    pub async fn undo_bulk_action(&self, actor: &Actor, id: BulkActionId) -> Result<BulkAction, BackendError> {
        let mut row = self.bulk_row(actor, id).await?;
        let counts = counts_of(&row);
        let in_time = row.undo_until.is_some_and(|until| clock::now() < until);
        go(&mut row, BulkEvent::Undo { in_time, changed: counts.changed > counts.undone })?;
        row.undone = 0;
        row.version = storage::bulk_actions::update(self.store(), actor.scope, &row).await?;
        self.audit(actor, "bulk.undo", &id.to_string(), serde_json::json!({})).await;
        self.run_bulk_action(actor.scope, row)?;
        self.get_bulk_action(actor, id).await
    }
}
