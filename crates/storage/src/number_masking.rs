//! Pools of virtual numbers, and who is reached by which of them. Of telephones only keyed hashes are kept.

use domain::{
    ids::{LeadId, MappingId, NumberId, PoolId, UserId},
    number_masking::{Mapping, Side},
    time::UnixMillis,
};

use crate::{
    error::Result,
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::HashOf,
    sql::{On, Order, Row, Select, Unit, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    pub id: PoolId,
    /// Unique in the tenant.
    pub name: String,
    /// How long a mapping is good after its last use, seconds.
    pub lasts_s: u32,
    pub on: bool,
    pub numbers: Vec<NumberId>,
    pub created_at: UnixMillis,
}

/// A mapping with the names that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMapping {
    pub id: MappingId,
    pub number: String,
    pub lead_id: LeadId,
    pub agent_id: UserId,
    pub agent_name: String,
    pub created_at: UnixMillis,
    pub expires_at: UnixMillis,
}

/// The mapping that a caller means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    pub mapping: MappingId,
    pub lead: LeadId,
    pub agent: UserId,
    pub side: Side,
}

/// A telephone as mappings name it: a keyed hash of its E.164 number.
pub fn telephone<'a>(on: impl Into<On<'a>>, scope: TenantScope, e164: &str) -> String {
    on.into().keys().look_up(HashOf::Phone, Some(scope), e164)
}

/// # Errors
/// `Unique` when the name is taken, or a number is in another pool; `NoSuchReference` when a number is not the tenant's.
pub async fn insert_pool(on: impl Into<On<'_>>, scope: TenantScope, pool: &Pool) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let sql = "INSERT INTO masking_pools (tenant_id, id, name, lasts_s, is_on, created_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    unit.on().write(sql, args![scope, pool.id, &pool.name, pool.lasts_s, pool.on, pool.created_at]).await?;
    put_numbers(&mut unit.on(), scope, pool).await?;
    unit.finish().await
}

/// Everything but the time. False when there is no such pool.
///
/// # Errors
/// As [`insert_pool`].
pub async fn update_pool(on: impl Into<On<'_>>, scope: TenantScope, pool: &Pool) -> Result<bool> {
    let mut unit = Unit::of(on.into()).await?;
    let sql = "UPDATE masking_pools SET name = $3, lasts_s = $4, is_on = $5 WHERE tenant_id = $1 AND id = $2";
    let args = args![scope, pool.id, &pool.name, pool.lasts_s, pool.on];
    let changed = unit.on().write(sql, args).await? == 1;
    if changed {
        let sql = "DELETE FROM masking_pool_numbers WHERE tenant_id = $1 AND pool_id = $2";
        unit.on().write(sql, args![scope, pool.id]).await?;
        put_numbers(&mut unit.on(), scope, pool).await?;
    }
    unit.finish().await?;
    Ok(changed)
}

async fn put_numbers(on: &mut On<'_>, scope: TenantScope, pool: &Pool) -> Result<()> {
    for number in &pool.numbers {
        let sql = "INSERT INTO masking_pool_numbers (tenant_id, number_id, pool_id) VALUES ($1, $2, $3)";
        on.write(sql, args![scope, *number, pool.id]).await?;
    }
    Ok(())
}

/// The mappings of its numbers stay until they end. False when there is no such pool.
pub async fn remove_pool(on: impl Into<On<'_>>, scope: TenantScope, id: PoolId) -> Result<bool> {
    let sql = "DELETE FROM masking_pools WHERE tenant_id = $1 AND id = $2";
    Ok(on.into().write(sql, args![scope, id]).await? == 1)
}

