//! Tasks and callbacks.

mod callbacks;
mod reassign;
pub(crate) mod reminders;
mod snooze;

use domain::{
    ids::{TaskId, TenantId, UserId},
    pii::Personal,
    role::Role,
    time::UnixMillis,
};
use storage::{
    callbacks::{Callback as CallbackRow, CallbackFilter},
    tasks::{Task as TaskRow, TaskFilter as RowFilter, TaskStatus as RowStatus},
};
use wire::{
    live::LiveEvent,
    page::Page,
    tasks::{Callback, Task, TaskFilter, TaskStatus, UpdateTask},
};

use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    live::Audience,
    paging,
};

const fn row_status(status: TaskStatus) -> RowStatus {
    match status {
        TaskStatus::Open => RowStatus::Open,
        TaskStatus::Done => RowStatus::Done,
        TaskStatus::Cancelled => RowStatus::Cancelled,
    }
}

const fn status(status: RowStatus) -> TaskStatus {
    match status {
        RowStatus::Open => TaskStatus::Open,
        RowStatus::Done => TaskStatus::Done,
        RowStatus::Cancelled => TaskStatus::Cancelled,
    }
}

pub(crate) fn task(row: TaskRow) -> Task {
    Task {
        id: row.id,
        lead_id: row.lead_id,
        lead_name: row.lead_name.map(Personal::into_inner),
        call_id: row.call_id,
        owner_id: row.owner_id,
        owner_name: row.owner_name,
        text: row.text.into_inner(),
        due_at_ms: row.due_at,
        remind_at_ms: row.remind_at,
        zone: row.zone,
        made_by: row.made_by,
        quote: row.quote.map(Personal::into_inner),
        status: status(row.status),
        created_at_ms: row.created_at,
    }
}

pub(crate) fn callback(row: CallbackRow) -> Callback {
    Callback {
        id: row.id,
        lead_id: row.lead_id,
        lead_name: row.lead_name.into_inner(),
        agent_id: row.agent_id,
        agent_name: row.agent_name,
        due_at_ms: row.due_at,
        remind_at_ms: row.remind_at,
        local_time: row.local_time,
        zone: row.zone,
        zone_source: row.zone_source,
        status: status(row.status),
        call_id: row.call_id,
    }
}

/// Supervisors may ask for everybody's; all others get their own.
fn owner(actor: &Actor, query: &TaskFilter) -> Option<UserId> {
    // On the lead's page everybody sees what was promised.
    if query.lead_id.is_some() {
        return query.owner_id;
    }
    if query.mine == Some(true) || !actor.role.supervises() { Some(actor.user) } else { query.owner_id }
}

/// Whoever takes calls or visits people changes their own; supervisors change everybody's, and those of the team.
fn may_change(actor: &Actor, owner: Option<UserId>) -> Result<(), BackendError> {
    let works = actor.role.takes_calls() || actor.role == Role::FieldAgent;
    if works && (owner == Some(actor.user) || actor.role.supervises()) { Ok(()) } else { Err(BackendError::NotAllowed) }
}

impl Backend {
    pub async fn list_tasks(&self, actor: &Actor, query: TaskFilter) -> Result<Page<Task>, BackendError> {
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let filter = RowFilter {
            status: query.status.map(row_status),
            owner_id: owner(actor, &query),
            lead_id: query.lead_id,
            call_id: None,
            due_from: query.due_from_ms.map(UnixMillis),
            due_before: query.due_before_ms.map(UnixMillis),
        };
        let page = storage::tasks::list(self.store(), actor.scope, &filter, request).await?;
        Ok(paging::page(page, task))
    }

    pub async fn list_callbacks(&self, actor: &Actor, query: TaskFilter) -> Result<Page<Callback>, BackendError> {
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let filter = CallbackFilter {
            status: query.status.map(row_status),
            agent_id: owner(actor, &query),
            lead_id: query.lead_id,
            due_from: query.due_from_ms.map(UnixMillis),
            due_before: query.due_before_ms.map(UnixMillis),
        };
        let page = storage::callbacks::list(self.store(), actor.scope, &filter, request).await?;
        Ok(paging::page(page, callback))
    }

    pub async fn update_task(&self, actor: &Actor, id: TaskId, body: UpdateTask) -> Result<Task, BackendError> {
        let mut row = self.task_row(actor, id).await?;
        may_change(actor, row.owner_id)?;
        if let Some(text) = body.text {
            let mut checks = FieldChecks::default();
            checks.text(&text, 500, "text");
            checks.done()?;
            row.text = Personal::new(text);
        }
        let now = clock::now();
        if let Some(due) = body.due_at_ms {
            (row.due_at, row.remind_at) = (Some(due), Some(due).filter(|due| *due > now));
        }
        row.status = body.status.map_or(row.status, row_status);
        storage::tasks::update(self.store(), actor.scope, &row, now).await?;
        self.tell_owner(actor.tenant, row.owner_id);
        Ok(task(row))
    }

    async fn task_row(&self, actor: &Actor, id: TaskId) -> Result<TaskRow, BackendError> {
        storage::tasks::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("task"))
    }

    pub(crate) fn tasks_changed(&self, tenant: TenantId, owner: UserId) {
        self.feed().publish(tenant, Audience::UserAndSupervisors(owner), LiveEvent::Tasks {});
    }

    /// Of those that belong to nobody.
    pub(crate) fn team_tasks_changed(&self, tenant: TenantId) {
        self.feed().publish(tenant, Audience::Supervisors, LiveEvent::Tasks {});
    }

    fn tell_owner(&self, tenant: TenantId, owner: Option<UserId>) {
        match owner {
            Some(owner) => self.tasks_changed(tenant, owner),
            None => self.team_tasks_changed(tenant),
        }
    }
}
