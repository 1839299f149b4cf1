//! Two leads that were made one: what moved, and what is needed to undo it.

use domain::{
    ids::{LeadId, LeadMergeId, TenantId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::Result,
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Row, Tx, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct LeadMerge {
    pub id: LeadMergeId,
    pub kept_id: LeadId,
    pub merged_id: LeadId,
    /// JSON of what the lead that stayed was before, and became.
    pub was: Personal<Value>,
    pub made_by: UserId,
    /// Filled in on reading.
    pub made_by_name: String,
    pub at: UnixMillis,
    pub undo_until: UnixMillis,
    pub undone_at: Option<UnixMillis>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT m.id, m.kept_id, m.merged_id, m.was, m.made_by, u.name AS made_by_name, m.at_ms, m.undo_until_ms, m.undone_at_ms ",
            "FROM lead_merges m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.made_by WHERE m.tenant_id = $1",
            $tail
        )
    };
}

/// Of one lead; nobody merges more in a day.
const MOST_SHOWN: u32 = 50;

/// What belongs to a lead: how its rows are noted, moved, and moved back.
struct Child {
    note: &'static str,
    take: &'static str,
    back: &'static str,
}

macro_rules! child {
    ($table:literal) => {
        child!($table, "", "")
    };
    ($table:literal, $also:literal, $also_back:literal) => {
        Child {
            note: concat!(
                "INSERT INTO lead_merge_rows (tenant_id, merge_id, kind, row_id) SELECT $1, $2, '",
                $table,
                "', x.id FROM ",
                $table,
                " x WHERE x.tenant_id = $1 AND x.lead_id = $3"
            ),
            take: concat!("UPDATE ", $table, " SET lead_id = $3", $also, " WHERE tenant_id = $1 AND lead_id = $2"),
            back: concat!(
                "UPDATE ",
                $table,
                " SET lead_id = $4",
                $also_back,
                " WHERE tenant_id = $1 AND lead_id = $3 AND id IN (SELECT r.row_id FROM lead_merge_rows r WHERE r.tenant_id = $1 \
                 AND r.merge_id = $2 AND r.kind = '",
                $table,
                "')"
            ),
        }
    };
}

const CHILDREN: [Child; 8] = [
    child!("calls"),
    child!("tasks"),
    child!("callbacks"),
    child!("consents"),
    child!("assignments"),
    child!("lead_notes"),
    child!("lead_files"),
    child!("lead_changes", ", merges = merges + 1", ", merges = merges - 1"),
];

