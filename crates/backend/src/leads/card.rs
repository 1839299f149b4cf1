//! The lead card: who, what we promised, what happened before.

use domain::{ids::LeadId, masking};
use storage::{
    PageRequest, TenantScope,
    callbacks::CallbackFilter,
    calls::CallFilter,
    leads::{Lead as LeadRow, OtherNumber},
    tasks::{TaskFilter, TaskStatus},
};
use wire::leads::{LeadCard, LeadNumber};

use super::{mask, shown};
use crate::{Actor, Backend, error::BackendError, history, tasks};

/// Calls on the card.
const RECENT: u32 = 3;
const PROMISES: u32 = 5;

fn number(row: OtherNumber) -> LeadNumber {
    LeadNumber { number: row.number.into_inner(), kind: row.kind, extension: row.extension }
}

/// For readers who may not see contact data.
pub(crate) fn mask_card(card: &mut LeadCard) {
    mask(&mut card.lead);
    for other in &mut card.other_numbers {
        other.number = masking::mask_number(&other.number);
        other.extension = None;
    }
}

impl Backend {
    pub async fn get_lead(&self, actor: &Actor, id: LeadId) -> Result<LeadCard, BackendError> {
        let row = self.lead_row(actor, id).await?;
        let mut card = self.card(actor.scope, row).await?;
        if !actor.role.sees_contact_data() {
            mask_card(&mut card);
        }
        Ok(card)
    }

    /// In full.
    pub(crate) async fn card(&self, scope: TenantScope, row: LeadRow) -> Result<LeadCard, BackendError> {
        let id = row.id;
        let store = self.store();
        let calls = CallFilter { lead_id: Some(id), ..CallFilter::default() };
        let open_tasks = TaskFilter { status: Some(TaskStatus::Open), lead_id: Some(id), ..TaskFilter::default() };
        let open_callbacks =
            CallbackFilter { status: Some(TaskStatus::Open), lead_id: Some(id), ..CallbackFilter::default() };
        let (recent, total, promises, callbacks, others) = tokio::try_join!(
            storage::calls::list(store, scope, &calls, PageRequest::new(None, Some(RECENT))),
            storage::calls::count_of_lead(store, scope, id),
            storage::tasks::list(store, scope, &open_tasks, PageRequest::new(None, Some(PROMISES))),
            storage::callbacks::list(store, scope, &open_callbacks, PageRequest::new(None, Some(1))),
            storage::leads::numbers::of_lead(store, scope, id),
        )?;
        // A call that is ringing now is not history yet.
        let recent_calls: Vec<_> =
            recent.items.into_iter().filter(|call| call.ended_at.is_some()).map(history::brief).collect();
        let no_call = self.known_objection(scope, &row, row.campaign_id).await?;
        let mut lead = shown(row);
        self.put_tags(scope, std::slice::from_mut(&mut lead)).await?;
        Ok(LeadCard {
            lead,
            other_numbers: others.into_iter().map(number).collect(),
            last_outcome: recent_calls.iter().find(|call| call.disposition.is_some()).cloned(),
            promises: promises.items.into_iter().map(tasks::task).collect(),
            next_callback: callbacks.items.into_iter().next().map(tasks::callback),
            recent_calls,
            calls_total: total,
            no_call,
        })
    }
}
