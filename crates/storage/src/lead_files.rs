//! Files that lie with a lead: what they are called and are. What is in them lies in the data folder.

use domain::{
    ids::{LeadFileId, LeadId, TenantId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::Result,
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Row, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadFile {
    pub id: LeadFileId,
    pub lead_id: LeadId,
    pub name: Personal<String>,
    /// As `domain::lead_files` names it.
    pub kind: String,
    pub bytes: u64,
    pub made_by: UserId,
    /// Filled in on reading.
    pub made_by_name: String,
    pub created_at: UnixMillis,
    pub removed_at: Option<UnixMillis>,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT f.id, f.lead_id, f.name, f.kind, f.bytes, f.made_by, u.name AS made_by_name, f.created_at_ms, f.removed_at_ms ",
            "FROM lead_files f JOIN users u ON u.tenant_id = f.tenant_id AND u.id = f.made_by WHERE f.tenant_id = $1",
            $tail
        )
    };
}

/// False when the lead has `most` files already, or is not there.
///
/// # Errors
/// `NoSuchReference` when the maker is not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, file: &LeadFile, most: usize) -> Result<bool> {
    let mut on = on.into();
    let name = on.keys().of(scope, file.id).seal(Column::LEAD_FILE_NAME, file.name.reveal())?;
    let sql = "INSERT INTO lead_files (tenant_id, id, lead_id, name, kind, bytes, made_by, created_at_ms) \
               SELECT $1, $2, l.id, $4, $5, $6, $7, $8 FROM leads l \
               WHERE l.tenant_id = $1 AND l.id = $3 AND l.deleted_at_ms IS NULL AND $9 > (SELECT COUNT(*) FROM lead_files f \
               WHERE f.tenant_id = $1 AND f.lead_id = $3 AND f.removed_at_ms IS NULL)";
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let args = args![scope, file.id, file.lead_id, name, &file.kind, file.bytes, file.made_by, file.created_at, most];
    Ok(on.write(sql, args).await? == 1)
}

/// Also one that is removed.
pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: LeadFileId) -> Result<Option<LeadFile>> {
    let mut on = on.into();
    let row = on.read(select!(" AND f.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// Newest first, without those that are removed; as many as a lead can have.
pub async fn of_lead(on: impl Into<On<'_>>, scope: TenantScope, lead: LeadId) -> Result<Vec<LeadFile>> {
    let mut on = on.into();
    let sql =
        select!(" AND f.lead_id = $2 AND f.removed_at_ms IS NULL ORDER BY f.created_at_ms DESC, f.id DESC LIMIT 500");
    let rows = on.read_all(sql, args![scope, lead]).await?;
    rows.iter().map(|row| read(row, &on.keys(), scope)).collect()
}

/// Hides a file, or with `None` brings it back. False when it is not there.
pub async fn set_removed(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: LeadFileId,
    at: Option<UnixMillis>,
) -> Result<bool> {
    let sql = "UPDATE lead_files SET removed_at_ms = $3 WHERE tenant_id = $1 AND id = $2";
    Ok(on.into().write(sql, args![scope, id, at]).await? == 1)
}

/// The file behind `after` among those of every tenant, by tenant and id; `None` behind the last.
pub async fn next(
    on: impl Into<On<'_>>,
    after: Option<(TenantId, LeadFileId)>,
) -> Result<Option<(TenantId, LeadFileId)>> {
    let (tenant, id) = after.map(|(tenant, id)| (tenant.to_string(), id.to_string())).unwrap_or_default();
    let sql = "SELECT tenant_id, id FROM lead_files WHERE (tenant_id, id) > ($1, $2) ORDER BY tenant_id, id LIMIT 1";
    let row = on.into().read(sql, args![tenant, id]).await?;
    row.map(|row| Ok((row.id("tenant_id")?, row.id("id")?))).transpose()
}

/// Those of every tenant that were removed before `before`, at most `most`.
pub async fn removed_before(
    on: impl Into<On<'_>>,
    before: UnixMillis,
    most: u32,
) -> Result<Vec<(TenantId, LeadFileId)>> {
    let sql = "SELECT tenant_id, id FROM lead_files WHERE removed_at_ms < $1 ORDER BY removed_at_ms LIMIT $2";
    let rows = on.into().read_all(sql, args![before, most]).await?;
    rows.iter().map(|row| Ok((row.id("tenant_id")?, row.id("id")?))).collect()
}

/// After what is in it is gone.
pub async fn forget(on: impl Into<On<'_>>, scope: TenantScope, id: LeadFileId) -> Result<()> {
    let sql = "DELETE FROM lead_files WHERE tenant_id = $1 AND id = $2 AND removed_at_ms IS NOT NULL";
    on.into().write(sql, args![scope, id]).await?;
    Ok(())
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<LeadFile> {
    let id: LeadFileId = row.id("id")?;
    Ok(LeadFile {
        id,
        lead_id: row.id("lead_id")?,
        name: keys.of(scope, id).read(Column::LEAD_FILE_NAME, row, "name")?,
        kind: row.text("kind")?,
        bytes: row.number("bytes")?,
        made_by: row.id("made_by")?,
        made_by_name: row.text("made_by_name")?,
        created_at: row.at("created_at_ms")?,
        removed_at: row.opt_at("removed_at_ms")?,
    })
}
