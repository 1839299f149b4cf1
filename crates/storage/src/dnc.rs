//! The do-not-call list. Numbers are sealed and found by their hash, or by their last digits.

use domain::{
    ids::{DncId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::Result,
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::{Column, HashOf, Subject, forget_terms, number_terms, query_terms, write_terms},
    sql::{On, Order, Row, Select, Unit, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DncEntry {
    pub id: DncId,
    /// E.164.
    pub number: Personal<String>,
    pub reason: String,
    /// `agent`, `upload` or `customer`.
    pub source: String,
    pub added_by: Option<UserId>,
    /// Filled in on reading.
    pub added_by_name: Option<String>,
    pub added_at: UnixMillis,
}

/// False when the number is on the list already; the older entry stays.
pub async fn add(on: impl Into<On<'_>>, scope: TenantScope, entry: &DncEntry) -> Result<bool> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let keys = on.keys();
    let sql = "INSERT INTO dnc (tenant_id, id, number, number_hash, reason, source, added_by, added_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, number_hash) DO NOTHING";
    let args = args![
        scope,
        entry.id,
        keys.of(scope, entry.id).seal(Column::DNC_NUMBER, entry.number.reveal())?,
        keys.look_up(HashOf::Phone, Some(scope), entry.number.reveal()),
        &entry.reason,
        &entry.source,
        entry.added_by,
        entry.added_at,
    ];
    let added = on.write(sql, args).await? == 1;
    if added {
        let terms = number_terms(entry.number.reveal());
        write_terms(&mut on, scope, Subject::DoNotCall, &entry.id.to_string(), terms).await?;
    }
    unit.finish().await?;
    Ok(added)
}

/// Takes an entry off; returns its number, `None` when there is no such entry.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, id: DncId) -> Result<Option<Personal<String>>> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "DELETE FROM dnc WHERE tenant_id = $1 AND id = $2 RETURNING number";
    let row = on.write_returning(sql, args![scope, id]).await?;
    forget_terms(&mut on, scope, Subject::DoNotCall, &id.to_string()).await?;
    let number = row.map(|row| on.keys().of(scope, id).read(Column::DNC_NUMBER, &row, "number")).transpose()?;
    unit.finish().await?;
    Ok(number)
}

pub async fn contains(on: impl Into<On<'_>>, scope: TenantScope, e164: &Personal<String>) -> Result<bool> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), e164.reveal());
    Ok(on.read("SELECT id FROM dnc WHERE tenant_id = $1 AND number_hash = $2", args![scope, hash]).await?.is_some())
}

/// Newest first; `search` takes the last digits, at least four.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    search: Option<&str>,
    page: PageRequest,
) -> Result<Page<DncEntry>> {
    let mut on = on.into();
    let keys = on.keys();
    let head = "SELECT d.id, d.number, d.reason, d.source, d.added_by, d.added_at_ms, u.name AS added_by_name FROM dnc d \
                LEFT JOIN users u ON u.tenant_id = d.tenant_id AND u.id = d.added_by WHERE d.tenant_id = $1";
    let mut select = Select::new(head, scope);
    for term in keys.hashed_terms(scope, search.and_then(query_terms).into_iter().flatten()) {
        let before = "d.id IN (SELECT t.subject_id FROM search_terms t WHERE t.tenant_id = $1 \
                      AND t.subject = 'dnc' AND t.term = ";
        select = select.and(before, term, ")");
    }
    let order = Order { by: "d.added_at_ms", id: "d.id", newest_first: true };
    let read = |row: &Row| {
        let id: DncId = row.id("id")?;
        let entry = DncEntry {
            id,
            number: keys.of(scope, id).read(Column::DNC_NUMBER, row, "number")?,
            reason: row.text("reason")?,
            source: row.text("source")?,
            added_by: row.opt_id("added_by")?,
            added_by_name: row.opt_text("added_by_name")?,
            added_at: row.at("added_at_ms")?,
        };
        let added_at = entry.added_at.0;
        Ok((entry, added_at, id.as_uuid()))
    };
    select.page(&mut on, order, page, read).await
}
