//! Reminders that are put off. What was promised stays as it was.

use domain::{
    follow_up::{Snooze, snooze_until},
    ids::{CallbackId, TaskId},
    time::UnixMillis,
};
use storage::tasks::TaskStatus as RowStatus;
use wire::tasks::{Callback, SnoozeFollowUp, Task};

use super::{callback, may_change, task};
use crate::{Actor, Backend, clock, error::BackendError};

/// `zone`: of the person; of the organisation where a task has no person.
fn until(actor: &Actor, snooze: Snooze, zone: Option<&str>, status: RowStatus) -> Result<UnixMillis, BackendError> {
    if status != RowStatus::Open {
        return Err(BackendError::Conflict("this is done already: open it again first"));
    }
    snooze_until(snooze, zone.unwrap_or(&actor.zone), clock::now())
        .map_err(|error| BackendError::field("until", error.to_string()))
}

impl Backend {
    pub async fn snooze_task(&self, actor: &Actor, id: TaskId, body: SnoozeFollowUp) -> Result<Task, BackendError> {
        let mut row = self.task_row(actor, id).await?;
        may_change(actor, row.owner_id)?;
        row.remind_at = Some(until(actor, body.until, row.zone.as_deref(), row.status)?);
        storage::tasks::update(self.store(), actor.scope, &row, clock::now()).await?;
        self.tell_owner(actor.tenant, row.owner_id);
        Ok(task(row))
    }

    pub async fn snooze_callback(
        &self,
        actor: &Actor,
        id: CallbackId,
        body: SnoozeFollowUp,
    ) -> Result<Callback, BackendError> {
        let mut row = self.callback_row(actor, id).await?;
        may_change(actor, row.agent_id)?;
        row.remind_at = Some(until(actor, body.until, Some(&row.zone), row.status)?);
        storage::callbacks::update(self.store(), actor.scope, &row, clock::now()).await?;
        self.tell_owner(actor.tenant, row.agent_id);
        Ok(callback(row))
    }
}
