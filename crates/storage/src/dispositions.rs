//! The results that agents give their calls. Saving one twice under the same key changes nothing.

use domain::{
    ids::{CallId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    seal::{Column, Keyring},
    sql::{On, Row, Unit, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct Disposition {
    /// The request's idempotency key.
    pub save_key: String,
    pub call_id: CallId,
    pub user_id: UserId,
    pub code: String,
    pub sub_code: Option<String>,
    /// What the agent sent: notes, fields, callback.
    pub input: Personal<Value>,
    /// What followed from it.
    pub result: Personal<Value>,
    /// When the agent pressed save.
    pub made_at: UnixMillis,
    pub saved_at: UnixMillis,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Saved {
    New,
    /// The key was used before: carry nothing out, and answer with this.
    Before(Box<Disposition>),
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT save_key, call_id, user_id, code, sub_code, input, result, made_at_ms, saved_at_ms ",
            "FROM dispositions WHERE tenant_id = $1",
            $tail
        )
    };
}

/// Keeps the result and shows it on the call's row. Call it in the transaction that carries out what follows from it.
///
/// # Errors
/// `NoSuchReference` when call or user are not in this tenant.
pub async fn save(on: impl Into<On<'_>>, scope: TenantScope, disposition: &Disposition) -> Result<Saved> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let keys = on.keys();
    let seals = keys.of(scope, &disposition.save_key);
    let sql = "INSERT INTO dispositions (tenant_id, save_key, call_id, user_id, code, sub_code, input, result, made_at_ms, \
               saved_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant_id, save_key) DO NOTHING";
    let args = args![
        scope,
        &disposition.save_key,
        disposition.call_id,
        disposition.user_id,
        &disposition.code,
        &disposition.sub_code,
        seals.seal_json(Column::DISPOSITION_INPUT, &disposition.input)?,
        seals.seal_json(Column::DISPOSITION_RESULT, &disposition.result)?,
        disposition.made_at,
        disposition.saved_at,
    ];
    if on.write(sql, args).await? == 0 {
        let before = by_key(On::from_ref(&mut on), scope, &disposition.save_key).await?;
        let before = before.ok_or(StorageError::Conflict { what: "disposition" })?;
        unit.finish().await?;
        return Ok(Saved::Before(Box::new(before)));
    }
    let sql = "UPDATE calls SET disposition = $3, sub_disposition = $4, dispositioned_at_ms = $5 \
               WHERE tenant_id = $1 AND id = $2";
    let args = args![scope, disposition.call_id, &disposition.code, &disposition.sub_code, disposition.made_at];
    on.write(sql, args).await?;
    unit.finish().await?;
    Ok(Saved::New)
}

/// What follows is known when it has been carried out, in the transaction of [`save`].
///
/// # Errors
/// `Conflict` when nothing was saved under the key.
pub async fn set_result(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    save_key: &str,
    result: &Personal<Value>,
) -> Result<()> {
    let mut on = on.into();
    let sealed = on.keys().of(scope, save_key).seal_json(Column::DISPOSITION_RESULT, result)?;
    let sql = "UPDATE dispositions SET result = $3 WHERE tenant_id = $1 AND save_key = $2";
    if on.write(sql, args![scope, save_key, sealed]).await? == 0 {
        return Err(StorageError::Conflict { what: "disposition" });
    }
    Ok(())
}

pub async fn by_key(on: impl Into<On<'_>>, scope: TenantScope, save_key: &str) -> Result<Option<Disposition>> {
    let mut on = on.into();
    let row = on.read(select!(" AND save_key = $2"), args![scope, save_key]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// The one that counts.
pub async fn latest(on: impl Into<On<'_>>, scope: TenantScope, call: CallId) -> Result<Option<Disposition>> {
    let mut on = on.into();
    let sql = select!(" AND call_id = $2 ORDER BY saved_at_ms DESC, save_key DESC LIMIT 1");
    let row = on.read(sql, args![scope, call]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<Disposition> {
    let save_key = row.text("save_key")?;
    let seals = keys.of(scope, &save_key);
    Ok(Disposition {
        call_id: row.id("call_id")?,
        user_id: row.id("user_id")?,
        code: row.text("code")?,
        sub_code: row.opt_text("sub_code")?,
        input: seals.read_json(Column::DISPOSITION_INPUT, row, "input")?,
        result: seals.read_json(Column::DISPOSITION_RESULT, row, "result")?,
        made_at: row.at("made_at_ms")?,
        saved_at: row.at("saved_at_ms")?,
        save_key,
    })
}
