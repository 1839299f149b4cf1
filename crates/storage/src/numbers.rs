//! The numbers that customers dial, and the ones that rang without being set up.

use domain::{
    ids::{CampaignId, NumberId, QueueId, TenantId, VoicemailId},
    time::UnixMillis,
};

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{On, Row, args, text_keys},
};

text_keys! {
    /// Which account or trunk brings the number's calls.
    Provider {
        Twilio = "twilio",
        Exotel = "exotel",
        Sip = "sip",
    }
}

text_keys! {
    /// Where the sides of the number's calls meet.
    Media {
        /// Here; agents speak by the app.
        Bridge = "bridge",
        /// At the carrier; agents speak by telephones of their own.
        Conference = "conference",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    pub id: NumberId,
    /// E.164; unique over all tenants.
    pub number: String,
    pub label: String,
    pub queue_id: Option<QueueId>,
    pub campaign_id: Option<CampaignId>,
    pub greeting: String,
    /// A recorded message in place of the words.
    pub greeting_message_id: Option<VoicemailId>,
    pub language: String,
    pub provider: Provider,
    pub media: Media,
    pub created_at: UnixMillis,
    pub last_call_at: Option<UnixMillis>,
}

/// A number of the tenant's carrier account that was called and is not set up here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownNumber {
    pub number: String,
    pub calls: u32,
    pub first_at: UnixMillis,
    pub last_at: UnixMillis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT tenant_id, id, number, label, queue_id, campaign_id, greeting, greeting_message_id, language, ",
            "provider, media, created_at_ms, last_call_at_ms FROM numbers WHERE ",
            $tail
        )
    };
}

/// A message that the tenant does not have is written as none.
///
/// # Errors
/// `Unique` when any tenant has the number, `NoSuchReference` when queue or campaign are not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, number: &Number) -> Result<()> {
    let sql = "INSERT INTO numbers (tenant_id, id, number, label, queue_id, campaign_id, greeting, language, \
               provider, media, created_at_ms, greeting_message_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
               (SELECT id FROM voicemails WHERE tenant_id = $1 AND id = $12))";
    let args = args![
        scope,
        number.id,
        &number.number,
        &number.label,
        number.queue_id,
        number.campaign_id,
        &number.greeting,
        &number.language,
        number.provider,
        number.media,
        number.created_at,
        number.greeting_message_id,
    ];
    on.into().write(sql, args).await?;
    Ok(())
}

/// Everything but the times. False when there is no such number.
///
/// # Errors
/// As [`insert`].
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, number: &Number) -> Result<bool> {
    let sql = "UPDATE numbers SET number = $3, label = $4, queue_id = $5, campaign_id = $6, greeting = $7, language = $8, \
               provider = $9, media = $10, \
               greeting_message_id = (SELECT id FROM voicemails WHERE tenant_id = $1 AND id = $11) WHERE tenant_id = $1 AND id = $2";
    let args = args![
        scope,
        number.id,
        &number.number,
        &number.label,
        number.queue_id,
        number.campaign_id,
        &number.greeting,
        &number.language,
        number.provider,
        number.media,
        number.greeting_message_id,
    ];
    Ok(on.into().write(sql, args).await? == 1)
}

/// False when there is no such number.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, id: NumberId) -> Result<bool> {
    let sql = "DELETE FROM numbers WHERE tenant_id = $1 AND id = $2";
    Ok(on.into().write(sql, args![scope, id]).await? == 1)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: NumberId) -> Result<Option<Number>> {
    on.into().read(select!("tenant_id = $1 AND id = $2"), args![scope, id]).await?.as_ref().map(read).transpose()
}

pub async fn list(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Number>> {
    on.into().read_all(select!("tenant_id = $1 ORDER BY number"), args![scope]).await?.iter().map(read).collect()
}

/// For a webhook: whose number was dialed, over all tenants.
pub async fn find(on: impl Into<On<'_>>, e164: &str) -> Result<Option<(TenantId, Number)>> {
    let row = on.into().read(select!("number = $1"), args![e164]).await?;
    row.map(|row| Ok((row.id("tenant_id")?, read(&row)?))).transpose()
}

pub async fn touch(on: impl Into<On<'_>>, scope: TenantScope, id: NumberId, called_at: UnixMillis) -> Result<()> {
    let sql = "UPDATE numbers SET last_call_at_ms = $3 WHERE tenant_id = $1 AND id = $2";
    on.into().write(sql, args![scope, id, called_at]).await?;
    Ok(())
}

/// Counts a call to a number that is not set up.
pub async fn count_unknown(on: impl Into<On<'_>>, scope: TenantScope, number: &str, at: UnixMillis) -> Result<()> {
    let sql = "INSERT INTO unknown_numbers (tenant_id, number, calls, first_at_ms, last_at_ms) VALUES ($1, $2, 1, $3, $3) \
               ON CONFLICT (tenant_id, number) DO UPDATE SET calls = unknown_numbers.calls + 1, last_at_ms = excluded.last_at_ms";
    on.into().write(sql, args![scope, number, at]).await?;
    Ok(())
}

/// Last called first.
pub async fn unknown(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<UnknownNumber>> {
    let sql = "SELECT number, calls, first_at_ms, last_at_ms FROM unknown_numbers WHERE tenant_id = $1 \
               ORDER BY last_at_ms DESC, number LIMIT 200";
    let rows = on.into().read_all(sql, args![scope]).await?;
    let read = |row: &Row| {
        Ok(UnknownNumber {
            number: row.text("number")?,
            calls: row.number("calls")?,
            first_at: row.at("first_at_ms")?,
            last_at: row.at("last_at_ms")?,
        })
    };
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Number> {
    Ok(Number {
        id: row.id("id")?,
        number: row.text("number")?,
        label: row.text("label")?,
        queue_id: row.opt_id("queue_id")?,
        campaign_id: row.opt_id("campaign_id")?,
        greeting: row.text("greeting")?,
        greeting_message_id: row.opt_id("greeting_message_id")?,
        language: row.text("language")?,
        provider: row.key("provider")?,
        media: row.key("media")?,
        created_at: row.at("created_at_ms")?,
        last_call_at: row.opt_at("last_call_at_ms")?,
    })
}
