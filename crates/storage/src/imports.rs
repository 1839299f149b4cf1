//! Files of leads that are taken in: where each stands, and how the files of a source are read.

use domain::{
    ids::{ImportId, TenantId, UserId},
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::{Result, StorageError},
    page::{Page, PageRequest},
    scope::TenantScope,
    sql::{Arg, On, Order, Row, Select, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub id: ImportId,
    pub file_name: String,
    pub source: Option<String>,
    /// As `domain::imports` names it.
    pub state: String,
    pub bytes: u64,
    /// Bytes that are there.
    pub received: u64,
    /// JSON of the plan.
    pub plan: Option<Value>,
    /// JSON of the counts.
    pub counts: Value,
    /// Rows that were worked on, whose results are written.
    pub rows_done: u64,
    /// Of the file of problems: what stands behind it was not written with the rest.
    pub problems_bytes: u64,
    /// Places of the leads that it made; others may lie between.
    pub places: Option<(i64, i64)>,
    /// Leads up to this place can be searched for.
    pub searchable_to: Option<i64>,
    /// For people.
    pub failure: Option<String>,
    pub made_by: Option<UserId>,
    /// Filled in on reading.
    pub made_by_name: Option<String>,
    pub created_at: UnixMillis,
    pub begun_at: Option<UnixMillis>,
    pub finished_at: Option<UnixMillis>,
    pub undo_until: Option<UnixMillis>,
    /// 1 when new; [`update`] takes the one that was read.
    pub version: u32,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT i.tenant_id, i.id, i.file_name, i.source, i.state, i.bytes, i.received, i.plan, i.counts, i.rows_done, ",
            "i.problems_bytes, i.first_place, i.last_place, i.searchable_to, i.failure, i.made_by, u.name AS made_by_name, ",
            "i.created_at_ms, i.begun_at_ms, i.finished_at_ms, i.undo_until_ms, i.version FROM lead_imports i ",
            "LEFT JOIN users u ON u.tenant_id = i.tenant_id AND u.id = i.made_by WHERE ",
            $tail
        )
    };
}

/// # Errors
/// `NoSuchReference` when the maker is not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, import: &Import) -> Result<()> {
    let sql = "INSERT INTO lead_imports (tenant_id, id, state, received, plan, counts, rows_done, problems_bytes, first_place, \
               last_place, searchable_to, failure, begun_at_ms, finished_at_ms, undo_until_ms, file_name, source, bytes, \
               made_by, created_at_ms, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
               $16, $17, $18, $19, $20, $21)";
    let mut args = written(scope, import);
    args.extend(args![
        &import.file_name,
        &import.source,
        import.bytes,
        import.made_by,
        import.created_at,
        import.version,
    ]);
    on.into().write(sql, args).await?;
    Ok(())
}

/// Writes what can change if `import.version` is still the stored one; returns the new version.
///
/// # Errors
/// `Conflict` when it has changed since, or is not there.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, import: &Import) -> Result<u32> {
    let sql = "UPDATE lead_imports SET state = $3, received = $4, plan = $5, counts = $6, rows_done = $7, problems_bytes = $8, \
               first_place = $9, last_place = $10, searchable_to = $11, failure = $12, begun_at_ms = $13, finished_at_ms = $14, \
               undo_until_ms = $15, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $16";
    let mut args = written(scope, import);
    args.extend(args![import.version]);
    if on.into().write(sql, args).await? == 0 {
        return Err(StorageError::Conflict { what: "import" });
    }
    Ok(import.version + 1)
}

/// `$1` to `$15`.
fn written(scope: TenantScope, import: &Import) -> Vec<Arg> {
    args![
        scope,
        import.id,
        &import.state,
        import.received,
        import.plan.as_ref().map(Value::to_string),
        &import.counts,
        import.rows_done,
        import.problems_bytes,
        import.places.map(|places| places.0),
        import.places.map(|places| places.1),
        import.searchable_to,
        &import.failure,
        import.begun_at,
        import.finished_at,
        import.undo_until,
    ]
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: ImportId) -> Result<Option<Import>> {
    let row = on.into().read(select!("i.tenant_id = $1 AND i.id = $2"), args![scope, id]).await?;
    row.as_ref().map(read).transpose()
}

