//! The tags of an organisation, and which leads have them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{LeadId, TagId},
    time::UnixMillis,
};
use sqlx::AssertSqlSafe;

use crate::{
    error::Result,
    scope::TenantScope,
    sql::{Arg, On, Row, Select, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub id: TagId,
    pub word: String,
    /// The word as it is compared.
    pub word_key: String,
    /// As `domain::lead_sets` names it.
    pub colour: String,
    pub created_at: UnixMillis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!("SELECT id, word, word_key, colour, created_at_ms FROM tags WHERE tenant_id = $1", $tail)
    };
}

/// # Errors
/// `Unique` when there is a tag with this word.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, tag: &Tag) -> Result<()> {
    let sql = "INSERT INTO tags (tenant_id, id, word, word_key, colour, created_at_ms) VALUES ($1, $2, $3, $4, $5, $6)";
    let args = args![scope, tag.id, &tag.word, &tag.word_key, &tag.colour, tag.created_at];
    on.into().write(sql, args).await?;
    Ok(())
}

/// Writes word and colour. False when the tag is not there.
///
/// # Errors
/// `Unique` when another tag has the word.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, tag: &Tag) -> Result<bool> {
    let sql = "UPDATE tags SET word = $3, word_key = $4, colour = $5 WHERE tenant_id = $1 AND id = $2";
    let args = args![scope, tag.id, &tag.word, &tag.word_key, &tag.colour];
    Ok(on.into().write(sql, args).await? == 1)
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: TagId) -> Result<Option<Tag>> {
    on.into().read(select!(" AND id = $2"), args![scope, id]).await?.as_ref().map(read).transpose()
}

/// All of them, by word.
pub async fn list(on: impl Into<On<'_>>, scope: TenantScope) -> Result<Vec<Tag>> {
    on.into().read_all(select!(" ORDER BY word_key"), args![scope]).await?.iter().map(read).collect()
}

/// Takes a tag from up to `most` leads. Returns from how many; call until it is 0, then [`remove`] the tag.
pub async fn take_from_some(on: impl Into<On<'_>>, scope: TenantScope, id: TagId, most: u32) -> Result<u64> {
    let sql = "DELETE FROM lead_tags WHERE tenant_id = $1 AND tag_id = $2 AND lead_id IN \
               (SELECT t.lead_id FROM lead_tags t WHERE t.tenant_id = $1 AND t.tag_id = $2 LIMIT $3)";
    on.into().write(sql, args![scope, id, most]).await
}

/// False when the tag is not there.
///
/// # Errors
/// `NoSuchReference` while a lead has it.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, id: TagId) -> Result<bool> {
    Ok(on.into().write("DELETE FROM tags WHERE tenant_id = $1 AND id = $2", args![scope, id]).await? == 1)
}

/// Gives a tag to leads; returns those that did not have it. Leads that are not there are left out.
///
/// # Errors
/// `NoSuchReference` when the tag is not in this tenant.
pub async fn give(on: impl Into<On<'_>>, scope: TenantScope, id: TagId, leads: &[LeadId]) -> Result<BTreeSet<LeadId>> {
    if leads.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut args = args![scope, id];
    let list = listed(&mut args, leads);
    let sql = format!(
        "INSERT INTO lead_tags (tenant_id, lead_id, tag_id, lead_created_at_ms) \
         SELECT l.tenant_id, l.id, $2, l.created_at_ms FROM leads l \
         WHERE l.tenant_id = $1 AND l.deleted_at_ms IS NULL AND l.id IN ({list}) \
         ON CONFLICT (tenant_id, lead_id, tag_id) DO NOTHING RETURNING lead_id"
    );
    changed(on.into(), sql, args).await
}

/// Takes a tag from leads; returns those that had it.
pub async fn take(on: impl Into<On<'_>>, scope: TenantScope, id: TagId, leads: &[LeadId]) -> Result<BTreeSet<LeadId>> {
    if leads.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut args = args![scope, id];
    let list = listed(&mut args, leads);
    let sql =
        format!("DELETE FROM lead_tags WHERE tenant_id = $1 AND tag_id = $2 AND lead_id IN ({list}) RETURNING lead_id");
    changed(on.into(), sql, args).await
}

/// `$n, …` for the leads, whose values are added.
fn listed(args: &mut Vec<Arg>, leads: &[LeadId]) -> String {
    let from = args.len() + 1;
    args.extend(leads.iter().copied().map(Arg::from));
    (from..=args.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// Only parameter numbers are in the text beside the program's own words.
async fn changed(mut on: On<'_>, sql: String, args: Vec<Arg>) -> Result<BTreeSet<LeadId>> {
    let rows = on.write_returning_all(AssertSqlSafe(sql), args).await?;
    rows.iter().map(|row| row.id("lead_id")).collect()
}

/// The tags of each of these leads, by word; leads without one are not in it.
pub async fn of_leads(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    leads: &[LeadId],
) -> Result<BTreeMap<LeadId, Vec<TagId>>> {
    let mut found: BTreeMap<LeadId, Vec<TagId>> = BTreeMap::new();
    if leads.is_empty() {
        return Ok(found);
    }
    let head = "SELECT t.lead_id, t.tag_id FROM lead_tags t JOIN tags g ON g.tenant_id = t.tenant_id AND g.id = t.tag_id \
                WHERE t.tenant_id = $1";
    let select = Select::new(head, scope).and_in("t.lead_id", leads.iter().copied());
    for row in select.all(&mut on.into(), "t.lead_id, g.word_key").await? {
        found.entry(row.id("lead_id")?).or_default().push(row.id("tag_id")?);
    }
    Ok(found)
}

fn read(row: &Row) -> Result<Tag> {
    Ok(Tag {
        id: row.id("id")?,
        word: row.text("word")?,
        word_key: row.text("word_key")?,
        colour: row.text("colour")?,
        created_at: row.at("created_at_ms")?,
    })
}
