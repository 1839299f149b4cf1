//! What agents type during a call, one note for each agent and call. Late copies never overwrite newer ones.

use domain::{
    ids::{CallId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::Result,
    scope::TenantScope,
    seal::Column,
    sql::{On, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub user_id: UserId,
    pub text: Personal<String>,
    /// Counted by the one who types.
    pub revision: u32,
    pub saved_at: UnixMillis,
}

/// False when a note with this or a higher revision is there already; it stays.
///
/// # Errors
/// `NoSuchReference` when call or user are not in this tenant.
pub async fn save(on: impl Into<On<'_>>, scope: TenantScope, call: CallId, note: &Note) -> Result<bool> {
    let mut on = on.into();
    let seals = on.keys();
    let text = seals.of(scope, format_args!("{call}/{}", note.user_id)).seal(Column::NOTE_TEXT, note.text.reveal())?;
    let sql = "INSERT INTO notes (tenant_id, call_id, user_id, text, revision, saved_at_ms) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (tenant_id, call_id, user_id) DO UPDATE SET text = excluded.text, revision = excluded.revision, \
               saved_at_ms = excluded.saved_at_ms WHERE notes.revision < excluded.revision";
    Ok(on.write(sql, args![scope, call, note.user_id, text, note.revision, note.saved_at]).await? == 1)
}

/// Oldest first.
pub async fn of_call(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Vec<Note>> {
    let mut on = on.into();
    let keys = on.keys();
    let sql = "SELECT user_id, text, revision, saved_at_ms FROM notes WHERE tenant_id = $1 AND call_id = $2 \
               ORDER BY saved_at_ms, user_id";
    let mut notes = Vec::new();
    for row in on.read_all(sql, args![scope, call]).await? {
        let user_id: UserId = row.id("user_id")?;
        let text = keys.of(scope, format_args!("{call}/{user_id}")).read(Column::NOTE_TEXT, &row, "text")?;
        notes.push(Note { user_id, text, revision: row.number("revision")?, saved_at: row.at("saved_at_ms")? });
    }
    Ok(notes)
}
