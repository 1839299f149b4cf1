//! What people write about a lead. A note that is removed is hidden, and can be brought back for a while.

use domain::{
    ids::{LeadId, NoteId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::Result,
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Order, Row, Select, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadNote {
    pub id: NoteId,
    pub lead_id: LeadId,
    pub text: Personal<String>,
    pub made_by: UserId,
    /// Filled in on reading.
    pub made_by_name: String,
    pub created_at: UnixMillis,
    pub removed_at: Option<UnixMillis>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT n.id, n.lead_id, n.text, n.made_by, u.name AS made_by_name, n.created_at_ms, n.removed_at_ms FROM lead_notes n ",
            "JOIN users u ON u.tenant_id = n.tenant_id AND u.id = n.made_by WHERE n.tenant_id = $1",
            $tail
        )
    };
}

/// # Errors
/// `NoSuchReference` when lead or maker are not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, note: &LeadNote) -> Result<()> {
    let mut on = on.into();
    let text = on.keys().of(scope, note.id).seal(Column::LEAD_NOTE_TEXT, note.text.reveal())?;
    let sql =
        "INSERT INTO lead_notes (tenant_id, id, lead_id, text, made_by, created_at_ms) VALUES ($1, $2, $3, $4, $5, $6)";
    on.write(sql, args![scope, note.id, note.lead_id, text, note.made_by, note.created_at]).await?;
    Ok(())
}

/// Also one that is removed.
pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: NoteId) -> Result<Option<LeadNote>> {
    let mut on = on.into();
    let row = on.read(select!(" AND n.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// Newest first, without those that are removed.
pub async fn of_lead(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    lead: LeadId,
    page: PageRequest,
) -> Result<Page<LeadNote>> {
    let mut on = on.into();
    let keys = on.keys();
    let order = Order { by: "n.created_at_ms", id: "n.id", newest_first: true };
    let select = Select::new(select!(" AND n.removed_at_ms IS NULL"), scope).and("n.lead_id = ", lead, "");
    let read = |row: &Row| {
        let note = read(row, &keys, scope)?;
        let place = (note.created_at.0, note.id.as_uuid());
        Ok((note, place.0, place.1))
    };
    select.page(&mut on, order, page, read).await
}

/// Hides a note, or with `None` brings it back. False when it is not there.
pub async fn set_removed(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: NoteId,
    at: Option<UnixMillis>,
) -> Result<bool> {
    let sql = "UPDATE lead_notes SET removed_at_ms = $3 WHERE tenant_id = $1 AND id = $2";
    Ok(on.into().write(sql, args![scope, id, at]).await? == 1)
}

/// Forgets those of every tenant that were removed before `before`; returns how many.
pub async fn purge(on: impl Into<On<'_>>, before: UnixMillis) -> Result<u64> {
    on.into().write("DELETE FROM lead_notes WHERE removed_at_ms < $1", args![before]).await
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<LeadNote> {
    let id: NoteId = row.id("id")?;
    Ok(LeadNote {
        id,
        lead_id: row.id("lead_id")?,
        text: keys.of(scope, id).read(Column::LEAD_NOTE_TEXT, row, "text")?,
        made_by: row.id("made_by")?,
        made_by_name: row.text("made_by_name")?,
        created_at: row.at("created_at_ms")?,
        removed_at: row.opt_at("removed_at_ms")?,
    })
}
