//! Rules that give out leads, whose turn it is, and who got which lead why.

use std::collections::BTreeMap;

use domain::{
    assignment::Reason,
    ids::{AssignmentId, CampaignId, LeadId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    error::{Result, StorageError},
    leads::Heat,
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{Arg, On, Order, Row, Select, Unit, args, text_keys},
};

/// Rows of one statement that writes many. Both engines take more than 30,000 values.
const ROWS: usize = 500;

#[derive(Debug, Clone, PartialEq)]
pub struct StoredRules {
    /// 1 for the first.
    pub version: u32,
    pub body: Value,
    pub made_by: UserId,
    /// Filled in on reading.
    pub made_by_name: String,
    pub made_at: UnixMillis,
}

/// The rules in force; `None` before any were made.
pub async fn current(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Option<StoredRules>> {
    let sql = "SELECT r.version, r.body, r.made_by, r.made_at_ms, u.name FROM assignment_rules r \
               JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.made_by \
               WHERE r.tenant_id = $1 ORDER BY r.version DESC LIMIT 1";
    let row = on.into().read(sql, args![scope]).await?;
    row.map(|row| {
        Ok(StoredRules {
            version: row.number("version")?,
            body: row.json("body")?,
            made_by: row.id("made_by")?,
            made_by_name: row.text("name")?,
            made_at: row.at("made_at_ms")?,
        })
    })
    .transpose()
}

/// Adds a version behind `after` (0 before the first), and lets the rules look at every lead without an owner again.
///
/// # Errors
/// `Conflict` when somebody has added one since it was read.
pub async fn put(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    after: u32,
    body: &Value,
    by: UserId,
    now: UnixMillis,
) -> Result<u32> {
    let mut unit = Unit::of(on.into()).await?;
    let sql = "INSERT INTO assignment_rules (tenant_id, version, body, made_by, made_at_ms) SELECT $1, $2, $3, $4, $5 \
               WHERE $6 = (SELECT COALESCE(MAX(x.version), 0) FROM assignment_rules x WHERE x.tenant_id = $1) \
               ON CONFLICT (tenant_id, version) DO NOTHING";
    if unit.on().write(sql, args![scope, after + 1, body, by, now, after]).await? == 0 {
        return Err(StorageError::Conflict { what: "rules" });
    }
    let sql = "UPDATE leads SET assign_at_ms = 0 WHERE tenant_id = $1 AND owner_id IS NULL AND assign_at_ms IS NULL \
               AND deleted_at_ms IS NULL";
    unit.on().write(sql, args![scope]).await?;
    unit.finish().await?;
    Ok(after + 1)
}

pub async fn turns(on: impl Into<On<'_>>, scope: TenantScope) -> Result<BTreeMap<Uuid, UserId>> {
    let sql = "SELECT rule_id, user_id FROM assignment_turns WHERE tenant_id = $1";
    let rows = on.into().read_all(sql, args![scope]).await?;
    rows.iter().map(|row| Ok((row.id("rule_id")?, row.id("user_id")?))).collect()
}

pub async fn put_turns(on: impl Into<On<'_>>, scope: TenantScope, turns: &BTreeMap<Uuid, UserId>) -> Result<()> {
    let mut on = on.into();
    for (rule, user) in turns {
        let sql = "INSERT INTO assignment_turns (tenant_id, rule_id, user_id) VALUES ($1, $2, $3) \
                   ON CONFLICT (tenant_id, rule_id) DO UPDATE SET user_id = excluded.user_id";
        on.write(sql, args![scope, rule.to_string(), *user]).await?;
    }
    Ok(())
}

/// How many leads of each of these agents are to be called.
pub async fn open_of(on: impl Into<On<'_>>, scope: TenantScope, agents: &[UserId]) -> Result<BTreeMap<UserId, u32>> {
    let mut on = on.into();
    let mut counts = BTreeMap::new();
    for agent in agents {
        let sql = "SELECT COUNT(*) AS n FROM leads WHERE tenant_id = $1 AND COALESCE(owner_id, campaign_id) = $2 \
                   AND line_class IS NOT NULL";
        if let Some(row) = on.read(sql, args![scope, *agent]).await? {
            counts.insert(*agent, row.number("n")?);
        }
    }
    Ok(counts)
}

/// How many leads rules gave since `since`, by agent and by rule.
pub async fn given_since(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    since: UnixMillis,
) -> Result<Vec<(UserId, Option<Uuid>, u32)>> {
    let sql = "SELECT to_id, rule_id, COUNT(*) AS n FROM assignments WHERE tenant_id = $1 AND at_ms >= $2 \
               AND to_id IS NOT NULL GROUP BY to_id, rule_id ORDER BY to_id, rule_id";
    let rows = on.into().read_all(sql, args![scope, since]).await?;
    rows.iter().map(|row| Ok((row.id("to_id")?, row.opt_id("rule_id")?, row.number("n")?))).collect()
}

/// A lead as rules look at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignable {
    pub id: LeadId,
    pub owner_id: Option<UserId>,
    pub name: Personal<String>,
    pub phone: Personal<String>,
    pub stage: String,
    pub heat: Heat,
    pub source: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub language: Option<String>,
    pub zone: String,
    pub fields: Personal<BTreeMap<String, String>>,
    pub attempts: u32,
    pub created_at: UnixMillis,
}

macro_rules! assignable {
    ($tail:literal) => {
        concat!(
            "SELECT l.id, l.owner_id, l.name, l.phone, l.stage, l.heat, l.source, l.campaign_id, l.language, l.zone, ",
            "l.fields, l.attempts, l.created_at_ms, l.assign_at_ms, l.place FROM leads l WHERE l.tenant_id = $1 AND l.deleted_at_ms IS NULL",
            $tail
        )
    };
}

/// Where a look at those who wait for an owner goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    assign_at: UnixMillis,
    place: i64,
}

