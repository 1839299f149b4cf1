//! What is done to many leads at once: found, moved, deleted and brought back, a batch at a time.

use domain::{
    ids::{CampaignId, LeadId, TenantId, UserId},
    time::UnixMillis,
};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::{LeadFilter, bulk::NumberHash, conditions, search, terms::Typed};
use crate::{
    crm::outbox,
    db::Store,
    error::Result,
    page::{Cursor, MAX_LIMIT, PageRequest},
    scope::TenantScope,
    seal::Column,
    sql::{Arg, On, Row, Select, Tx, args},
};

/// Ids of leads that fit, newest first, behind `after`: at most `most`, fewer where leads are searched for. The cursor is `None`
/// behind the last.
pub async fn find(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    filter: &LeadFilter,
    after: Option<Cursor>,
    most: usize,
) -> Result<(Vec<LeadId>, Option<Cursor>)> {
    let mut on = on.into();
    if let Some(typed) = filter.search.as_deref().and_then(Typed::read) {
        let page = search::page(&mut on, scope, filter, &typed, PageRequest::new(after, Some(MAX_LIMIT))).await?;
        return Ok((page.items.iter().map(|lead| lead.id).collect(), page.next));
    }
    let (select, place, order) = match filter.tag_id {
        None => (
            Select::new(
                "SELECT l.id, l.created_at_ms FROM leads l WHERE l.tenant_id = $1 AND l.deleted_at_ms IS NULL",
                scope,
            ),
            "(l.created_at_ms, l.id) < ",
            " ORDER BY l.created_at_ms DESC, l.id DESC",
        ),
        Some(tag) => (
            Select::new(
                "SELECT t.lead_id AS id, t.lead_created_at_ms AS created_at_ms FROM lead_tags t \
                 JOIN leads l ON l.tenant_id = t.tenant_id AND l.id = t.lead_id \
                 WHERE t.tenant_id = $1 AND l.deleted_at_ms IS NULL",
                scope,
            )
            .and("t.tag_id = ", tag, ""),
            "(t.lead_created_at_ms, t.lead_id) < ",
            " ORDER BY t.lead_created_at_ms DESC, t.lead_id DESC",
        ),
    };
    let mut select = conditions(select, filter);
    if let Some(after) = after {
        select = select.and_pair(place, after.order, after.id.to_string());
    }
    let rows = select.rows(&mut on, order, most).await?;
    let ids = rows.iter().map(|row| row.id("id")).collect::<Result<Vec<LeadId>>>()?;
    let last = rows.last().filter(|_| rows.len() == most);
    let next = last.map(|row| Ok::<_, crate::StorageError>((row.int("created_at_ms")?, row.id::<LeadId>("id")?)));
    Ok((ids, next.transpose()?.map(|(order, id)| Cursor { order, id: id.as_uuid() })))
}

/// A lead as an action on many looks at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub id: LeadId,
    pub owner_id: Option<UserId>,
    pub campaign_id: Option<CampaignId>,
    pub number: NumberHash,
    /// Where it stands in the line, for [`restore`].
    pub line: Value,
}

/// These leads, but for those that are deleted. Nobody else changes them until the transaction ends.
pub async fn members(tx: &mut Tx, scope: TenantScope, leads: &[LeadId]) -> Result<Vec<Member>> {
    let head = "SELECT l.id, l.owner_id, l.campaign_id, l.phone_hash, l.line_kind, l.line_class, l.line_key FROM leads l \
                WHERE l.tenant_id = $1 AND l.deleted_at_ms IS NULL";
    read_members(tx, Select::new(head, scope).and_in("l.id", leads.iter().copied())).await
}

/// Of these leads, the ones that are deleted and can be brought back.
pub async fn deleted(tx: &mut Tx, scope: TenantScope, leads: &[LeadId]) -> Result<Vec<Member>> {
    let head = "SELECT l.id, l.owner_id, l.campaign_id, l.phone_hash, l.line_kind, l.line_class, l.line_key FROM leads l \
                WHERE l.tenant_id = $1 AND l.deleted_at_ms IS NOT NULL AND l.phone_hash <> ''";
    read_members(tx, Select::new(head, scope).and_in("l.id", leads.iter().copied())).await
}