/// # Errors
/// `NoSuchReference` when the maker is not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, merge: &LeadMerge) -> Result<()> {
    let mut on = on.into();
    let sql = "INSERT INTO lead_merges (tenant_id, id, kept_id, merged_id, was, made_by, at_ms, undo_until_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        scope,
        merge.id,
        merge.kept_id,
        merge.merged_id,
        on.keys().of(scope, merge.id).seal_json(Column::MERGE_WAS, &merge.was)?,
        merge.made_by,
        merge.at,
        merge.undo_until,
    ];
    on.write(sql, args).await?;
    Ok(())
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: LeadMergeId) -> Result<Option<LeadMerge>> {
    let mut on = on.into();
    let row = on.read(select!(" AND m.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// What was made one with this lead, the newest first.
pub async fn into_lead(on: impl Into<On<'_>>, scope: TenantScope, kept: LeadId) -> Result<Vec<LeadMerge>> {
    let mut on = on.into();
    let sql = select!(" AND m.kept_id = $2 ORDER BY m.at_ms DESC, m.id DESC LIMIT $3");
    let rows = on.read_all(sql, args![scope, kept, MOST_SHOWN]).await?;
    rows.iter().map(|row| read(row, &on.keys(), scope)).collect()
}

/// False when it was undone before, or is not there.
pub async fn mark_undone(
    tx: &mut Tx,
    scope: TenantScope,
    id: LeadMergeId,
    by: UserId,
    now: UnixMillis,
) -> Result<bool> {
    let sql = "UPDATE lead_merges SET undone_at_ms = $3, undone_by = $4 \
               WHERE tenant_id = $1 AND id = $2 AND undone_at_ms IS NULL";
    Ok(On::from(tx).write(sql, args![scope, id, now, by]).await? == 1)
}

/// Everything that belongs to `merged` belongs to `kept` from now on, and is noted.
pub async fn move_all(tx: &mut Tx, scope: TenantScope, merge: &LeadMerge) -> Result<()> {
    let mut on = On::from(tx);
    for child in &CHILDREN {
        on.write(child.note, args![scope, merge.id, merge.merged_id]).await?;
        on.write(child.take, args![scope, merge.merged_id, merge.kept_id]).await?;
    }
    let sql = "INSERT INTO lead_merge_rows (tenant_id, merge_id, kind, row_id) SELECT $1, $2, 'lead_tags', t.tag_id FROM lead_tags t \
               WHERE t.tenant_id = $1 AND t.lead_id = $3 AND NOT EXISTS \
               (SELECT 1 FROM lead_tags k WHERE k.tenant_id = $1 AND k.lead_id = $4 AND k.tag_id = t.tag_id)";
    on.write(sql, args![scope, merge.id, merge.merged_id, merge.kept_id]).await?;
    let sql = "INSERT INTO lead_tags (tenant_id, lead_id, tag_id, lead_created_at_ms) \
               SELECT r.tenant_id, l.id, r.row_id, l.created_at_ms FROM lead_merge_rows r \
               JOIN leads l ON l.tenant_id = r.tenant_id AND l.id = $3 \
               WHERE r.tenant_id = $1 AND r.merge_id = $2 AND r.kind = 'lead_tags'";
    on.write(sql, args![scope, merge.id, merge.kept_id]).await?;
    Ok(())
}

/// Gives back what came by this merge and belongs to `kept` still.
pub async fn move_back(tx: &mut Tx, scope: TenantScope, merge: &LeadMerge) -> Result<()> {
    let mut on = On::from(tx);
    for child in &CHILDREN {
        on.write(child.back, args![scope, merge.id, merge.kept_id, merge.merged_id]).await?;
    }
    let sql = "DELETE FROM lead_tags WHERE tenant_id = $1 AND lead_id = $3 AND tag_id IN (SELECT r.row_id FROM lead_merge_rows r \
               WHERE r.tenant_id = $1 AND r.merge_id = $2 AND r.kind = 'lead_tags')";
    on.write(sql, args![scope, merge.id, merge.kept_id]).await?;
    Ok(())
}

/// Whether a call with one of the two goes on.
pub async fn in_a_call(on: impl Into<On<'_>>, scope: TenantScope, leads: [LeadId; 2]) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM calls WHERE tenant_id = $1 AND closed = FALSE AND lead_id IN ($2, $3) LIMIT 1";
    Ok(on.into().read(sql, args![scope, leads[0], leads[1]]).await?.is_some())
}

/// Forgets up to `most` merges of every tenant that were made before `before`. Returns how many; call until it is 0.
pub async fn forget(on: impl Into<On<'_>>, before: UnixMillis, most: u32) -> Result<u64> {
    let mut on = on.into();
    let rows =
        on.read_all("SELECT tenant_id, id FROM lead_merges WHERE at_ms < $1 LIMIT $2", args![before, most]).await?;
    for row in &rows {
        let (scope, id) = (TenantScope::system(row.id::<TenantId>("tenant_id")?), row.id::<LeadMergeId>("id")?);
        on.write("DELETE FROM lead_merge_rows WHERE tenant_id = $1 AND merge_id = $2", args![scope, id]).await?;
        on.write("DELETE FROM lead_merges WHERE tenant_id = $1 AND id = $2", args![scope, id]).await?;
    }
    Ok(rows.len() as u64)
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<LeadMerge> {
    let id: LeadMergeId = row.id("id")?;
    Ok(LeadMerge {
        id,
        kept_id: row.id("kept_id")?,
        merged_id: row.id("merged_id")?,
        was: keys.of(scope, id).read_json(Column::MERGE_WAS, row, "was")?,
        made_by: row.id("made_by")?,
        made_by_name: row.text("made_by_name")?,
        at: row.at("at_ms")?,
        undo_until: row.at("undo_until_ms")?,
        undone_at: row.opt_at("undone_at_ms")?,
    })
}