/// Leads without an owner that the rules have not looked at, or may give by now; where to go on, until there is none.
pub async fn waiting(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    after: Option<After>,
    now: UnixMillis,
    most: u32,
) -> Result<(Vec<Assignable>, Option<After>)> {
    let mut on = on.into();
    let keys = on.keys();
    let sql = assignable!(
        " AND l.owner_id IS NULL AND l.assign_at_ms IS NOT NULL AND l.assign_at_ms <= $2 \
         AND (l.assign_at_ms, l.place) > ($3, $4) ORDER BY l.assign_at_ms, l.place LIMIT $5"
    );
    let (key, place) = after.map_or((i64::MIN, i64::MIN), |after| (after.assign_at.0, after.place));
    let rows = on.read_all(sql, args![scope, now, key, place, most]).await?;
    let leads = rows.iter().map(|row| read_assignable(row, &keys, scope)).collect::<Result<_>>()?;
    let last = rows
        .last()
        .map(|row| -> Result<_> { Ok(After { assign_at: row.at("assign_at_ms")?, place: row.int("place")? }) });
    Ok((leads, last.transpose()?))
}

/// Leads that are to be called and that their owner has not touched since `before`.
pub async fn idle(on: &mut crate::Tx, scope: TenantScope, before: UnixMillis, most: u32) -> Result<Vec<Assignable>> {
    macro_rules! find {
        ($lock:literal) => {
            concat!(
                assignable!(
                    " AND l.owner_id IS NOT NULL AND l.line_class IS NOT NULL AND l.updated_at_ms < $2 AND l.line_key < $2 AND COALESCE(l.last_contact_at_ms, 0) < $2 ORDER BY l.updated_at_ms, l.id LIMIT $3"
                ),
                $lock
            )
        };
    }
    let mut on = On::from(on);
    let sql = on.pick(find!(""), find!(" FOR UPDATE OF l SKIP LOCKED"));
    let keys = on.keys();
    on.read_all(sql, args![scope, before, most]).await?.iter().map(|row| read_assignable(row, &keys, scope)).collect()
}

