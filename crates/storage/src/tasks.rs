//! Things somebody promised to do.

use domain::{
    ids::{CallId, LeadId, TaskId, TenantId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::Result,
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Order, Row, Select, args, text_keys},
};

text_keys! {
    /// Of tasks and callbacks.
    TaskStatus {
        Open = "open",
        Done = "done",
        Cancelled = "cancelled",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    pub lead_id: Option<LeadId>,
    /// Filled in on reading.
    pub lead_name: Option<Personal<String>>,
    pub call_id: Option<CallId>,
    /// `None`: of the team; supervisors see it.
    pub owner_id: Option<UserId>,
    /// Filled in on reading.
    pub owner_name: Option<String>,
    pub text: Personal<String>,
    pub due_at: Option<UnixMillis>,
    /// When its owner is reminded next.
    pub remind_at: Option<UnixMillis>,
    /// Of the lead, IANA. Filled in on reading.
    pub zone: Option<String>,
    /// `agent`, `analysis` or `disposition`.
    pub made_by: String,
    /// The words it was taken from.
    pub quote: Option<Personal<String>>,
    pub status: TaskStatus,
    pub created_at: UnixMillis,
}

/// All optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    pub status: Option<TaskStatus>,
    pub owner_id: Option<UserId>,
    pub lead_id: Option<LeadId>,
    pub call_id: Option<CallId>,
    pub due_from: Option<UnixMillis>,
    pub due_before: Option<UnixMillis>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT x.id, x.lead_id, l.name AS lead_name, x.call_id, x.owner_id, x.text, x.quote, x.due_at_ms, ",
            "x.due_order, x.remind_at_ms, x.made_by, x.status, x.created_at_ms, l.zone, u.name AS owner_name FROM tasks x ",
            "LEFT JOIN leads l ON l.tenant_id = x.tenant_id AND l.id = x.lead_id ",
            "LEFT JOIN users u ON u.tenant_id = x.tenant_id AND u.id = x.owner_id WHERE x.tenant_id = $1 ",
            "AND l.deleted_at_ms IS NULL",
            $tail
        )
    };
}

/// # Errors
/// `NoSuchReference` when lead or owner are not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, task: &Task) -> Result<()> {
    let mut on = on.into();
    let keys = on.keys();
    let seals = keys.of(scope, task.id);
    let sql = "INSERT INTO tasks (tenant_id, id, lead_id, call_id, owner_id, text, quote, due_at_ms, due_order, made_by, \
               status, created_at_ms, remind_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let args = args![
        scope,
        task.id,
        task.lead_id,
        task.call_id,
        task.owner_id,
        seals.seal(Column::TASK_TEXT, task.text.reveal())?,
        seals.seal_personal(Column::TASK_QUOTE, task.quote.as_ref())?,
        task.due_at,
        due_order(task.due_at),
        &task.made_by,
        task.status,
        task.created_at,
        task.remind_at,
    ];
    on.write(sql, args).await?;
    Ok(())
}

