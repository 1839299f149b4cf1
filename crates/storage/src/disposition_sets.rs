//! Sets of outcomes with all their versions, and which of them a campaign has had since when.

use domain::{
    dispositions::SetKind,
    ids::{CampaignId, DispositionSetId, UserId},
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    sql::{On, Row, Unit, args},
};

#[derive(Debug, Clone, PartialEq)]
pub struct DispositionSet {
    pub id: DispositionSetId,
    pub name: String,
    pub kind: SetKind,
    /// JSON list of outcomes, of the newest version.
    pub body: Value,
    /// 1 when new; [`update`] takes the one that was read.
    pub version: u32,
    pub made_by: UserId,
    /// Filled in on reading.
    pub made_by_name: String,
    /// Of this version.
    pub made_at: UnixMillis,
    pub archived_at: Option<UnixMillis>,
}

/// One version of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct SetVersion {
    pub version: u32,
    pub body: Value,
    pub made_by_name: String,
    pub made_at: UnixMillis,
}

/// Which outcomes a campaign has.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    Set(DispositionSetId),
    /// JSON list; empty stands for the default set.
    Own(Value),
}

/// The outcomes of an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    /// `None` for a campaign's own.
    pub set: Option<(DispositionSetId, u32)>,
    pub body: Value,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT s.id, s.name, s.kind, s.version, s.archived_at_ms, v.body, v.made_by, v.made_at_ms, ",
            "u.name AS made_by_name FROM disposition_sets s ",
            "JOIN disposition_set_versions v ON v.tenant_id = s.tenant_id AND v.set_id = s.id AND v.version = s.version ",
            "JOIN users u ON u.tenant_id = v.tenant_id AND u.id = v.made_by WHERE s.tenant_id = $1",
            $tail
        )
    };
}

/// # Errors
/// `Unique` when the name is taken, `NoSuchReference` when the maker is not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, set: &DispositionSet) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "INSERT INTO disposition_sets (tenant_id, id, name, kind, version, created_at_ms) \
               VALUES ($1, $2, $3, $4, 1, $5)";
    on.write(sql, args![scope, set.id, &set.name, set.kind.as_str(), set.made_at]).await?;
    write_version(&mut on, scope, set, 1).await?;
    unit.finish().await
}

async fn write_version(on: &mut On<'_>, scope: TenantScope, set: &DispositionSet, version: u32) -> Result<()> {
    let sql = "INSERT INTO disposition_set_versions (tenant_id, set_id, version, body, made_by, made_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    on.write(sql, args![scope, set.id, version, &set.body, set.made_by, set.made_at]).await?;
    Ok(())
}

/// Keeps a new version if `set.version` is still the newest; returns its number.
///
/// # Errors
/// `Conflict` when it has changed since, `Unique` when the name is taken.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, set: &DispositionSet) -> Result<u32> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE disposition_sets SET name = $4, kind = $5, version = version + 1 \
               WHERE tenant_id = $1 AND id = $2 AND version = $3";
    if on.write(sql, args![scope, set.id, set.version, &set.name, set.kind.as_str()]).await? == 0 {
        return Err(StorageError::Conflict { what: "set" });
    }
    write_version(&mut on, scope, set, set.version + 1).await?;
    unit.finish().await?;
    Ok(set.version + 1)
}

/// Puts a set away, or takes it out again. False when it is not there.
///
/// # Errors
/// `Unique` when another one has its name meanwhile.
pub async fn archive(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: DispositionSetId,
    at: Option<UnixMillis>,
) -> Result<bool> {
    let sql = "UPDATE disposition_sets SET archived_at_ms = $3 WHERE tenant_id = $1 AND id = $2";
    Ok(on.into().write(sql, args![scope, id, at]).await? == 1)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: DispositionSetId) -> Result<Option<DispositionSet>> {
    on.into().read(select!(" AND s.id = $2"), args![scope, id]).await?.as_ref().map(read).transpose()
}

/// By name, at most 500.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<DispositionSet>> {
    let rows = on.into().read_all(select!(" ORDER BY s.name, s.id LIMIT 500"), args![scope]).await?;
    rows.iter().map(read).collect()
}

/// The newest first, at most 100.
pub async fn versions(on: impl Into<On<'_>>, scope: TenantScope, id: DispositionSetId) -> Result<Vec<SetVersion>> {
    let sql = "SELECT v.version, v.body, v.made_at_ms, u.name AS made_by_name FROM disposition_set_versions v \
               JOIN users u ON u.tenant_id = v.tenant_id AND u.id = v.made_by \
               WHERE v.tenant_id = $1 AND v.set_id = $2 ORDER BY v.version DESC LIMIT 100";
    let read = |row: &Row| -> Result<SetVersion> {
        Ok(SetVersion {
            version: row.number("version")?,
            body: row.json("body")?,
            made_by_name: row.text("made_by_name")?,
            made_at: row.at("made_at_ms")?,
        })
    };
    on.into().read_all(sql, args![scope, id]).await?.iter().map(read).collect()
}

