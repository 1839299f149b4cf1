//! Presence of agents, and the claim that gives an agent to exactly one call.

use domain::{
    ids::{CallId, QueueId, UserId},
    role::Role,
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, Row, args, text_keys},
};

text_keys! {
    /// The agent's state as routing sees it; what belongs to it is in the row's other columns.
    AgentState {
        Offline = "offline",
        Available = "available",
        /// Claimed for a call that rings at them.
        Reserved = "reserved",
        OnCall = "on_call",
        WrapUp = "wrap_up",
        Break = "break",
        Unreachable = "unreachable",
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    pub user_id: UserId,
    pub name: String,
    pub state: AgentState,
    /// The call that holds the agent.
    pub call_id: Option<CallId>,
    /// Number of the last claim. What is said with an older one comes too late.
    pub fence: u32,
    /// Rises with each write; guards [`update`].
    pub version: u32,
    pub since: UnixMillis,
    /// What else the presence machine keeps: break reason, end of wrap-up, break after the call, missed offers.
    pub detail: Value,
    /// The tenant's day, `YYYY-MM-DD`, that `calls_today` counts.
    pub calls_day: String,
    pub calls_today: u32,
    pub last_call_at: Option<UnixMillis>,
}

/// An agent as routing weighs them.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub agent: Agent,
    pub role: Role,
    pub skills: Vec<String>,
    /// BCP 47 tags.
    pub languages: Vec<String>,
    pub max_concurrent_calls: u32,
    /// Has a telephone of their own.
    pub has_phone: bool,
}

/// The new state of an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentUpdate {
    pub state: AgentState,
    pub call_id: Option<CallId>,
    pub since: UnixMillis,
    pub detail: Value,
}

macro_rules! select {
    ($tail:literal) => {
        select!("", $tail)
    };
    ($more:literal, $tail:literal) => {
        concat!(
            "SELECT a.user_id, u.name, a.state, a.call_id, a.fence, a.version, a.since_ms, a.detail, a.calls_day, ",
            "a.calls_today, a.last_call_at_ms",
            $more,
            " FROM agents a ",
            "JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id WHERE a.tenant_id = $1",
            $tail
        )
    };
}

/// Makes the row of a user who may take calls, offline, unless it is there.
///
/// # Errors
/// `NoSuchReference` when the user is not in this tenant.
pub async fn ensure(on: impl Into<On<'_>>, scope: TenantScope, user: UserId, now: UnixMillis) -> Result<()> {
    let sql = "INSERT INTO agents (tenant_id, user_id, state, fence, version, since_ms, detail, calls_day, calls_today) \
               VALUES ($1, $2, 'offline', 0, 0, $3, '{}', '', 0) ON CONFLICT (tenant_id, user_id) DO NOTHING";
    on.into().write(sql, args![scope, user, now]).await?;
    Ok(())
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, user: UserId) -> Result<Option<Agent>> {
    on.into().read(select!(" AND a.user_id = $2"), args![scope, user]).await?.as_ref().map(read).transpose()
}

/// Active users only, in the order of their names.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Agent>> {
    let sql = select!(" AND u.active = TRUE ORDER BY u.name, a.user_id");
    on.into().read_all(sql, args![scope]).await?.iter().map(read).collect()
}

/// Active members of the queue, and this one agent, in the order of their names.
pub async fn candidates(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    queue: Option<QueueId>,
    only: Option<UserId>,
) -> Result<Vec<Candidate>> {
    let sql = select!(
        ", u.role, u.skills, u.languages, u.max_concurrent_calls, u.phone IS NOT NULL AS has_phone",
        " AND u.active = TRUE AND (a.user_id = $3 OR EXISTS (SELECT 1 FROM queue_members m WHERE m.tenant_id = a.tenant_id \
         AND m.queue_id = $2 AND m.user_id = a.user_id)) ORDER BY u.name, a.user_id"
    );
    let rows = on.into().read_all(sql, args![scope, queue, only]).await?;
    let candidate = |row: &Row| {
        Ok(Candidate {
            agent: read(row)?,
            role: row.key("role")?,
            skills: row.json("skills")?,
            languages: row.json("languages")?,
            max_concurrent_calls: row.number("max_concurrent_calls")?,
            has_phone: row.bool("has_phone")?,
        })
    };
    rows.iter().map(candidate).collect()
}

