//! CRMs that leads are kept in step with: how they are reached, which record is which lead, what is still to be done, and what could
//! not be done.

pub mod links;
pub mod named;
pub mod outbox;
pub mod problems;

use domain::{
    ids::{CampaignId, CrmConnectorId, TenantId, UserId},
    time::UnixMillis,
};
use serde_json::Value;

use crate::{
    error::{Result, StorageError},
    scope::TenantScope,
    seal::{Column, Keyring},
    settings::Secrets,
    sql::{On, Row, Unit, args, text_keys},
};

text_keys! {
    /// What a person asks for.
    Wish {
        Now = "now",
        /// All records, not only what has changed.
        Full = "full",
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Connector {
    pub id: CrmConnectorId,
    pub name: String,
    /// Of new leads; only its leads are told of.
    pub campaign_id: Option<CampaignId>,
    pub on: bool,
    /// Leads that change are noted in the outbox.
    pub pushes: bool,
    pub settings: Value,
    /// Credentials and the secret of its webhook, by name.
    pub secrets: Secrets,
    pub state: Value,
    /// All records were read once.
    pub ready: bool,
    pub turn: u64,
    pub busy_until: UnixMillis,
    pub not_before: UnixMillis,
    pub pull_at: UnixMillis,
    /// What a person asks for.
    pub wish: Option<Wish>,
    pub made_by: Option<UserId>,
    pub created_at: UnixMillis,
    pub version: u32,
}

/// What a worker leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub state: Value,
    pub ready: bool,
    pub not_before: UnixMillis,
    pub pull_at: UnixMillis,
    pub busy_until: UnixMillis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT c.tenant_id, c.id, c.name, c.campaign_id, c.is_on, c.pushes, c.settings, c.secrets, c.state, c.is_ready, ",
            "c.turn, c.busy_until_ms, c.not_before_ms, c.pull_at_ms, c.wish, c.made_by, c.created_at_ms, c.version ",
            "FROM crm_connectors c WHERE ",
            $tail
        )
    };
}

/// # Errors
/// `NoSuchReference` when the campaign is not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, connector: &Connector) -> Result<()> {
    let mut on = on.into();
    let secrets = on.keys().of(scope, connector.id).seal_json(Column::CRM_SECRETS, &connector.secrets)?;
    let sql = "INSERT INTO crm_connectors (tenant_id, id, name, campaign_id, is_on, pushes, settings, secrets, state, is_ready, \
               turn, busy_until_ms, not_before_ms, pull_at_ms, made_by, created_at_ms, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)";
    let args = args![
        scope,
        connector.id,
        &connector.name,
        connector.campaign_id,
        connector.on,
        connector.pushes,
        &connector.settings,
        secrets,
        &connector.state,
        connector.ready,
        connector.turn,
        connector.busy_until,
        connector.not_before,
        connector.pull_at,
        connector.made_by,
        connector.created_at,
    ];
    on.write(sql, args).await?;
    Ok(())
}

/// Writes what a person sets up, if its version is still the stored one; returns the new one.
///
/// # Errors
/// `Conflict` when it has changed since, `NoSuchReference` when the campaign is not in this tenant.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, connector: &Connector) -> Result<u32> {
    let mut on = on.into();
    let secrets = on.keys().of(scope, connector.id).seal_json(Column::CRM_SECRETS, &connector.secrets)?;
    let sql = "UPDATE crm_connectors SET name = $4, campaign_id = $5, is_on = $6, pushes = $7, settings = $8, secrets = $9, \
               version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let args = args![
        scope,
        connector.id,
        connector.version,
        &connector.name,
        connector.campaign_id,
        connector.on,
        connector.pushes,
        &connector.settings,
        secrets,
    ];
    match on.write(sql, args).await? {
        0 => Err(StorageError::Conflict { what: "connector" }),
        _ => Ok(connector.version + 1),
    }
}