/// What a campaign has now; `None` when nobody has chosen since sets exist.
pub async fn choice_of(on: impl Into<On<'_>>, scope: TenantScope, campaign: CampaignId) -> Result<Option<Choice>> {
    let sql = "SELECT set_id, own FROM campaign_outcomes WHERE tenant_id = $1 AND campaign_id = $2 \
               ORDER BY from_ms DESC LIMIT 1";
    on.into().read(sql, args![scope, campaign]).await?.as_ref().map(read_choice).transpose()
}

/// The sets that campaigns have now, for a list of campaigns.
pub async fn sets_of_campaigns(
    on: impl Into<On<'_>>,
    scope: TenantScope,
) -> Result<Vec<(CampaignId, DispositionSetId)>> {
    let sql = "SELECT c.campaign_id, c.set_id FROM campaign_outcomes c WHERE c.tenant_id = $1 AND c.set_id IS NOT NULL \
               AND NOT EXISTS (SELECT 1 FROM campaign_outcomes n WHERE n.tenant_id = c.tenant_id \
               AND n.campaign_id = c.campaign_id AND n.from_ms > c.from_ms)";
    let rows = on.into().read_all(sql, args![scope]).await?;
    rows.iter().map(|row| Ok((row.id("campaign_id")?, row.id("set_id")?))).collect()
}

/// What a campaign has from `now` on. Call it in the transaction that writes the campaign, with what it had before.
///
/// # Errors
/// `NoSuchReference` when the set is not in this tenant.
pub async fn choose(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    campaign: CampaignId,
    before: Option<&Value>,
    choice: &Choice,
    now: UnixMillis,
) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let known = choice_of(On::from_ref(&mut on), scope, campaign).await?;
    if known.as_ref() == Some(choice) {
        return unit.finish().await;
    }
    if let Some(own) = before.filter(|_| known.is_none()) {
        put_choice(&mut on, scope, campaign, UnixMillis(0), &Choice::Own(own.clone())).await?;
    }
    put_choice(&mut on, scope, campaign, now, choice).await?;
    unit.finish().await
}

async fn put_choice(
    on: &mut On<'_>,
    scope: TenantScope,
    campaign: CampaignId,
    from: UnixMillis,
    choice: &Choice,
) -> Result<()> {
    let sql = "INSERT INTO campaign_outcomes (tenant_id, campaign_id, from_ms, set_id, own) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (tenant_id, campaign_id, from_ms) DO UPDATE SET set_id = excluded.set_id, own = excluded.own";
    let (set, own) = match choice {
        Choice::Set(id) => (Some(*id), None),
        Choice::Own(own) => (None, Some(own.to_string())),
    };
    on.write(sql, args![scope, campaign, from, set, own]).await?;
    Ok(())
}

/// The outcomes of a campaign at an instant; `None` when nobody has chosen since sets exist. What came before the first choice
/// or the first version has the first.
pub async fn in_force(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    campaign: CampaignId,
    at: UnixMillis,
) -> Result<Option<InForce>> {
    let mut on = on.into();
    let sql = "SELECT set_id, own FROM campaign_outcomes WHERE tenant_id = $1 AND campaign_id = $2 \
               ORDER BY CASE WHEN from_ms <= $3 THEN -from_ms ELSE from_ms END LIMIT 1";
    let Some(row) = on.read(sql, args![scope, campaign, at]).await? else { return Ok(None) };
    let id = match read_choice(&row)? {
        Choice::Own(body) => return Ok(Some(InForce { set: None, body })),
        Choice::Set(id) => id,
    };
    let sql = "SELECT version, body FROM disposition_set_versions WHERE tenant_id = $1 AND set_id = $2 \
               AND (made_at_ms <= $3 OR version = 1) ORDER BY version DESC LIMIT 1";
    let row = on.read(sql, args![scope, id, at]).await?.ok_or(StorageError::Conflict { what: "set" })?;
    Ok(Some(InForce { set: Some((id, row.number("version")?)), body: row.json("body")? }))
}

fn read_choice(row: &Row) -> Result<Choice> {
    Ok(match row.opt_id("set_id")? {
        Some(id) => Choice::Set(id),
        None => Choice::Own(row.json("own")?),
    })
}

fn read(row: &Row) -> Result<DispositionSet> {
    let kind = row.text("kind")?;
    Ok(DispositionSet {
        id: row.id("id")?,
        name: row.text("name")?,
        kind: SetKind::parse(&kind)
            .ok_or_else(|| StorageError::corrupt("disposition_sets.kind", format!("unknown value {kind:?}")))?,
        body: row.json("body")?,
        version: row.number("version")?,
        made_by: row.id("made_by")?,
        made_by_name: row.text("made_by_name")?,
        made_at: row.at("made_at_ms")?,
        archived_at: row.opt_at("archived_at_ms")?,
    })
}