/// Newest first.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope, page: PageRequest) -> Result<Page<Import>> {
    let order = Order { by: "i.created_at_ms", id: "i.id", newest_first: true };
    let read = |row: &Row| {
        let import = read(row)?;
        let place = (import.created_at.0, import.id.as_uuid());
        Ok((import, place.0, place.1))
    };
    Select::new(select!("i.tenant_id = $1"), scope).page(&mut on.into(), order, page, read).await
}

/// Imports of every tenant in one of these states, for the start of the server and for cleaning up; the oldest first.
pub async fn in_state(on: impl Into<On<'_>>, state: &str, before: UnixMillis) -> Result<Vec<(TenantId, Import)>> {
    let sql = select!("i.state = $1 AND i.created_at_ms < $2 ORDER BY i.created_at_ms, i.id LIMIT 1000");
    let rows = on.into().read_all(sql, args![state, before]).await?;
    rows.iter().map(|row| Ok((row.id("tenant_id")?, read(row)?))).collect()
}

fn read(row: &Row) -> Result<Import> {
    Ok(Import {
        id: row.id("id")?,
        file_name: row.text("file_name")?,
        source: row.opt_text("source")?,
        state: row.text("state")?,
        bytes: row.number("bytes")?,
        received: row.number("received")?,
        plan: row.opt_json("plan")?,
        counts: row.json("counts")?,
        rows_done: row.number("rows_done")?,
        problems_bytes: row.number("problems_bytes")?,
        places: row.opt_int("first_place")?.zip(row.opt_int("last_place")?),
        searchable_to: row.opt_int("searchable_to")?,
        failure: row.opt_text("failure")?,
        made_by: row.opt_id("made_by")?,
        made_by_name: row.opt_text("made_by_name")?,
        created_at: row.at("created_at_ms")?,
        begun_at: row.opt_at("begun_at_ms")?,
        finished_at: row.opt_at("finished_at_ms")?,
        undo_until: row.opt_at("undo_until_ms")?,
        version: row.number("version")?,
    })
}

/// How the files of a source are read, under a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    pub name: String,
    /// JSON of the plan.
    pub plan: Value,
    pub used_at: UnixMillis,
}

/// Keeps a mapping in place of one of the same name.
pub async fn save_mapping(on: impl Into<On<'_>>, scope: TenantScope, mapping: &Mapping) -> Result<()> {
    let sql = "INSERT INTO import_mappings (tenant_id, name, plan, used_at_ms) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (tenant_id, name) DO UPDATE SET plan = excluded.plan, used_at_ms = excluded.used_at_ms";
    on.into().write(sql, args![scope, &mapping.name, &mapping.plan, mapping.used_at]).await?;
    Ok(())
}

/// The last used first; at most 200.
pub async fn mappings(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Mapping>> {
    let sql = "SELECT name, plan, used_at_ms FROM import_mappings WHERE tenant_id = $1 ORDER BY used_at_ms DESC, name LIMIT 200";
    let rows = on.into().read_all(sql, args![scope]).await?;
    rows.iter()
        .map(|row| Ok(Mapping { name: row.text("name")?, plan: row.json("plan")?, used_at: row.at("used_at_ms")? }))
        .collect()
}

/// False when there is none of this name.
pub async fn remove_mapping(on: impl Into<On<'_>>, scope: TenantScope, name: &str) -> Result<bool> {
    let sql = "DELETE FROM import_mappings WHERE tenant_id = $1 AND name = $2";
    Ok(on.into().write(sql, args![scope, name]).await? == 1)
}