/// Takes it away with all that is known by it; the leads stay. False when it is not there.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, id: CrmConnectorId) -> Result<bool> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    for sql in [
        "DELETE FROM crm_links WHERE tenant_id = $1 AND connector_id = $2",
        "DELETE FROM crm_outbox WHERE tenant_id = $1 AND connector_id = $2",
        "DELETE FROM crm_named WHERE tenant_id = $1 AND connector_id = $2",
        "DELETE FROM crm_problems WHERE tenant_id = $1 AND connector_id = $2",
    ] {
        on.write(sql, args![scope, id]).await?;
    }
    let gone = on.write("DELETE FROM crm_connectors WHERE tenant_id = $1 AND id = $2", args![scope, id]).await? == 1;
    unit.finish().await?;
    Ok(gone)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: CrmConnectorId) -> Result<Option<Connector>> {
    let mut on = on.into();
    let row = on.read(select!("c.tenant_id = $1 AND c.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// The oldest first.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Connector>> {
    let mut on = on.into();
    let rows = on.read_all(select!("c.tenant_id = $1 ORDER BY c.created_at_ms, c.id"), args![scope]).await?;
    rows.iter().map(|row| read(row, &on.keys(), scope)).collect()
}

/// A connector that has something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub tenant: TenantId,
    pub id: CrmConnectorId,
    pub turn: u64,
}

/// Connectors of all tenants that are on, that nobody works on, whose CRM may be asked, and that have something to do; at most
/// `most`.
pub async fn due(on: impl Into<On<'_>>, now: UnixMillis, most: u32) -> Result<Vec<Due>> {
    let sql = "SELECT c.tenant_id, c.id, c.turn FROM crm_connectors c WHERE c.is_on = TRUE AND c.busy_until_ms <= $1 \
               AND (c.not_before_ms <= $1 OR c.wish IS NOT NULL) AND (c.pull_at_ms <= $1 OR c.wish IS NOT NULL \
               OR (c.is_ready = TRUE AND c.pushes = TRUE AND EXISTS (SELECT 1 FROM crm_outbox o WHERE o.tenant_id = c.tenant_id \
               AND o.connector_id = c.id AND o.not_before_ms <= $1)) \
               OR EXISTS (SELECT 1 FROM crm_named n WHERE n.tenant_id = c.tenant_id AND n.connector_id = c.id)) \
               ORDER BY c.not_before_ms, c.id LIMIT $2";
    let rows = on.into().read_all(sql, args![now, most]).await?;
    let read = |row: &Row| Ok(Due { tenant: row.id("tenant_id")?, id: row.id("id")?, turn: row.number("turn")? });
    rows.iter().map(read).collect()
}

/// Takes a turn, for as long as `until`. `None` when somebody else has it, or the connector is off or gone.
pub async fn claim(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: CrmConnectorId,
    until: UnixMillis,
    now: UnixMillis,
) -> Result<Option<Connector>> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE crm_connectors SET turn = turn + 1, busy_until_ms = $3 \
               WHERE tenant_id = $1 AND id = $2 AND is_on = TRUE AND busy_until_ms <= $4 \
               AND (not_before_ms <= $4 OR wish IS NOT NULL)";
    if on.write(sql, args![scope, id, until, now]).await? == 0 {
        return Ok(None);
    }
    let taken = get(On::from_ref(&mut on), scope, id).await?;
    unit.finish().await?;
    Ok(taken)
}

/// Writes how far a worker is, who has taken up a wish. False when another has the turn meanwhile, or the connector is off.
pub async fn note(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: CrmConnectorId,
    turn: u64,
    progress: &Progress,
    wish: Option<Wish>,
) -> Result<bool> {
    let sql = "UPDATE crm_connectors SET state = $4, is_ready = $5, not_before_ms = $6, pull_at_ms = $7, busy_until_ms = $8, \
               wish = CASE WHEN wish = $9 THEN NULL ELSE wish END WHERE tenant_id = $1 AND id = $2 AND turn = $3 RETURNING is_on";
    let Progress { state, ready, not_before, pull_at, busy_until } = progress;
    let wish = wish.map(Wish::as_str);
    let args = args![scope, id, turn, state, *ready, *not_before, *pull_at, *busy_until, wish];
    on.into().write_returning(sql, args).await?.map_or(Ok(false), |row| row.bool("is_on"))
}

/// Asks for a look at once. Who asks for all records is not overruled. False when it is off or not there.
pub async fn wish(on: impl Into<On<'_>>, scope: TenantScope, id: CrmConnectorId, wish: Wish) -> Result<bool> {
    let sql = "UPDATE crm_connectors SET wish = CASE WHEN wish = 'full' THEN wish ELSE $3 END \
               WHERE tenant_id = $1 AND id = $2 AND is_on = TRUE";
    Ok(on.into().write(sql, args![scope, id, wish]).await? == 1)
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<Connector> {
    let id: CrmConnectorId = row.id("id")?;
    Ok(Connector {
        id,
        name: row.text("name")?,
        campaign_id: row.opt_id("campaign_id")?,
        on: row.bool("is_on")?,
        pushes: row.bool("pushes")?,
        settings: row.json("settings")?,
        secrets: keys.of(scope, id).read_json(Column::CRM_SECRETS, row, "secrets")?,
        state: row.json("state")?,
        ready: row.bool("is_ready")?,
        turn: row.number("turn")?,
        busy_until: row.at("busy_until_ms")?,
        not_before: row.at("not_before_ms")?,
        pull_at: row.at("pull_at_ms")?,
        wish: row.opt_key("wish")?,
        made_by: row.opt_id("made_by")?,
        created_at: row.at("created_at_ms")?,
        version: row.number("version")?,
    })
}