async fn read_members(tx: &mut Tx, select: Select) -> Result<Vec<Member>> {
    let mut on = On::from(tx);
    let order = on.pick("l.id", "l.id FOR UPDATE OF l");
    let read = |row: &Row| {
        Ok(Member {
            id: row.id("id")?,
            owner_id: row.opt_id("owner_id")?,
            campaign_id: row.opt_id("campaign_id")?,
            number: NumberHash(row.text("phone_hash")?),
            line: json!({
                "kind": row.opt_text("line_kind")?,
                "class": row.opt_int("line_class")?,
                "key": row.int("line_key")?,
            }),
        })
    };
    select.all(&mut on, order).await?.iter().map(read).collect()
}

/// `$n, …` for the leads, whose values are added.
fn listed(args: &mut Vec<Arg>, leads: &[LeadId]) -> String {
    let from = args.len() + 1;
    args.extend(leads.iter().copied().map(Arg::from));
    (from..=args.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// Moves leads to a campaign, or out of every one. The rules look again at those without an owner.
///
/// # Errors
/// `Unique` when a lead of the campaign has one of the numbers; then nothing is written.
pub async fn move_to(
    tx: &mut Tx,
    scope: TenantScope,
    leads: &[LeadId],
    campaign: Option<CampaignId>,
    now: UnixMillis,
) -> Result<()> {
    if leads.is_empty() {
        return Ok(());
    }
    let mut args = args![scope, campaign, now];
    let list = listed(&mut args, leads);
    let sql = format!(
        "UPDATE leads SET campaign_id = $2, updated_at_ms = $3, version = version + 1, \
         assign_at_ms = CASE WHEN owner_id IS NULL THEN 0 ELSE assign_at_ms END \
         WHERE tenant_id = $1 AND deleted_at_ms IS NULL AND id IN ({list})"
    );
    let mut on = On::from(tx);
    // Only parameter numbers were put into the text.
    on.write(AssertSqlSafe(sql), args).await?;
    for lead in leads {
        outbox::note(&mut on, scope, *lead).await?;
    }
    Ok(())
}

/// Hides leads from every list, from the line, and from whoever calls in.
pub async fn delete(tx: &mut Tx, scope: TenantScope, leads: &[LeadId], now: UnixMillis) -> Result<()> {
    if leads.is_empty() {
        return Ok(());
    }
    let mut args = args![scope, now];
    let list = listed(&mut args, leads);
    let sql = format!(
        "UPDATE leads SET deleted_at_ms = $2, line_kind = NULL, line_class = NULL, assign_at_ms = NULL, \
         version = version + 1 WHERE tenant_id = $1 AND deleted_at_ms IS NULL AND id IN ({list})"
    );
    // Only parameter numbers were put into the text.
    On::from(tx).write(AssertSqlSafe(sql), args).await?;
    Ok(())
}

/// Brings a deleted lead back to where it stood in the line. Whoever asked meanwhile not to be called is not put there.
///
/// # Errors
/// `Unique` when a lead of the campaign has the number meanwhile.
pub async fn restore(tx: &mut Tx, scope: TenantScope, lead: LeadId, line: &Value) -> Result<()> {
    macro_rules! refuses {
        () => {
            "(do_not_call OR EXISTS (SELECT 1 FROM dnc d WHERE d.tenant_id = leads.tenant_id AND d.number_hash = leads.phone_hash \
             AND d.until_ms IS NULL AND (d.campaign_id IS NULL OR d.campaign_id = leads.campaign_id)))"
        };
    }
    let sql = concat!(
        "UPDATE leads SET deleted_at_ms = NULL, version = version + 1, assign_at_ms = 0, do_not_call = ",
        refuses!(),
        ", line_kind = CASE WHEN ",
        refuses!(),
        " THEN NULL ELSE $3 END, line_class = CASE WHEN ",
        refuses!(),
        " THEN NULL ELSE $4 END, line_key = $5 ",
        "WHERE tenant_id = $1 AND id = $2 AND deleted_at_ms IS NOT NULL AND phone_hash <> ''"
    );
    let kind = line["kind"].as_str();
    let args = args![scope, lead, kind, line["class"].as_i64(), line["key"].as_i64().unwrap_or_default()];
    let mut on = On::from(tx);
    on.write(sql, args).await?;
    outbox::note(&mut on, scope, lead).await
}

/// Puts a lead to where [`Member::line`] says that it stood, unless nobody is to call it.
pub async fn set_line(tx: &mut Tx, scope: TenantScope, lead: LeadId, line: &Value) -> Result<()> {
    let sql = "UPDATE leads SET line_kind = $3, line_class = $4, line_key = $5 \
               WHERE tenant_id = $1 AND id = $2 AND deleted_at_ms IS NULL AND do_not_call = FALSE";
    let args =
        args![scope, lead, line["kind"].as_str(), line["class"].as_i64(), line["key"].as_i64().unwrap_or_default()];
    On::from(tx).write(sql, args).await?;
    Ok(())
}

/// What belongs to a lead and to nothing else. What is in its files goes with their rows.
const CHILDREN: [&str; 11] = [
    "UPDATE crm_links SET seen = NULL WHERE tenant_id = $1 AND lead_id = $2",
    "DELETE FROM crm_outbox WHERE tenant_id = $1 AND lead_id = $2",
    "DELETE FROM lead_tags WHERE tenant_id = $1 AND lead_id = $2",
    "DELETE FROM lead_numbers WHERE tenant_id = $1 AND lead_id = $2",
    "DELETE FROM lead_changes WHERE tenant_id = $1 AND lead_id = $2",
    "DELETE FROM assignments WHERE tenant_id = $1 AND lead_id = $2",
    "DELETE FROM callbacks WHERE tenant_id = $1 AND lead_id = $2",
    "DELETE FROM tasks WHERE tenant_id = $1 AND lead_id = $2",
    "DELETE FROM consents WHERE tenant_id = $1 AND lead_id = $2",
    "DELETE FROM lead_notes WHERE tenant_id = $1 AND lead_id = $2",
    "UPDATE lead_files SET removed_at_ms = 0 WHERE tenant_id = $1 AND lead_id = $2",
];

/// Takes away up to `most` leads of every tenant that were deleted before `before`. Of those with calls an empty row stays, to
/// which the calls belong. Returns how many; call until it is 0.
pub async fn erase_deleted(store: &Store, before: UnixMillis, most: u32) -> Result<u64> {
    let sql = "SELECT tenant_id, id FROM leads WHERE deleted_at_ms IS NOT NULL AND phone_hash <> '' AND deleted_at_ms < $1 \
               ORDER BY deleted_at_ms LIMIT $2";
    let rows = On::from(store).read_all(sql, args![before, most]).await?;
    for row in &rows {
        let (scope, lead) = (TenantScope::system(row.id::<TenantId>("tenant_id")?), row.id::<LeadId>("id")?);
        let mut tx = store.begin().await?;
        let mut on = On::from(&mut tx);
        for sql in CHILDREN {
            on.write(sql, args![scope, lead]).await?;
        }
        let sql = "DELETE FROM leads WHERE tenant_id = $1 AND id = $2 AND deleted_at_ms IS NOT NULL \
                   AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.tenant_id = leads.tenant_id AND c.lead_id = leads.id)";
        if on.write(sql, args![scope, lead]).await? == 0 {
            let keys = on.keys();
            let seals = keys.of(scope, lead);
            let sql = "UPDATE leads SET name = $3, phone = $4, phone_hash = '', email = NULL, email_hash = NULL, \
                       source_detail = NULL, fields = '', provenance = '', version = version + 1 \
                       WHERE tenant_id = $1 AND id = $2 AND deleted_at_ms IS NOT NULL";
            let (name, phone) = (seals.seal(Column::LEAD_NAME, "")?, seals.seal(Column::LEAD_PHONE, "")?);
            on.write(sql, args![scope, lead, name, phone]).await?;
        }
        tx.commit().await?;
    }
    Ok(rows.len() as u64)
}