/// For a dry run: the newest leads that are to be called, all of them or those without an owner.
pub async fn newest(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    only_without_owner: bool,
    most: u32,
) -> Result<Vec<Assignable>> {
    let mut on = on.into();
    let keys = on.keys();
    let mut select = Select::new(assignable!(""), scope).and_where("l.line_class IS NOT NULL");
    if only_without_owner {
        select = select.and_where("l.owner_id IS NULL");
    }
    let rows = select.rows(&mut on, " ORDER BY l.created_at_ms DESC, l.id DESC", most as usize).await?;
    rows.iter().map(|row| read_assignable(row, &keys, scope)).collect()
}

/// Leads that belong to an agent, whatever became of them.
pub async fn owned_by(on: impl Into<On<'_>>, scope: TenantScope, owner: UserId, most: u32) -> Result<Vec<Assignable>> {
    let mut on = on.into();
    let keys = on.keys();
    let sql = assignable!(" AND l.owner_id = $2 ORDER BY l.created_at_ms, l.id LIMIT $3");
    on.read_all(sql, args![scope, owner, most]).await?.iter().map(|row| read_assignable(row, &keys, scope)).collect()
}

/// Who may take no calls any more and still owns leads, with how many, each counted up to `most`.
pub async fn left_behind(on: impl Into<On<'_>>, scope: TenantScope, most: u32) -> Result<Vec<(UserId, String, u32)>> {
    let mut on = on.into();
    let sql = "SELECT u.id, u.name, (SELECT COUNT(*) FROM (SELECT 1 FROM leads l WHERE l.tenant_id = u.tenant_id \
               AND l.owner_id = u.id AND l.deleted_at_ms IS NULL LIMIT $2) q) AS n FROM users u WHERE u.tenant_id = $1 \
               AND (u.active = FALSE OR u.role NOT IN ('tenant_admin', 'manager', 'telecaller', 'field_agent')) \
               ORDER BY u.name, u.id";
    let rows = on.read_all(sql, args![scope, most]).await?;
    let read = |row: &Row| Ok((row.id("id")?, row.text("name")?, row.number::<u32>("n")?));
    let all = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(all.into_iter().filter(|(.., leads)| *leads > 0).collect())
}

