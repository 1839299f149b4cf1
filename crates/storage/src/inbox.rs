//! Webhooks as they came: stored raw under a unique key before anything is done about them.

use domain::{
    ids::{InboxId, TenantId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    seal::Column,
    sql::{On, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: InboxId,
    pub provider: String,
    /// Same for each copy of a delivery.
    pub delivery_key: String,
    /// The whole request, as its reader needs it.
    pub raw: Personal<String>,
    pub received_at: UnixMillis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    New,
    /// A copy of the one that came at `received_at`; `processed` says whether that is done with.
    Duplicate {
        id: InboxId,
        processed: bool,
        received_at: UnixMillis,
    },
}

pub async fn receive(on: impl Into<On<'_>>, scope: TenantScope, delivery: &Delivery) -> Result<Received> {
    let mut on = on.into();
    let raw = on.keys().of(scope, delivery.id).seal(Column::INBOX_RAW, delivery.raw.reveal())?;
    let sql = "INSERT INTO inbox (tenant_id, id, provider, delivery_key, raw, received_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, provider, delivery_key) DO NOTHING";
    let args = args![scope, delivery.id, &delivery.provider, &delivery.delivery_key, raw, delivery.received_at];
    if on.write(sql, args).await? == 1 {
        return Ok(Received::New);
    }
    let sql = "SELECT id, processed_at_ms, received_at_ms FROM inbox WHERE tenant_id = $1 AND provider = $2 AND delivery_key = $3";
    let row = on.read(sql, args![scope, &delivery.provider, &delivery.delivery_key]).await?;
    let row = row.ok_or(StorageError::Conflict { what: "delivery" })?;
    Ok(Received::Duplicate {
        id: row.id("id")?,
        processed: row.opt_at("processed_at_ms")?.is_some(),
        received_at: row.at("received_at_ms")?,
    })
}

/// False when it was marked before.
pub async fn processed(on: impl Into<On<'_>>, scope: TenantScope, id: InboxId, now: UnixMillis) -> Result<bool> {
    let sql = "UPDATE inbox SET processed_at_ms = $3 WHERE tenant_id = $1 AND id = $2 AND processed_at_ms IS NULL";
    Ok(on.into().write(sql, args![scope, id, now]).await? == 1)
}

/// For restart: deliveries of every tenant that came before `before` and were not done with, oldest first.
pub async fn unprocessed(on: impl Into<On<'_>>, before: UnixMillis, most: u32) -> Result<Vec<(TenantId, Delivery)>> {
    let mut on = on.into();
    let keys = on.keys();
    let sql = "SELECT tenant_id, id, provider, delivery_key, raw, received_at_ms FROM inbox \
               WHERE processed_at_ms IS NULL AND received_at_ms < $1 ORDER BY received_at_ms, id LIMIT $2";
    let mut deliveries = Vec::new();
    for row in on.read_all(sql, args![before, most]).await? {
        let (tenant, id): (TenantId, InboxId) = (row.id("tenant_id")?, row.id("id")?);
        let delivery = Delivery {
            id,
            provider: row.text("provider")?,
            delivery_key: row.text("delivery_key")?,
            raw: keys.of(TenantScope::system(tenant), id).read(Column::INBOX_RAW, &row, "raw")?,
            received_at: row.at("received_at_ms")?,
        };
        deliveries.push((tenant, delivery));
    }
    Ok(deliveries)
}

/// Forgets what was done with and came before `before`, of every tenant; returns how many.
pub async fn purge(on: impl Into<On<'_>>, before: UnixMillis) -> Result<u64> {
    let sql = "DELETE FROM inbox WHERE received_at_ms < $1 AND processed_at_ms IS NOT NULL";
    on.into().write(sql, args![before]).await
}
