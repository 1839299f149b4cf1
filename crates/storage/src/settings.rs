//! What a tenant has set up, by name: plain JSON, sealed secrets, and the outside account that leads webhooks to it.

use std::collections::BTreeMap;

use domain::{ids::TenantId, pii::Personal, time::UnixMillis};
use serde_json::Value;

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Row, args},
};

pub type Secrets = BTreeMap<String, Personal<String>>;

#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub value: Value,
    /// Tokens and keys by name.
    pub secrets: Secrets,
    /// Such as a carrier's account id; unique for its name over all tenants.
    pub account: Option<String>,
    pub version: u32,
    pub updated_at: UnixMillis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!("SELECT tenant_id, name, value, secrets, account, version, updated_at_ms FROM settings WHERE ", $tail)
    };
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, name: &str) -> Result<Option<Setting>> {
    let mut on = on.into();
    let row = on.read(select!("tenant_id = $1 AND name = $2"), args![scope, name]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// Writes all of it, whatever was there; returns the new version.
///
/// # Errors
/// `Unique` when another tenant has the account.
pub async fn put(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    name: &str,
    value: &Value,
    secrets: &Secrets,
    account: Option<&str>,
    now: UnixMillis,
) -> Result<u32> {
    let mut on = on.into();
    let sealed = on.keys().of(scope, name).seal_json(Column::SETTING_SECRETS, secrets)?;
    let sql = "INSERT INTO settings (tenant_id, name, value, secrets, account, version, updated_at_ms) \
               VALUES ($1, $2, $3, $4, $5, 1, $6) ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value, \
               secrets = excluded.secrets, account = excluded.account, version = settings.version + 1, \
               updated_at_ms = excluded.updated_at_ms RETURNING version";
    let row = on.write_returning(sql, args![scope, name, value, sealed, account, now]).await?;
    row.ok_or_else(|| StorageError::corrupt("settings.version", "nothing returned"))?.number("version")
}

/// Writes value and secrets if `setting.version` is still the stored one; false when it is not.
pub async fn update(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    name: &str,
    setting: &Setting,
    now: UnixMillis,
) -> Result<bool> {
    let mut on = on.into();
    let sealed = on.keys().of(scope, name).seal_json(Column::SETTING_SECRETS, &setting.secrets)?;
    let sql = "UPDATE settings SET value = $4, secrets = $5, version = version + 1, updated_at_ms = $6 \
               WHERE tenant_id = $1 AND name = $2 AND version = $3";
    Ok(on.write(sql, args![scope, name, setting.version, &setting.value, sealed, now]).await? == 1)
}

/// False when it was not set.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, name: &str) -> Result<bool> {
    let sql = "DELETE FROM settings WHERE tenant_id = $1 AND name = $2";
    Ok(on.into().write(sql, args![scope, name]).await? == 1)
}

/// For a webhook: whose account it is, over all tenants.
pub async fn find_account(on: impl Into<On<'_>>, name: &str, account: &str) -> Result<Option<(TenantId, Setting)>> {
    let mut on = on.into();
    let Some(row) = on.read(select!("name = $1 AND account = $2"), args![name, account]).await? else {
        return Ok(None);
    };
    let tenant = row.id("tenant_id")?;
    Ok(Some((tenant, read(&row, &on.keys(), TenantScope::system(tenant))?)))
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<Setting> {
    let seals = keys.of(scope, row.text("name")?);
    Ok(Setting {
        value: row.json("value")?,
        secrets: match row.opt_text("secrets")? {
            Some(_) => seals.read_json(Column::SETTING_SECRETS, row, "secrets")?,
            None => Secrets::new(),
        },
        account: row.opt_text("account")?,
        version: row.number("version")?,
        updated_at: row.at("updated_at_ms")?,
    })
}
