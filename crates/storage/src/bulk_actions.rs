//! Actions on many leads: where each stands, its leads, and what became of them.

use domain::{
    ids::{BulkActionId, LeadId, TenantId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::{
    error::{Result, StorageError},
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Order, Row, Select, Tx, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct BulkAction {
    pub id: BulkActionId,
    /// JSON of what is done.
    pub action: Value,
    /// JSON of the filter; what is searched for may be a name.
    pub filter: Personal<Value>,
    /// As `domain::lead_sets` names it.
    pub state: String,
    /// Cursor behind which looking for the leads goes on.
    pub gather_after: Option<String>,
    /// Leads that were found.
    pub total: u64,
    /// Leads that were worked on.
    pub done: u64,
    /// Leads that undoing has looked at.
    pub undone: u64,
    /// JSON of the counts.
    pub counts: Value,
    /// For people.
    pub failure: Option<String>,
    pub made_by: UserId,
    /// Filled in on reading.
    pub made_by_name: String,
    pub created_at: UnixMillis,
    pub finished_at: Option<UnixMillis>,
    pub undo_until: Option<UnixMillis>,
    /// 1 when new; [`update`] takes the one that was read.
    pub version: u32,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT b.tenant_id, b.id, b.action, b.filter, b.state, b.gather_after, b.total, b.done, b.undone, b.counts, ",
            "b.failure, b.made_by, u.name AS made_by_name, b.created_at_ms, b.finished_at_ms, b.undo_until_ms, b.version ",
            "FROM bulk_actions b JOIN users u ON u.tenant_id = b.tenant_id AND u.id = b.made_by WHERE ",
            $tail
        )
    };
}

/// # Errors
/// `NoSuchReference` when the maker is not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, action: &BulkAction) -> Result<()> {
    let mut on = on.into();
    let sql = "INSERT INTO bulk_actions (tenant_id, id, action, filter, state, gather_after, total, done, undone, counts, failure, \
               made_by, created_at_ms, finished_at_ms, undo_until_ms, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let args = args![
        scope,
        action.id,
        &action.action,
        on.keys().of(scope, action.id).seal_json(Column::BULK_FILTER, &action.filter)?,
        &action.state,
        &action.gather_after,
        action.total,
        action.done,
        action.undone,
        &action.counts,
        &action.failure,
        action.made_by,
        action.created_at,
        action.finished_at,
        action.undo_until,
        action.version,
    ];
    on.write(sql, args).await?;
    Ok(())
}

