//! Tasks and callbacks.

use domain::{ids::TaskId, pii::Personal};
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
        text: row.text.into_inner(),
        due_at_ms: row.due_at,
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
        due_at_ms: row.due_at,
        local_time: row.local_time,
        zone: row.zone,
        zone_source: row.zone_source,
        status: status(row.status),
        call_id: row.call_id,
    }
}

/// Supervisors may ask for everybody's; all others get their own.
fn owner(actor: &Actor, mine: Option<bool>) -> Option<domain::ids::UserId> {
    (mine == Some(true) || !actor.role.supervises()).then_some(actor.user)
}

impl Backend {
    pub async fn list_tasks(&self, actor: &Actor, query: TaskFilter) -> Result<Page<Task>, BackendError> {
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let filter = RowFilter {
            status: query.status.map(row_status),
            // On the lead's page everybody sees what was promised.
            owner_id: if query.lead_id.is_some() { None } else { owner(actor, query.mine) },
            lead_id: query.lead_id,
            call_id: None,
        };
        let page = storage::tasks::list(self.store(), actor.scope, &filter, request).await?;
        Ok(paging::page(page, task))
    }

    pub async fn list_callbacks(&self, actor: &Actor, query: TaskFilter) -> Result<Page<Callback>, BackendError> {
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let filter = CallbackFilter {
            status: query.status.map(row_status),
            agent_id: if query.lead_id.is_some() { None } else { owner(actor, query.mine) },
            lead_id: query.lead_id,
            due_before: None,
        };
        let page = storage::callbacks::list(self.store(), actor.scope, &filter, request).await?;
        Ok(paging::page(page, callback))
    }

    pub async fn update_task(&self, actor: &Actor, id: TaskId, body: UpdateTask) -> Result<Task, BackendError> {
        let mut row =
            storage::tasks::get(self.store(), actor.scope, id).await?.ok_or(BackendError::NotFound("task"))?;
        if row.owner_id.is_some_and(|owner| owner != actor.user) && !actor.role.supervises() {
            return Err(BackendError::NotAllowed);
        }
        if !actor.role.takes_calls() && actor.role != domain::role::Role::FieldAgent {
            return Err(BackendError::NotAllowed);
        }
        if let Some(text) = body.text {
            let mut checks = FieldChecks::default();
            checks.text(&text, 500, "text");
            checks.done()?;
            row.text = Personal::new(text);
        }
        row.due_at = body.due_at_ms.or(row.due_at);
        row.status = body.status.map_or(row.status, row_status);
        storage::tasks::update(self.store(), actor.scope, &row, clock::now()).await?;
        self.tasks_changed(actor.tenant, row.owner_id.unwrap_or(actor.user));
        Ok(task(row))
    }

    pub(crate) fn tasks_changed(&self, tenant: domain::ids::TenantId, owner: domain::ids::UserId) {
        self.feed().publish(tenant, Audience::User(owner), LiveEvent::Tasks {});
    }
}
