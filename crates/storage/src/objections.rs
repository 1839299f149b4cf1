//! What is known against calling people, for the one rule that decides it.

use std::collections::HashMap;

use domain::{
    do_not_call::{Listing, Objections, RegistryAnswer},
    ids::LeadId,
    pii::Personal,
};

use crate::{
    error::Result,
    leads::Lead,
    scope::TenantScope,
    seal::HashOf,
    sql::{On, Row, args},
};

/// Looked up in one statement.
const AT_ONCE: usize = 64;

/// Of whom something is asked.
pub(crate) struct Person<'a> {
    pub lead: LeadId,
    pub number_hash: &'a str,
    pub marked: bool,
}

/// In the order of the people.
pub(crate) async fn of(on: &mut On<'_>, scope: TenantScope, people: &[Person<'_>]) -> Result<Vec<Objections>> {
    let mut all = Vec::with_capacity(people.len());
    for part in people.chunks(AT_ONCE) {
        let hashes: Vec<&str> = part.iter().map(|person| person.number_hash).collect();
        let leads: Vec<LeadId> = part.iter().map(|person| person.lead).collect();
        let listings = listings(on, scope, &hashes).await?;
        let mut calls = crate::consents::about_calls(on, scope, &leads).await?;
        let said = crate::registry::answers(on, scope, &hashes).await?;
        all.extend(part.iter().map(|person| Objections {
            marked: person.marked,
            listings: listings.get(person.number_hash).cloned().unwrap_or_default(),
            calls: calls.remove(&person.lead).unwrap_or_default(),
            registry: answer(said.as_ref(), person.number_hash),
        }));
    }
    Ok(all)
}

fn answer(said: Option<&HashMap<String, RegistryAnswer>>, number_hash: &str) -> RegistryAnswer {
    said.map_or(RegistryAnswer::NotUsed, |said| said.get(number_hash).copied().unwrap_or(RegistryAnswer::NotAsked))
}

/// Entries of the do-not-call list by the hash of their number.
pub(crate) async fn listings(
    on: &mut On<'_>,
    scope: TenantScope,
    hashes: &[&str],
) -> Result<HashMap<String, Vec<Listing>>> {
    // One step in the index of numbers for each, and none for whoever lists nobody.
    let sql = on.pick(
        "SELECT d.number_hash, d.campaign_id, d.until_ms FROM json_each($2) n \
         CROSS JOIN dnc d ON d.tenant_id = $1 AND d.number_hash = n.value \
         WHERE EXISTS (SELECT 1 FROM dnc WHERE tenant_id = $1)",
        "SELECT d.number_hash, d.campaign_id, d.until_ms FROM json_array_elements_text($2::json) n \
         CROSS JOIN LATERAL (SELECT x.number_hash, x.campaign_id, x.until_ms FROM dnc x \
         WHERE x.tenant_id = $1 AND x.number_hash = n.value OFFSET 0) d \
         WHERE EXISTS (SELECT 1 FROM dnc WHERE tenant_id = $1)",
    );
    let asked: serde_json::Value = hashes.iter().copied().collect();
    let mut found: HashMap<String, Vec<Listing>> = HashMap::new();
    for row in on.read_all(sql, args![scope, &asked]).await? {
        found.entry(row.text("number_hash")?).or_default().push(listing(&row)?);
    }
    Ok(found)
}

fn listing(row: &Row) -> Result<Listing> {
    Ok(Listing { campaign: row.opt_id("campaign_id")?, until: row.opt_at("until_ms")? })
}

/// Of a lead, by its first number.
pub async fn of_lead(on: impl Into<On<'_>>, scope: TenantScope, lead: &Lead) -> Result<Objections> {
    let mut on = on.into();
    let number_hash = &on.keys().look_up(HashOf::Phone, Some(scope), lead.phone.reveal());
    let person = Person { lead: lead.id, number_hash, marked: lead.do_not_call };
    Ok(of(&mut on, scope, &[person]).await?.pop().unwrap_or_default())
}

/// Of a number alone.
pub async fn of_number(on: impl Into<On<'_>>, scope: TenantScope, e164: &Personal<String>) -> Result<Objections> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), e164.reveal());
    let listings = listings(&mut on, scope, &[&hash]).await?.remove(&hash).unwrap_or_default();
    let said = crate::registry::answers(&mut on, scope, &[&hash]).await?;
    Ok(Objections { listings, registry: answer(said.as_ref(), &hash), ..Objections::default() })
}