/// Gives an available agent to a call: one conditional write, so that of many callers exactly one gets the fence.
/// `None` when the agent is not available, not active, or held by a call.
pub async fn claim(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    agent: UserId,
    call: CallId,
    now: UnixMillis,
) -> Result<Option<u32>> {
    let sql = "UPDATE agents SET state = 'reserved', call_id = $3, fence = fence + 1, version = version + 1, since_ms = $4 \
               WHERE tenant_id = $1 AND user_id = $2 AND state = 'available' AND call_id IS NULL AND EXISTS (SELECT 1 \
               FROM users u WHERE u.tenant_id = agents.tenant_id AND u.id = agents.user_id AND u.active = TRUE) \
               RETURNING fence";
    on.into().write_returning(sql, args![scope, agent, call, now]).await?.map(|row| row.number("fence")).transpose()
}

/// What the call does to its agent (answered, wrap-up, freed): only with the fence of its own claim. False when the agent
/// has been given to another call since.
pub async fn update_claimed(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    agent: UserId,
    fence: u32,
    to: &AgentUpdate,
) -> Result<bool> {
    let sql = "UPDATE agents SET state = $4, call_id = $5, since_ms = $6, detail = $7, version = version + 1 \
               WHERE tenant_id = $1 AND user_id = $2 AND fence = $3";
    let args = args![scope, agent, fence, to.state, to.call_id, to.since, &to.detail];
    Ok(on.into().write(sql, args).await? == 1)
}

/// Lets go of an agent that `call` holds under `fence`. False when it was let go before.
pub async fn release(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    agent: UserId,
    call: CallId,
    fence: u32,
    to: &AgentUpdate,
) -> Result<bool> {
    let sql = "UPDATE agents SET state = $5, call_id = $6, since_ms = $7, detail = $8, version = version + 1 \
               WHERE tenant_id = $1 AND user_id = $2 AND call_id = $3 AND fence = $4";
    let args = args![scope, agent, call, fence, to.state, to.call_id, to.since, &to.detail];
    Ok(on.into().write(sql, args).await? == 1)
}

/// What the agent, a supervisor or a probe does: only to the state that was read. False when it has changed since.
pub async fn update(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    agent: UserId,
    version: u32,
    to: &AgentUpdate,
) -> Result<bool> {
    let sql = "UPDATE agents SET state = $4, call_id = $5, since_ms = $6, detail = $7, version = version + 1 \
               WHERE tenant_id = $1 AND user_id = $2 AND version = $3";
    let args = args![scope, agent, version, to.state, to.call_id, to.since, &to.detail];
    Ok(on.into().write(sql, args).await? == 1)
}

/// Counts an answered call for the tenant's `day` (`YYYY-MM-DD`).
pub async fn count_call(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    agent: UserId,
    day: &str,
    at: UnixMillis,
) -> Result<()> {
    let sql = "UPDATE agents SET calls_today = CASE WHEN calls_day = $3 THEN calls_today + 1 ELSE 1 END, calls_day = $3, \
               last_call_at_ms = $4 WHERE tenant_id = $1 AND user_id = $2";
    on.into().write(sql, args![scope, agent, day, at]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Agent> {
    Ok(Agent {
        user_id: row.id("user_id")?,
        name: row.text("name")?,
        state: row.key("state")?,
        call_id: row.opt_id("call_id")?,
        fence: row.number("fence")?,
        version: row.number("version")?,
        since: row.at("since_ms")?,
        detail: row.json("detail")?,
        calls_day: row.text("calls_day")?,
        calls_today: row.number("calls_today")?,
        last_call_at: row.opt_at("last_call_at_ms")?,
    })
}
