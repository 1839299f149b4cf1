//! Who did what. Entries are added and read, never changed.

use domain::{
    ids::{AuditId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::Result,
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::Column,
    sql::{On, Order, Row, Select, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    pub id: AuditId,
    pub at: UnixMillis,
    /// `None` for the server itself.
    pub user_id: Option<UserId>,
    /// Filled in on reading.
    pub user_name: Option<String>,
    pub action: String,
    /// What it was done to, such as `lead/<id>`; no personal data.
    pub subject: String,
    pub data: Personal<Value>,
}

/// # Errors
/// `NoSuchReference` when the user is not in this tenant.
pub async fn add(on: impl Into<On<'_>>, scope: TenantScope, entry: &AuditEntry) -> Result<()> {
    let mut on = on.into();
    let data = on.keys().of(scope, entry.id).seal_json(Column::AUDIT_DATA, &entry.data)?;
    let sql =
        "INSERT INTO audit (tenant_id, id, at_ms, user_id, action, subject, data) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on.write(sql, args![scope, entry.id, entry.at, entry.user_id, &entry.action, &entry.subject, data]).await?;
    Ok(())
}

/// Newest first.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope, page: PageRequest) -> Result<Page<AuditEntry>> {
    let mut on = on.into();
    let keys = on.keys();
    let head = "SELECT x.id, x.at_ms, x.user_id, u.name AS user_name, x.action, x.subject, x.data FROM audit x \
                LEFT JOIN users u ON u.tenant_id = x.tenant_id AND u.id = x.user_id WHERE x.tenant_id = $1";
    let order = Order { by: "x.at_ms", id: "x.id", newest_first: true };
    let read = |row: &Row| {
        let id: AuditId = row.id("id")?;
        let at = row.at("at_ms")?;
        let entry = AuditEntry {
            id,
            at,
            user_id: row.opt_id("user_id")?,
            user_name: row.opt_text("user_name")?,
            action: row.text("action")?,
            subject: row.text("subject")?,
            data: keys.of(scope, id).read_json(Column::AUDIT_DATA, row, "data")?,
        };
        Ok((entry, at.0, id.as_uuid()))
    };
    Select::new(head, scope).page(&mut on, order, page, read).await
}
