//! Recorded messages that are left on answering machines, and that numbers greet with.

use domain::{ids::VoicemailId, time::UnixMillis};

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, Row, Unit, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voicemail {
    pub id: VoicemailId,
    /// Unique in the tenant.
    pub name: String,
    pub length_ms: u32,
    pub created_at: UnixMillis,
}

/// `sound`: G.711 mu-law at 8 kHz, as base 64.
///
/// # Errors
/// `Unique` when the tenant has a message of this name.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, message: &Voicemail, sound: &str) -> Result<()> {
    let sql = "INSERT INTO voicemails (tenant_id, id, name, length_ms, sound, created_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let args = args![scope, message.id, &message.name, message.length_ms, sound, message.created_at];
    on.into().write(sql, args).await?;
    Ok(())
}

/// By name.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Voicemail>> {
    let sql = "SELECT id, name, length_ms, created_at_ms FROM voicemails WHERE tenant_id = $1 ORDER BY name";
    on.into().read_all(sql, args![scope]).await?.iter().map(read).collect()
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: VoicemailId) -> Result<Option<Voicemail>> {
    let sql = "SELECT id, name, length_ms, created_at_ms FROM voicemails WHERE tenant_id = $1 AND id = $2";
    on.into().read(sql, args![scope, id]).await?.as_ref().map(read).transpose()
}

/// As it was given to [`insert`].
pub async fn sound(on: impl Into<On<'_>>, scope: TenantScope, id: VoicemailId) -> Result<Option<String>> {
    let sql = "SELECT sound FROM voicemails WHERE tenant_id = $1 AND id = $2";
    on.into().read(sql, args![scope, id]).await?.map(|row| row.text("sound")).transpose()
}

/// Numbers that greet with it have no recorded greeting from then on. False when there is no such message.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, id: VoicemailId) -> Result<bool> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE numbers SET greeting_message_id = NULL WHERE tenant_id = $1 AND greeting_message_id = $2";
    on.write(sql, args![scope, id]).await?;
    let removed = on.write("DELETE FROM voicemails WHERE tenant_id = $1 AND id = $2", args![scope, id]).await? == 1;
    unit.finish().await?;
    Ok(removed)
}

fn read(row: &Row) -> Result<Voicemail> {
    Ok(Voicemail {
        id: row.id("id")?,
        name: row.text("name")?,
        length_ms: row.number("length_ms")?,
        created_at: row.at("created_at_ms")?,
    })
}
