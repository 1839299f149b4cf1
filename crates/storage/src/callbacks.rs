//! Promises to call at an hour on the customer's clock.

use domain::{
    ids::{CallId, CallbackId, LeadId, TenantId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::Result,
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Order, Row, Select, args},
    tasks::{MOST_OF_LEADS, TaskStatus},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    pub id: CallbackId,
    pub lead_id: LeadId,
    /// Filled in on reading.
    pub lead_name: Personal<String>,
    /// The call in which it was promised.
    pub call_id: Option<CallId>,
    pub agent_id: Option<UserId>,
    /// Filled in on reading.
    pub agent_name: Option<String>,
    pub due_at: UnixMillis,
    /// When the agent is reminded next.
    pub remind_at: Option<UnixMillis>,
    /// As the customer said it, `YYYY-MM-DDTHH:MM` on their clock.
    pub local_time: String,
    pub zone: String,
    pub zone_source: String,
    pub status: TaskStatus,
    pub created_at: UnixMillis,
}

/// All optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallbackFilter {
    pub status: Option<TaskStatus>,
    pub agent_id: Option<UserId>,
    pub lead_id: Option<LeadId>,
    pub due_from: Option<UnixMillis>,
    pub due_before: Option<UnixMillis>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT x.id, x.lead_id, l.name AS lead_name, x.call_id, x.agent_id, x.due_at_ms, x.local_time, x.zone, ",
            "x.zone_source, x.remind_at_ms, x.status, x.created_at_ms, u.name AS agent_name FROM callbacks x ",
            "JOIN leads l ON l.tenant_id = x.tenant_id AND l.id = x.lead_id ",
            "LEFT JOIN users u ON u.tenant_id = x.tenant_id AND u.id = x.agent_id WHERE x.tenant_id = $1 ",
            "AND l.deleted_at_ms IS NULL",
            $tail
        )
    };
}

/// # Errors
/// `NoSuchReference` when lead or agent are not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, callback: &Callback) -> Result<()> {
    let sql = "INSERT INTO callbacks (tenant_id, id, lead_id, call_id, agent_id, due_at_ms, local_time, zone, zone_source, \
               status, created_at_ms, remind_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let args = args![
        scope,
        callback.id,
        callback.lead_id,
        callback.call_id,
        callback.agent_id,
        callback.due_at,
        &callback.local_time,
        &callback.zone,
        &callback.zone_source,
        callback.status,
        callback.created_at,
        callback.remind_at,
    ];
    on.into().write(sql, args).await?;
    Ok(())
}

/// Writes hour, agent, reminder and status. False when there is no such callback.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, callback: &Callback, now: UnixMillis) -> Result<bool> {
    let sql = "UPDATE callbacks SET agent_id = $3, due_at_ms = $4, local_time = $5, zone = $6, zone_source = $7, \
               remind_at_ms = $8, status = $9, \
               closed_at_ms = CASE WHEN $9 = 'open' THEN NULL ELSE COALESCE(closed_at_ms, $10) END \
               WHERE tenant_id = $1 AND id = $2";
    let is_open = callback.status == TaskStatus::Open;
    let args = args![
        scope,
        callback.id,
        callback.agent_id,
        callback.due_at,
        &callback.local_time,
        &callback.zone,
        &callback.zone_source,
        callback.remind_at.filter(|_| is_open),
        callback.status,
        Some(now).filter(|_| !is_open),
    ];
    Ok(on.into().write(sql, args).await? == 1)
}

