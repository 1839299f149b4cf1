//! What was told to an organisation's own program, and how that ended. The work itself is a job.

use domain::{
    ids::{DeliveryId, JobId, LeadId},
    time::UnixMillis,
};

use crate::{
    error::Result,
    jobs::JobStatus,
    page::{Page, PageRequest},
    scope::TenantScope,
    sql::{On, Order, Row, Select, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDelivery {
    pub id: DeliveryId,
    pub lead_id: LeadId,
    /// Such as `lead.created`.
    pub event: String,
    pub job_id: JobId,
    pub attempts: u32,
    /// Of the last answer.
    pub http_status: Option<u32>,
    pub last_error: Option<String>,
    pub delivered_at: Option<UnixMillis>,
    pub created_at: UnixMillis,
    /// Of the job, filled in on reading; `None` when it is forgotten.
    pub job_status: Option<JobStatus>,
}

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried<'a> {
    pub http_status: Option<u16>,
    pub error: Option<&'a str>,
    pub at: UnixMillis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT d.id, d.lead_id, d.event, d.job_id, d.attempts, d.http_status, d.last_error, d.delivered_at_ms, ",
            "d.created_at_ms, j.status AS job_status FROM webhook_deliveries d ",
            "LEFT JOIN jobs j ON j.tenant_id = d.tenant_id AND j.id = d.job_id WHERE d.tenant_id = $1",
            $tail
        )
    };
}

pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, delivery: &WebhookDelivery) -> Result<()> {
    let sql = "INSERT INTO webhook_deliveries (tenant_id, id, lead_id, event, job_id, attempts, created_at_ms) \
               VALUES ($1, $2, $3, $4, $5, 0, $6)";
    let WebhookDelivery { id, lead_id, event, job_id, created_at, .. } = delivery;
    on.into().write(sql, args![scope, *id, *lead_id, event, *job_id, *created_at]).await?;
    Ok(())
}

/// Counts a try. One without an error is the last.
pub async fn note(on: impl Into<On<'_>>, scope: TenantScope, id: DeliveryId, tried: Tried<'_>) -> Result<()> {
    let sql = "UPDATE webhook_deliveries SET attempts = attempts + 1, http_status = $3, last_error = $4, \
               delivered_at_ms = $5 WHERE tenant_id = $1 AND id = $2";
    let delivered = tried.error.is_none().then_some(tried.at);
    let status = tried.http_status.map(u32::from);
    on.into().write(sql, args![scope, id, status, tried.error, delivered]).await?;
    Ok(())
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: DeliveryId) -> Result<Option<WebhookDelivery>> {
    on.into().read(select!(" AND d.id = $2"), args![scope, id]).await?.as_ref().map(read).transpose()
}

/// Newest first.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope, page: PageRequest) -> Result<Page<WebhookDelivery>> {
    let order = Order { by: "d.created_at_ms", id: "d.id", newest_first: true };
    let read = |row: &Row| {
        let delivery = read(row)?;
        let place = (delivery.created_at.0, delivery.id.as_uuid());
        Ok((delivery, place.0, place.1))
    };
    Select::new(select!(""), scope).page(&mut on.into(), order, page, read).await
}

/// Forgets what is from before `before`, of every tenant; returns how many.
pub async fn purge(on: impl Into<On<'_>>, before: UnixMillis) -> Result<u64> {
    on.into().write("DELETE FROM webhook_deliveries WHERE created_at_ms < $1", args![before]).await
}

fn read(row: &Row) -> Result<WebhookDelivery> {
    Ok(WebhookDelivery {
        id: row.id("id")?,
        lead_id: row.id("lead_id")?,
        event: row.text("event")?,
        job_id: row.id("job_id")?,
        attempts: row.number("attempts")?,
        http_status: row.opt_number("http_status")?,
        last_error: row.opt_text("last_error")?,
        delivered_at: row.opt_at("delivered_at_ms")?,
        created_at: row.at("created_at_ms")?,
        job_status: row.opt_key("job_status")?,
    })
}
