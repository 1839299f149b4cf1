//! Campaigns: script, outcomes, hours and agents of outbound and inbound work.

use std::collections::BTreeMap;

use domain::{
    ids::{CampaignId, UserId},
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    sql::{Arg, On, Row, Unit, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    /// `draft`, `active`, `paused` or `completed`.
    pub state: String,
    /// E.164.
    pub caller_id: Option<String>,
    /// JSON list of script steps.
    pub script: Value,
    /// JSON list of outcomes; empty stands for the default set.
    pub dispositions: Value,
    /// JSON of days and minutes.
    pub hours: Value,
    pub recording: bool,
    /// The carrier says whether a person or a machine took an outbound call.
    pub detect_machines: bool,
    /// Calls go out by the number that is nearest to the person called.
    pub local_presence: bool,
    /// The key by which people who are called opt out.
    pub opt_out_key: Option<String>,
    pub agent_ids: Vec<UserId>,
    /// 1 when new; [`update`] takes the one that was read.
    pub version: u32,
    pub created_at: UnixMillis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, name, state, caller_id, script, dispositions, hours, recording, detect_machines, local_presence, ",
            "opt_out_key, version, created_at_ms ",
            "FROM campaigns WHERE tenant_id = $1",
            $tail
        )
    };
}

/// # Errors
/// `Unique` when the name is taken, `NoSuchReference` when an agent is not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, campaign: &Campaign) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "INSERT INTO campaigns (tenant_id, id, name, state, caller_id, script, dispositions, hours, recording, \
               version, created_at_ms, detect_machines, local_presence, opt_out_key) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let args = args![
        scope,
        campaign.id,
        &campaign.name,
        &campaign.state,
        &campaign.caller_id,
        &campaign.script,
        &campaign.dispositions,
        &campaign.hours,
        campaign.recording,
        campaign.version,
        campaign.created_at,
        campaign.detect_machines,
        campaign.local_presence,
        &campaign.opt_out_key,
    ];
    on.write(sql, args).await?;
    write_agents(&mut on, scope, campaign).await?;
    unit.finish().await
}

/// Writes all of it if `campaign.version` is still the stored one; returns the new version.
///
/// # Errors
/// `Conflict` when it has changed since, `Unique` when the name is taken.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, campaign: &Campaign) -> Result<u32> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE campaigns SET name = $4, state = $5, caller_id = $6, script = $7, dispositions = $8, hours = $9, \
               recording = $10, detect_machines = $11, local_presence = $12, opt_out_key = $13, version = version + 1 \
               WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let args = args![
        scope,
        campaign.id,
        campaign.version,
        &campaign.name,
        &campaign.state,
        &campaign.caller_id,
        &campaign.script,
        &campaign.dispositions,
        &campaign.hours,
        campaign.recording,
        campaign.detect_machines,
        campaign.local_presence,
        &campaign.opt_out_key,
    ];
    if on.write(sql, args).await? == 0 {
        return Err(StorageError::Conflict { what: "campaign" });
    }
    let sql = "DELETE FROM campaign_agents WHERE tenant_id = $1 AND campaign_id = $2";
    on.write(sql, args![scope, campaign.id]).await?;
    write_agents(&mut on, scope, campaign).await?;
    unit.finish().await?;
    Ok(campaign.version + 1)
}

async fn write_agents(on: &mut On<'_>, scope: TenantScope, campaign: &Campaign) -> Result<()> {
    for user in &campaign.agent_ids {
        let sql =
            "INSERT INTO campaign_agents (tenant_id, campaign_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        on.write(sql, args![scope, campaign.id, *user]).await?;
    }
    Ok(())
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: CampaignId) -> Result<Option<Campaign>> {
    let mut on = on.into();
    let Some(row) = on.read(select!(" AND id = $2"), args![scope, id]).await? else { return Ok(None) };
    let sql =
        "SELECT campaign_id, user_id FROM campaign_agents WHERE tenant_id = $1 AND campaign_id = $2 ORDER BY user_id";
    let mut agents = agents(&mut on, sql, args![scope, id]).await?;
    read(&row, &mut agents).map(Some)
}

/// By name.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Campaign>> {
    let mut on = on.into();
    let rows = on.read_all(select!(" ORDER BY name, id"), args![scope]).await?;
    let sql = "SELECT campaign_id, user_id FROM campaign_agents WHERE tenant_id = $1 ORDER BY user_id";
    let mut agents = agents(&mut on, sql, args![scope]).await?;
    rows.iter().map(|row| read(row, &mut agents)).collect()
}

type Agents = BTreeMap<CampaignId, Vec<UserId>>;

async fn agents(on: &mut On<'_>, sql: &'static str, args: Vec<Arg>) -> Result<Agents> {
    let mut agents = Agents::new();
    for row in on.read_all(sql, args).await? {
        agents.entry(row.id("campaign_id")?).or_default().push(row.id("user_id")?);
    }
    Ok(agents)
}

fn read(row: &Row, agents: &mut Agents) -> Result<Campaign> {
    let id = row.id("id")?;
    Ok(Campaign {
        id,
        name: row.text("name")?,
        state: row.text("state")?,
        caller_id: row.opt_text("caller_id")?,
        script: row.json("script")?,
        dispositions: row.json("dispositions")?,
        hours: row.json("hours")?,
        recording: row.bool("recording")?,
        detect_machines: row.bool("detect_machines")?,
        local_presence: row.bool("local_presence")?,
        opt_out_key: row.opt_text("opt_out_key")?,
        agent_ids: agents.remove(&id).unwrap_or_default(),
        version: row.number("version")?,
        created_at: row.at("created_at_ms")?,
    })
}
