//! What a national registry said of numbers, for as long as its answers are good. Numbers are known by their hash alone.

use std::collections::HashMap;

use domain::{do_not_call::RegistryAnswer, pii::Personal, time::UnixMillis};

use crate::{
    error::Result,
    leads::bulk::NumberHash,
    scope::TenantScope,
    seal::HashOf,
    sql::{On, Select, Unit, args, text_keys},
};

text_keys! {
    /// By what an organisation asks.
    RegistryKind {
        Http = "http",
        List = "list",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registry {
    pub kind: RegistryKind,
    /// Of a list: how long it is good.
    pub list_until: Option<UnixMillis>,
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Option<Registry>> {
    let row = on.into().read("SELECT kind, list_until_ms FROM registries WHERE tenant_id = $1", args![scope]).await?;
    row.map(|row| Ok(Registry { kind: row.key("kind")?, list_until: row.opt_at("list_until_ms")? })).transpose()
}

/// Which registry is asked from now on; `None`: none. What another one has said is forgotten.
pub async fn set(on: impl Into<On<'_>>, scope: TenantScope, registry: Option<Registry>) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    on.write("DELETE FROM registries WHERE tenant_id = $1", args![scope]).await?;
    on.write("DELETE FROM registry_answers WHERE tenant_id = $1", args![scope]).await?;
    if let Some(Registry { kind, list_until }) = registry {
        let sql = "INSERT INTO registries (tenant_id, kind, list_until_ms) VALUES ($1, $2, $3)";
        on.write(sql, args![scope, kind, list_until]).await?;
    }
    unit.finish().await
}

/// Puts numbers (E.164) on the list that was taken in; how many are new. `replace`: those of before are taken off.
pub async fn add_numbers(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    numbers: &[Personal<String>],
    replace: bool,
) -> Result<u64> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    if replace {
        on.write("DELETE FROM registry_numbers WHERE tenant_id = $1", args![scope]).await?;
    }
    on.write("DELETE FROM registry_answers WHERE tenant_id = $1", args![scope]).await?;
    let keys = on.keys();
    let mut added = 0;
    for number in numbers {
        let hash = keys.look_up(HashOf::Phone, Some(scope), number.reveal());
        let sql = "INSERT INTO registry_numbers (tenant_id, number_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        added += on.write(sql, args![scope, hash]).await?;
    }
    unit.finish().await?;
    Ok(added)
}

/// Numbers of the list that was taken in.
pub async fn count_numbers(on: impl Into<On<'_>>, scope: TenantScope) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS n FROM registry_numbers WHERE tenant_id = $1";
    on.into().read(sql, args![scope]).await?.map_or(Ok(0), |row| row.number("n"))
}

/// Which of the numbers (E.164) are on the list that was taken in, in their order.
pub async fn on_list(on: impl Into<On<'_>>, scope: TenantScope, numbers: &[Personal<String>]) -> Result<Vec<bool>> {
    let mut on = on.into();
    let hashes = hashes(&on, scope, numbers);
    let mut listed = std::collections::HashSet::new();
    for part in hashes.chunks(AT_ONCE) {
        let head = "SELECT number_hash FROM registry_numbers WHERE tenant_id = $1";
        let select = Select::new(head, scope).and_any_of("number_hash", part, part.len().next_power_of_two());
        for row in select.all(&mut on, "number_hash").await? {
            listed.insert(row.text("number_hash")?);
        }
    }
    Ok(hashes.iter().map(|hash| listed.contains(hash)).collect())
}

/// Looked up in one statement.
const AT_ONCE: usize = 512;

fn hashes(on: &On<'_>, scope: TenantScope, numbers: &[Personal<String>]) -> Vec<String> {
    let keys = on.keys();
    numbers.iter().map(|number| keys.look_up(HashOf::Phone, Some(scope), number.reveal())).collect()
}

/// Keeps what the registry said of numbers (E.164).
pub async fn keep(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    said: &[(Personal<String>, bool)],
    now: UnixMillis,
    until: UnixMillis,
) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let keys = on.keys();
    for (number, listed) in said {
        let hash = keys.look_up(HashOf::Phone, Some(scope), number.reveal());
        let sql = "INSERT INTO registry_answers (tenant_id, number_hash, listed, asked_at_ms, until_ms) \
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, number_hash) DO UPDATE SET \
                   listed = excluded.listed, asked_at_ms = excluded.asked_at_ms, until_ms = excluded.until_ms";
        on.write(sql, args![scope, hash, *listed, now, until]).await?;
    }
    unit.finish().await
}

/// What is known of these hashes; `None` when the organisation asks no registry.
pub(crate) async fn answers(
    on: &mut On<'_>,
    scope: TenantScope,
    hashes: &[&str],
) -> Result<Option<HashMap<String, RegistryAnswer>>> {
    if get(On::from_ref(on), scope).await?.is_none() {
        return Ok(None);
    }
    let mut found = HashMap::new();
    for part in hashes.chunks(AT_ONCE) {
        let head = "SELECT number_hash, listed, until_ms FROM registry_answers WHERE tenant_id = $1";
        let select = Select::new(head, scope).and_any_of("number_hash", part, part.len().next_power_of_two());
        for row in select.all(on, "number_hash").await? {
            let answer = RegistryAnswer::Known { listed: row.bool("listed")?, until: row.at("until_ms")? };
            found.insert(row.text("number_hash")?, answer);
        }
    }
    Ok(Some(found))
}

/// What is known of these numbers; those of whom nothing is known are left out. `None` when no registry is asked.
pub async fn of_numbers(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    numbers: &[NumberHash],
) -> Result<Option<HashMap<NumberHash, RegistryAnswer>>> {
    let mut on = on.into();
    let hashes: Vec<&str> = numbers.iter().map(|number| number.0.as_str()).collect();
    let found = answers(&mut on, scope, &hashes).await?;
    Ok(found.map(|found| found.into_iter().map(|(hash, answer)| (NumberHash(hash), answer)).collect()))
}

/// Answers that are good for nothing since `before`; how many are gone.
pub async fn purge(on: impl Into<On<'_>>, before: UnixMillis) -> Result<u64> {
    on.into().write("DELETE FROM registry_answers WHERE until_ms < $1", args![before]).await
}