fn read_assignable(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<Assignable> {
    let id: LeadId = row.id("id")?;
    let seals = keys.of(scope, id);
    Ok(Assignable {
        id,
        owner_id: row.opt_id("owner_id")?,
        name: seals.read(Column::LEAD_NAME, row, "name")?,
        phone: seals.read(Column::LEAD_PHONE, row, "phone")?,
        stage: row.text("stage")?,
        heat: row.key("heat")?,
        source: row.opt_text("source")?,
        campaign_id: row.opt_id("campaign_id")?,
        language: row.opt_text("language")?,
        zone: row.text("zone")?,
        fields: seals.read_map(Column::LEAD_FIELDS, row, "fields")?,
        attempts: row.number("attempts")?,
        created_at: row.at("created_at_ms")?,
    })
}

text_keys! {
    /// What made a lead change hands.
    Cause {
        Rule = "rule",
        Fallback = "fallback",
        /// It lay idle with its owner.
        Idle = "idle",
        /// Its owner does not work here any more.
        Left = "left",
        Person = "person",
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    pub id: AssignmentId,
    pub lead_id: LeadId,
    pub from_id: Option<UserId>,
    /// Nobody: it stays with its campaign.
    pub to_id: Option<UserId>,
    pub cause: Cause,
    pub rule_id: Option<Uuid>,
    pub version: Option<u32>,
    pub reason: Personal<Reason>,
    /// The person who asked for it.
    pub by_id: Option<UserId>,
    pub at: UnixMillis,
}

const KEPT: [&str; 12] = [
    "tenant_id",
    "id",
    "lead_id",
    "from_id",
    "to_id",
    "cause",
    "rule_id",
    "version",
    "sentence",
    "reason",
    "by_id",
    "at_ms",
];

/// Gives the leads to whom the assignments say, and keeps these. A lead whose owner is not the one it had any more is left
/// alone, and so is its assignment.
///
/// # Errors
/// `NoSuchReference` when a lead or an agent is not in this tenant; then nothing is written.
pub async fn give(on: &mut crate::Tx, scope: TenantScope, given: &[Assignment], now: UnixMillis) -> Result<u64> {
    macro_rules! moved {
        ($each:literal) => {
            concat!(
                "UPDATE leads SET owner_id = v.owner, version = version + 1, updated_at_ms = $2, ",
                "assign_at_ms = CASE WHEN v.owner IS NULL THEN NULL ELSE assign_at_ms END ",
                "FROM (SELECT e.value ->> 0 AS tenant, e.value ->> 1 AS id, e.value ->> 2 AS was, e.value ->> 3 AS owner FROM ",
                $each,
                " e) v WHERE leads.tenant_id = v.tenant AND leads.id = v.id AND leads.tenant_id || '' = $1 ",
                "AND COALESCE(leads.owner_id, '') = COALESCE(v.was, '') RETURNING leads.id"
            )
        };
    }
    let mut changed = 0;
    for part in given.chunks(ROWS) {
        let mut on = On::from(&mut *on);
        let keys = on.keys();
        // One value that holds all rows: see `sql::bulk` for what many of them cost. The tenant is in each of them, or SQLite goes
        // through all leads of the tenant in place of these (hence the `|| ''` too).
        let text = |id: UserId| id.to_string();
        let tenant = scope.tenant().to_string();
        let row =
            |one: &Assignment| json!([tenant, one.lead_id.to_string(), one.from_id.map(text), one.to_id.map(text)]);
        let rows: Value = part.iter().map(row).collect();
        let sql = on.pick(moved!("json_each($3)"), moved!("json_array_elements($3::json)"));
        let moved = on.write_returning_all(sql, args![scope, now, &rows]).await?;
        let moved = moved.iter().map(|row| row.id("id")).collect::<Result<std::collections::BTreeSet<LeadId>>>()?;
        changed += moved.len() as u64;
        let kept: Vec<&Assignment> = part.iter().filter(|one| moved.contains(&one.lead_id)).collect();
        insert(&mut on, &keys, scope, &kept).await?;
    }
    Ok(changed)
}

/// Keeps assignments whose leads were changed elsewhere.
///
/// # Errors
/// `NoSuchReference` when a lead or an agent is not in this tenant.
pub async fn note(on: impl Into<On<'_>>, scope: TenantScope, given: &[Assignment]) -> Result<()> {
    let mut on = on.into();
    let keys = on.keys();
    insert(&mut on, &keys, scope, &given.iter().collect::<Vec<_>>()).await
}

async fn insert(on: &mut On<'_>, keys: &Keyring, scope: TenantScope, given: &[&Assignment]) -> Result<()> {
    let mut values = Vec::with_capacity(given.len() * KEPT.len());
    for one in given {
        let seals = keys.of(scope, one.id);
        values.extend(args![
            scope,
            one.id,
            one.lead_id,
            one.from_id,
            one.to_id,
            one.cause,
            one.rule_id.map(|id| id.to_string()),
            one.version,
            seals.seal(Column::ASSIGNMENT_SENTENCE, &one.reason.reveal().sentence())?,
            seals.seal_json(Column::ASSIGNMENT_REASON, one.reason.reveal())?,
            one.by_id,
            one.at,
        ]);
    }
    on.insert_many("assignments", &KEPT, values).await
}

/// The rules look at these leads again at the instant beside each; `None`: when they have changed.
pub async fn postpone(
    on: &mut crate::Tx,
    scope: TenantScope,
    leads: &[LeadId],
    again_at: Option<UnixMillis>,
) -> Result<()> {
    for part in leads.chunks(ROWS) {
        let mut args: Vec<Arg> = args![scope, again_at];
        args.extend(part.iter().copied().map(Arg::from));
        let numbers: Vec<String> = (3..=args.len()).map(|n| format!("${n}")).collect();
        let sql = format!("UPDATE leads SET assign_at_ms = $2 WHERE tenant_id = $1 AND id IN ({})", numbers.join(", "));
        On::from(&mut *on).write(AssertSqlSafe(sql), args).await?;
    }
    Ok(())
}

/// They count as touched: nobody else is there to have them.
pub async fn touch(on: &mut crate::Tx, scope: TenantScope, leads: &[LeadId], now: UnixMillis) -> Result<()> {
    for part in leads.chunks(ROWS) {
        let mut args: Vec<Arg> = args![scope, now];
        args.extend(part.iter().copied().map(Arg::from));
        let numbers: Vec<String> = (3..=args.len()).map(|n| format!("${n}")).collect();
        let sql =
            format!("UPDATE leads SET updated_at_ms = $2 WHERE tenant_id = $1 AND id IN ({})", numbers.join(", "));
        On::from(&mut *on).write(AssertSqlSafe(sql), args).await?;
    }
    Ok(())
}

/// Everybody who had these leads before.
pub async fn had(on: &mut crate::Tx, scope: TenantScope, leads: &[LeadId]) -> Result<BTreeMap<LeadId, Vec<UserId>>> {
    let mut on = On::from(on);
    let head = "SELECT x.lead_id, x.to_id FROM assignments x WHERE x.tenant_id = $1 AND x.to_id IS NOT NULL";
    let select = Select::new(head, scope).and_in("x.lead_id", leads.iter().copied());
    let mut had: BTreeMap<LeadId, Vec<UserId>> = BTreeMap::new();
    for row in select.rows(&mut on, " ORDER BY x.lead_id, x.at_ms", leads.len() * 50).await? {
        had.entry(row.id("lead_id")?).or_default().push(row.id("to_id")?);
    }
    Ok(had)
}

/// Rows from before the reason was kept have their sentence alone.
fn read_reason(row: &Row, keys: &Keyring, scope: TenantScope, id: AssignmentId) -> Result<Personal<Reason>> {
    let seals = keys.of(scope, id);
    if row.opt_text("reason")?.is_some() {
        return seals.read_json(Column::ASSIGNMENT_REASON, row, "reason");
    }
    let sentence = seals.read(Column::ASSIGNMENT_SENTENCE, row, "sentence")?.into_inner();
    Ok(Personal::new(Reason::Said { sentence }))
}

/// All optional, combined with and.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AssignmentFilter {
    pub lead_id: Option<LeadId>,
    pub to_id: Option<UserId>,
}

/// Newest first.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    filter: AssignmentFilter,
    page: PageRequest,
) -> Result<Page<Assignment>> {
    let mut on = on.into();
    let keys = on.keys();
    let head = "SELECT x.id, x.lead_id, x.from_id, x.to_id, x.cause, x.rule_id, x.version, x.sentence, x.reason, x.by_id, x.at_ms \
                FROM assignments x WHERE x.tenant_id = $1";
    let select = Select::new(head, scope).and_some("x.lead_id = ", filter.lead_id).and_some("x.to_id = ", filter.to_id);
    let order = Order { by: "x.at_ms", id: "x.id", newest_first: true };
    let read = |row: &Row| {
        let id: AssignmentId = row.id("id")?;
        let one = Assignment {
            id,
            lead_id: row.id("lead_id")?,
            from_id: row.opt_id("from_id")?,
            to_id: row.opt_id("to_id")?,
            cause: row.key("cause")?,
            rule_id: row.opt_id("rule_id")?,
            version: row.opt_number("version")?,
            reason: read_reason(row, &keys, scope, id)?,
            by_id: row.opt_id("by_id")?,
            at: row.at("at_ms")?,
        };
        let at = one.at.0;
        Ok((one, at, id.as_uuid()))
    };
    select.page(&mut on, order, page, read).await
}