/// By name.
pub async fn pools(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Pool>> {
    let mut on = on.into();
    let sql = "SELECT id, name, lasts_s, is_on, created_at_ms FROM masking_pools WHERE tenant_id = $1 ORDER BY name";
    let rows = on.read_all(sql, args![scope]).await?;
    let sql = "SELECT pool_id, number_id FROM masking_pool_numbers WHERE tenant_id = $1 ORDER BY number_id";
    let members = on.read_all(sql, args![scope]).await?;
    let mut pools = Vec::with_capacity(rows.len());
    for row in rows {
        let id: PoolId = row.id("id")?;
        let mut numbers = Vec::new();
        for member in &members {
            if member.id::<PoolId>("pool_id")? == id {
                numbers.push(member.id("number_id")?);
            }
        }
        pools.push(Pool {
            id,
            name: row.text("name")?,
            lasts_s: row.number("lasts_s")?,
            on: row.bool("is_on")?,
            numbers,
            created_at: row.at("created_at_ms")?,
        });
    }
    Ok(pools)
}

/// Every mapping that is good at this instant.
pub async fn live(on: impl Into<On<'_>>, scope: TenantScope, now: UnixMillis) -> Result<Vec<Mapping>> {
    let mut on = on.into();
    let sql = "SELECT m.id, m.number_id, m.lead_id, m.agent_id, m.expires_at_ms, l.telephone_hash AS lead_telephone, \
               a.telephone_hash AS agent_telephone FROM masking_mappings m \
               JOIN masking_telephones l ON l.tenant_id = m.tenant_id AND l.mapping_id = m.id AND l.is_lead \
               LEFT JOIN masking_telephones a ON a.tenant_id = m.tenant_id AND a.mapping_id = m.id AND NOT a.is_lead \
               WHERE m.tenant_id = $1 AND m.expires_at_ms > $2";
    let read = |row: &Row| {
        Ok(Mapping {
            id: row.id("id")?,
            number: row.id("number_id")?,
            lead: row.id("lead_id")?,
            agent: row.id("agent_id")?,
            lead_telephone: row.text("lead_telephone")?,
            agent_telephone: row.opt_text("agent_telephone")?,
            expires_at: row.at("expires_at_ms")?,
        })
    };
    on.read_all(sql, args![scope, now]).await?.iter().map(read).collect()
}

/// Those of its number that have ended make room first.
///
/// # Errors
/// `Unique` when one of the two telephones has a live mapping by this number: somebody else was faster, choose again.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, mapping: &Mapping, now: UnixMillis) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let sql = "DELETE FROM masking_telephones WHERE tenant_id = $1 AND number_id = $2 AND mapping_id IN \
               (SELECT id FROM masking_mappings WHERE tenant_id = $1 AND expires_at_ms <= $3)";
    unit.on().write(sql, args![scope, mapping.number, now]).await?;
    let sql = "INSERT INTO masking_mappings (tenant_id, id, number_id, lead_id, agent_id, created_at_ms, expires_at_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![scope, mapping.id, mapping.number, mapping.lead, mapping.agent, now, mapping.expires_at];
    unit.on().write(sql, args).await?;
    let telephones = [(Some(&mapping.lead_telephone), true), (mapping.agent_telephone.as_ref(), false)];
    for (telephone, is_lead) in telephones {
        let Some(telephone) = telephone else { continue };
        let sql = "INSERT INTO masking_telephones (tenant_id, number_id, telephone_hash, mapping_id, is_lead) \
                   VALUES ($1, $2, $3, $4, $5)";
        unit.on().write(sql, args![scope, mapping.number, telephone, mapping.id, is_lead]).await?;
    }
    unit.finish().await
}

/// Good until then, unless it is so for longer already. False when it has ended meanwhile.
pub async fn lengthen(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: MappingId,
    until: UnixMillis,
    now: UnixMillis,
) -> Result<bool> {
    let sql = "UPDATE masking_mappings SET expires_at_ms = CASE WHEN expires_at_ms > $3 THEN expires_at_ms ELSE $3 END \
               WHERE tenant_id = $1 AND id = $2 AND expires_at_ms > $4";
    Ok(on.into().write(sql, args![scope, id, until, now]).await? == 1)
}

/// Whom a caller (E.164) reaches by a virtual number.
pub async fn reached(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    number: NumberId,
    from: &str,
    now: UnixMillis,
) -> Result<Option<Reached>> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), from);
    let sql = "SELECT m.id, m.lead_id, m.agent_id, t.is_lead FROM masking_telephones t \
               JOIN masking_mappings m ON m.tenant_id = t.tenant_id AND m.id = t.mapping_id \
               WHERE t.tenant_id = $1 AND t.number_id = $2 AND t.telephone_hash = $3 AND m.expires_at_ms > $4";
    let row = on.read(sql, args![scope, number, hash, now]).await?;
    row.map(|row| {
        let side = if row.bool("is_lead")? { Side::Lead } else { Side::Agent };
        Ok(Reached { mapping: row.id("id")?, lead: row.id("lead_id")?, agent: row.id("agent_id")?, side })
    })
    .transpose()
}

/// Those that are good at this instant, the newest first.
pub async fn page(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    now: UnixMillis,
    page: PageRequest,
) -> Result<Page<ShownMapping>> {
    let mut on = on.into();
    let head = "SELECT m.id, n.number, m.lead_id, m.agent_id, u.name AS agent_name, m.created_at_ms, m.expires_at_ms \
                FROM masking_mappings m JOIN numbers n ON n.tenant_id = m.tenant_id AND n.id = m.number_id \
                JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.agent_id WHERE m.tenant_id = $1";
    let select = Select::new(head, scope).and("m.expires_at_ms > ", now, "");
    let read = |row: &Row| {
        let mapping = ShownMapping {
            id: row.id("id")?,
            number: row.text("number")?,
            lead_id: row.id("lead_id")?,
            agent_id: row.id("agent_id")?,
            agent_name: row.text("agent_name")?,
            created_at: row.at("created_at_ms")?,
            expires_at: row.at("expires_at_ms")?,
        };
        let place = (mapping.created_at.0, mapping.id.as_uuid());
        Ok((mapping, place.0, place.1))
    };
    let order = Order { by: "m.created_at_ms", id: "m.id", newest_first: true };
    select.page(&mut on, order, page, read).await
}

/// Ends now. False when there is no such mapping, or it has ended.
pub async fn end(on: impl Into<On<'_>>, scope: TenantScope, id: MappingId, now: UnixMillis) -> Result<bool> {
    let sql = "UPDATE masking_mappings SET expires_at_ms = $3 WHERE tenant_id = $1 AND id = $2 AND expires_at_ms > $3";
    Ok(on.into().write(sql, args![scope, id, now]).await? == 1)
}

/// Forgets those of all tenants that ended before this instant; how many.
pub async fn purge(on: impl Into<On<'_>>, ended_before: UnixMillis) -> Result<u64> {
    let sql = "DELETE FROM masking_mappings WHERE expires_at_ms < $1";
    on.into().write(sql, args![ended_before]).await
}
