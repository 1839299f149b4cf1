//! Promises to call: moved to another hour, kept, opened again.

use domain::{follow_up, ids::CallbackId, zone};
use storage::{TenantScope, Tx, callbacks::Callback as CallbackRow, tasks::TaskStatus as RowStatus};
use wire::tasks::{Callback, UpdateCallback};

use super::{callback, may_change, row_status};
use crate::{Actor, Backend, clock, error::BackendError};

impl Backend {
    pub(super) async fn callback_row(&self, actor: &Actor, id: CallbackId) -> Result<CallbackRow, BackendError> {
        storage::callbacks::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("callback"))
    }

    /// Changes a callback, and where its lead stands in the line.
    pub async fn update_callback(
        &self,
        actor: &Actor,
        id: CallbackId,
        body: UpdateCallback,
    ) -> Result<Callback, BackendError> {
        let mut row = self.callback_row(actor, id).await?;
        may_change(actor, row.agent_id)?;
        let now = clock::now();
        if let Some(at) = body.at {
            let tz = zone::zone(&at.zone).map_err(|error| BackendError::field("at.zone", error.to_string()))?;
            let wrong = |error: zone::ClockError| BackendError::field("at.local_time", error.to_string());
            let local = zone::local(&at.local_time).map_err(wrong)?;
            let due = zone::instant(local, &tz).map_err(wrong)?;
            if due <= now {
                return Err(BackendError::field("at.local_time", "that moment has passed"));
            }
            if at.zone != row.zone {
                row.zone_source = "said".to_owned();
            }
            (row.due_at, row.remind_at, row.local_time, row.zone) = (due, Some(due), at.local_time, at.zone);
        }
        row.status = body.status.map_or(row.status, row_status);
        let mut unit = self.store().begin().await?;
        storage::callbacks::update(&mut unit, actor.scope, &row, now).await?;
        stand(&mut unit, actor.scope, &row).await?;
        unit.commit().await?;
        self.tell_owner(actor.tenant, row.agent_id);
        self.lead_changed(actor.scope, row.lead_id);
        Ok(callback(row))
    }
}

/// A lead that is in nobody's line stays out of it: it is won, lost, or must not be called.
async fn stand(unit: &mut Tx, scope: TenantScope, row: &CallbackRow) -> Result<(), BackendError> {
    let Some(lead) = storage::leads::get(&mut *unit, scope, row.lead_id).await? else { return Ok(()) };
    if storage::worklist::place_of(&mut *unit, scope, lead.id).await?.is_none() {
        return Ok(());
    }
    let is_open = row.status == RowStatus::Open;
    let standing = follow_up::standing_of(is_open, row.due_at, lead.heat.into(), lead.created_at);
    storage::worklist::put(unit, scope, lead.id, Some(standing)).await?;
    Ok(())
}