/// Writes text, due time, owner, reminder and status. False when there is no such task.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, task: &Task, now: UnixMillis) -> Result<bool> {
    let mut on = on.into();
    let text = on.keys().of(scope, task.id).seal(Column::TASK_TEXT, task.text.reveal())?;
    let closed_at = (task.status != TaskStatus::Open).then_some(now);
    let sql = "UPDATE tasks SET text = $3, due_at_ms = $4, due_order = $5, owner_id = $6, status = $7, \
               closed_at_ms = CASE WHEN $7 = 'open' THEN NULL ELSE COALESCE(closed_at_ms, $8) END, remind_at_ms = $9 \
               WHERE tenant_id = $1 AND id = $2";
    let remind_at = task.remind_at.filter(|_| task.status == TaskStatus::Open);
    let args = args![
        scope,
        task.id,
        text,
        task.due_at,
        due_order(task.due_at),
        task.owner_id,
        task.status,
        closed_at,
        remind_at
    ];
    Ok(on.write(sql, args).await? == 1)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: TaskId) -> Result<Option<Task>> {
    let mut on = on.into();
    let row = on.read(select!(" AND x.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// Rows that are read for one page of leads.
pub(crate) const MOST_OF_LEADS: usize = 1000;

/// The open ones of these leads, soonest due first.
pub async fn open_of(on: impl Into<On<'_>>, scope: TenantScope, leads: &[LeadId]) -> Result<Vec<Task>> {
    let mut on = on.into();
    let keys = on.keys();
    let select = Select::new(select!(""), scope).and_in("x.lead_id", leads.iter().copied());
    let select = select.and("x.status = ", TaskStatus::Open, "");
    let rows = select.rows(&mut on, " ORDER BY x.due_order, x.id", MOST_OF_LEADS).await?;
    rows.iter().map(|row| read(row, &keys, scope)).collect()
}

/// Soonest due first, those without a due time last.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    filter: &TaskFilter,
    page: PageRequest,
) -> Result<Page<Task>> {
    let mut on = on.into();
    let keys = on.keys();
    let order = Order { by: "x.due_order", id: "x.id", newest_first: false };
    let read = |row: &Row| {
        let task = read(row, &keys, scope)?;
        let id = task.id.as_uuid();
        Ok((task, row.int("due_order")?, id))
    };
    Select::new(select!(""), scope)
        .and_some("x.status = ", filter.status)
        .and_some("x.owner_id = ", filter.owner_id)
        .and_some("x.lead_id = ", filter.lead_id)
        .and_some("x.call_id = ", filter.call_id)
        .and_some("x.due_order >= ", filter.due_from)
        .and_some("x.due_order < ", filter.due_before)
        .page(&mut on, order, page, read)
        .await
}

/// Takes the open ones of any tenant whose reminder has come, so that each is given once, whatever server looks: tenant, id, and
/// when it was to be given.
pub async fn take_due(
    on: impl Into<On<'_>>,
    now: UnixMillis,
    most: u32,
) -> Result<Vec<(TenantId, TaskId, UnixMillis)>> {
    let mut on = on.into();
    let sql = "SELECT tenant_id, id, remind_at_ms FROM tasks WHERE remind_at_ms <= $1 AND status = 'open' \
               ORDER BY remind_at_ms LIMIT $2";
    let mut taken = Vec::new();
    for row in on.read_all(sql, args![now, most]).await? {
        let (tenant, id): (TenantId, TaskId) = (row.id("tenant_id")?, row.id("id")?);
        let at = row.at("remind_at_ms")?;
        let sql = "UPDATE tasks SET remind_at_ms = NULL WHERE tenant_id = $1 AND id = $2 AND remind_at_ms = $3";
        if on.write(sql, args![tenant, id, at]).await? == 1 {
            taken.push((tenant, id, at));
        }
    }
    Ok(taken)
}

fn due_order(due_at: Option<UnixMillis>) -> i64 {
    due_at.map_or(i64::MAX, |due| due.0)
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<Task> {
    let id: TaskId = row.id("id")?;
    let seals = keys.of(scope, id);
    let lead_id: Option<LeadId> = row.opt_id("lead_id")?;
    Ok(Task {
        id,
        lead_id,
        lead_name: match lead_id {
            Some(lead) => keys.of(scope, lead).read_some(Column::LEAD_NAME, row, "lead_name")?,
            None => None,
        },
        call_id: row.opt_id("call_id")?,
        owner_id: row.opt_id("owner_id")?,
        owner_name: row.opt_text("owner_name")?,
        remind_at: row.opt_at("remind_at_ms")?,
        zone: row.opt_text("zone")?,
        text: seals.read(Column::TASK_TEXT, row, "text")?,
        due_at: row.opt_at("due_at_ms")?,
        made_by: row.text("made_by")?,
        quote: seals.read_some(Column::TASK_QUOTE, row, "quote")?,
        status: row.key("status")?,
        created_at: row.at("created_at_ms")?,
    })
}