/// Moves an open one; false when it is not there or not in `from`.
pub async fn set_status(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: CallbackId,
    from: TaskStatus,
    to: TaskStatus,
    now: UnixMillis,
) -> Result<bool> {
    let closed_at = (to != TaskStatus::Open).then_some(now);
    let sql = "UPDATE callbacks SET status = $4, closed_at_ms = $5 WHERE tenant_id = $1 AND id = $2 AND status = $3";
    Ok(on.into().write(sql, args![scope, id, from, to, closed_at]).await? == 1)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: CallbackId) -> Result<Option<Callback>> {
    let mut on = on.into();
    let row = on.read(select!(" AND x.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// The open ones of these leads, soonest first.
pub async fn open_of(on: impl Into<On<'_>>, scope: TenantScope, leads: &[LeadId]) -> Result<Vec<Callback>> {
    let mut on = on.into();
    let keys = on.keys();
    let select = Select::new(select!(""), scope).and_in("x.lead_id", leads.iter().copied());
    let select = select.and("x.status = ", TaskStatus::Open, "");
    let rows = select.rows(&mut on, " ORDER BY x.due_at_ms, x.id", MOST_OF_LEADS).await?;
    rows.iter().map(|row| read(row, &keys, scope)).collect()
}

/// Closes the open ones of a lead that were due before `due_before`: the call that was promised has been made. How many.
pub async fn keep_promises(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    lead: LeadId,
    due_before: UnixMillis,
    now: UnixMillis,
) -> Result<u64> {
    let sql = "UPDATE callbacks SET status = 'done', closed_at_ms = $4 \
               WHERE tenant_id = $1 AND lead_id = $2 AND status = 'open' AND due_at_ms < $3";
    on.into().write(sql, args![scope, lead, due_before, now]).await
}

/// Soonest first.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    filter: &CallbackFilter,
    page: PageRequest,
) -> Result<Page<Callback>> {
    let mut on = on.into();
    let keys = on.keys();
    let order = Order { by: "x.due_at_ms", id: "x.id", newest_first: false };
    let read = |row: &Row| {
        let callback = read(row, &keys, scope)?;
        let place = (callback.due_at.0, callback.id.as_uuid());
        Ok((callback, place.0, place.1))
    };
    Select::new(select!(""), scope)
        .and_some("x.status = ", filter.status)
        .and_some("x.agent_id = ", filter.agent_id)
        .and_some("x.lead_id = ", filter.lead_id)
        .and_some("x.due_at_ms >= ", filter.due_from)
        .and_some("x.due_at_ms < ", filter.due_before)
        .page(&mut on, order, page, read)
        .await
}

/// Takes the open ones of any tenant whose reminder has come, so that each is given once, whatever server looks: tenant, id, and
/// when it was to be given.
pub async fn take_due(
    on: impl Into<On<'_>>,
    now: UnixMillis,
    most: u32,
) -> Result<Vec<(TenantId, CallbackId, UnixMillis)>> {
    let mut on = on.into();
    let sql = "SELECT tenant_id, id, remind_at_ms FROM callbacks WHERE remind_at_ms <= $1 AND status = 'open' \
               ORDER BY remind_at_ms LIMIT $2";
    let mut taken = Vec::new();
    for row in on.read_all(sql, args![now, most]).await? {
        let (tenant, id): (TenantId, CallbackId) = (row.id("tenant_id")?, row.id("id")?);
        let at = row.at("remind_at_ms")?;
        let sql = "UPDATE callbacks SET remind_at_ms = NULL WHERE tenant_id = $1 AND id = $2 AND remind_at_ms = $3";
        if on.write(sql, args![tenant, id, at]).await? == 1 {
            taken.push((tenant, id, at));
        }
    }
    Ok(taken)
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<Callback> {
    let lead_id: LeadId = row.id("lead_id")?;
    Ok(Callback {
        id: row.id("id")?,
        lead_id,
        lead_name: keys.of(scope, lead_id).read(Column::LEAD_NAME, row, "lead_name")?,
        call_id: row.opt_id("call_id")?,
        agent_id: row.opt_id("agent_id")?,
        agent_name: row.opt_text("agent_name")?,
        remind_at: row.opt_at("remind_at_ms")?,
        due_at: row.at("due_at_ms")?,
        local_time: row.text("local_time")?,
        zone: row.text("zone")?,
        zone_source: row.text("zone_source")?,
        status: row.key("status")?,
        created_at: row.at("created_at_ms")?,
    })
}