/// Writes what can change if `action.version` is still the stored one; returns the new version.
///
/// # Errors
/// `Conflict` when it has changed since, or is not there.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, action: &BulkAction) -> Result<u32> {
    let sql = "UPDATE bulk_actions SET state = $3, gather_after = $4, total = $5, done = $6, undone = $7, counts = $8, \
               failure = $9, finished_at_ms = $10, undo_until_ms = $11, version = version + 1 \
               WHERE tenant_id = $1 AND id = $2 AND version = $12";
    let args = args![
        scope,
        action.id,
        &action.state,
        &action.gather_after,
        action.total,
        action.done,
        action.undone,
        &action.counts,
        &action.failure,
        action.finished_at,
        action.undo_until,
        action.version,
    ];
    if on.into().write(sql, args).await? == 0 {
        return Err(StorageError::Conflict { what: "action" });
    }
    Ok(action.version + 1)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: BulkActionId) -> Result<Option<BulkAction>> {
    let mut on = on.into();
    let row = on.read(select!("b.tenant_id = $1 AND b.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// Newest first.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope, page: PageRequest) -> Result<Page<BulkAction>> {
    let mut on = on.into();
    let keys = on.keys();
    let order = Order { by: "b.created_at_ms", id: "b.id", newest_first: true };
    let read = |row: &Row| {
        let action = read(row, &keys, scope)?;
        let place = (action.created_at.0, action.id.as_uuid());
        Ok((action, place.0, place.1))
    };
    Select::new(select!("b.tenant_id = $1"), scope).page(&mut on, order, page, read).await
}

/// Actions of every tenant in this state, for the start of the server; the oldest first.
pub async fn in_state(on: impl Into<On<'_>>, state: &str) -> Result<Vec<(TenantId, BulkAction)>> {
    let mut on = on.into();
    let keys = on.keys();
    let sql = select!("b.state = $1 ORDER BY b.created_at_ms, b.id LIMIT 1000");
    let rows = on.read_all(sql, args![state]).await?;
    rows.iter()
        .map(|row| {
            let tenant: TenantId = row.id("tenant_id")?;
            Ok((tenant, read(row, &keys, TenantScope::system(tenant))?))
        })
        .collect()
}

/// Adds leads behind the first `before` ones of the action.
pub async fn add_leads(tx: &mut Tx, scope: TenantScope, id: BulkActionId, before: u64, leads: &[LeadId]) -> Result<()> {
    let rows = (before + 1..).zip(leads);
    let values = rows.flat_map(|(position, lead)| args![scope, id, position, *lead]).collect();
    let columns = &["tenant_id", "action_id", "position", "lead_id"];
    On::from(tx).insert_rows("bulk_action_leads", columns, values, "").await
}

/// A lead of an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub position: u64,
    pub lead_id: LeadId,
    /// As `domain::lead_sets` names it; `None` before its turn.
    pub outcome: Option<String>,
    /// JSON of what is needed to undo it.
    pub undo_data: Option<Value>,
}

/// The leads of an action behind a position, in their order; at most `most`.
pub async fn leads(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: BulkActionId,
    after: u64,
    most: u32,
) -> Result<Vec<Target>> {
    let sql = "SELECT position, lead_id, outcome, undo_data FROM bulk_action_leads \
               WHERE tenant_id = $1 AND action_id = $2 AND position > $3 ORDER BY position LIMIT $4";
    let rows = on.into().read_all(sql, args![scope, id, after, most]).await?;
    let read = |row: &Row| {
        Ok(Target {
            position: row.number("position")?,
            lead_id: row.id("lead_id")?,
            outcome: row.opt_text("outcome")?,
            undo_data: row.opt_json("undo_data")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Writes what became of these leads.
pub async fn settle(tx: &mut Tx, scope: TenantScope, id: BulkActionId, targets: &[Target]) -> Result<()> {
    if targets.is_empty() {
        return Ok(());
    }
    let mut args = args![scope, id];
    let mut rows = Vec::with_capacity(targets.len());
    for target in targets {
        let n = args.len();
        rows.push(format!("(${}, ${}, ${})", n + 1, n + 2, n + 3));
        args.extend(args![target.position, &target.outcome, target.undo_data.as_ref().map(Value::to_string)]);
    }
    let sql = format!(
        "UPDATE bulk_action_leads SET outcome = v.column2, undo_data = v.column3 FROM (VALUES {}) v \
         WHERE bulk_action_leads.tenant_id = $1 AND bulk_action_leads.action_id = $2 \
         AND bulk_action_leads.position = v.column1",
        rows.join(", ")
    );
    // Only parameter numbers were put into the text.
    On::from(tx).write(AssertSqlSafe(sql), args).await?;
    Ok(())
}

/// Forgets the leads of up to `most` actions that ended before `before`, of every tenant. Returns of how many; call until it is 0.
pub async fn forget_leads(on: impl Into<On<'_>>, before: UnixMillis, most: u32) -> Result<u64> {
    let mut on = on.into();
    let sql = "SELECT b.tenant_id, b.id FROM bulk_actions b WHERE b.finished_at_ms < $1 AND EXISTS \
               (SELECT 1 FROM bulk_action_leads l WHERE l.tenant_id = b.tenant_id AND l.action_id = b.id) LIMIT $2";
    let rows = on.read_all(sql, args![before, most]).await?;
    for row in &rows {
        let (scope, id) = (TenantScope::system(row.id("tenant_id")?), row.id::<BulkActionId>("id")?);
        let sql = "DELETE FROM bulk_action_leads WHERE tenant_id = $1 AND action_id = $2";
        on.write(sql, args![scope, id]).await?;
    }
    Ok(rows.len() as u64)
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<BulkAction> {
    let id: BulkActionId = row.id("id")?;
    Ok(BulkAction {
        id,
        action: row.json("action")?,
        filter: keys.of(scope, id).read_json(Column::BULK_FILTER, row, "filter")?,
        state: row.text("state")?,
        gather_after: row.opt_text("gather_after")?,
        total: row.number("total")?,
        done: row.number("done")?,
        undone: row.number("undone")?,
        counts: row.json("counts")?,
        failure: row.opt_text("failure")?,
        made_by: row.id("made_by")?,
        made_by_name: row.text("made_by_name")?,
        created_at: row.at("created_at_ms")?,
        finished_at: row.opt_at("finished_at_ms")?,
        undo_until: row.opt_at("undo_until_ms")?,
        version: row.number("version")?,
    })
}
