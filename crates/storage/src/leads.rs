//! Leads. Name, number, e-mail and facts are sealed; look-up goes by keyed hashes.

pub mod board;
pub mod bulk;
pub mod numbers;
mod search;
pub mod sets;
mod terms;
pub mod twins;

pub use numbers::OtherNumber;
pub use terms::rebuild as rebuild_terms;
pub(crate) use {search::ids_of, terms::Typed};

use std::collections::BTreeMap;

use domain::{
    ids::{CampaignId, ImportId, LeadId, TagId, UserId},
    pii::Personal,
    time::UnixMillis,
    worklist,
};
use serde_json::Value;

use crate::{
    crm::outbox,
    error::{Result, StorageError},
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::{Column, HashOf, Keyring},
    sql::{Arg, On, Order, Row, Select, Unit, args, text_keys},
};

text_keys! {
    Heat {
        Cold = "cold",
        Warm = "warm",
        Hot = "hot",
    }
}

impl From<Heat> for domain::dispositions::Heat {
    fn from(heat: Heat) -> Self {
        match heat {
            Heat::Cold => Self::Cold,
            Heat::Warm => Self::Warm,
            Heat::Hot => Self::Hot,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    pub id: LeadId,
    pub name: Personal<String>,
    /// E.164; once in each campaign, and once without one.
    pub phone: Personal<String>,
    /// `mobile`, `fixed` and so on, as the numbering plan says.
    pub phone_kind: Option<String>,
    /// What is dialed behind the number.
    pub phone_extension: Option<String>,
    pub email: Option<Personal<String>>,
    pub stage: String,
    pub heat: Heat,
    pub source: Option<String>,
    pub source_detail: Option<Personal<String>>,
    pub owner_id: Option<UserId>,
    /// Filled in on reading.
    pub owner_name: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub language: Option<String>,
    pub zone: String,
    pub zone_source: String,
    pub do_not_call: bool,
    /// Facts by key, as people read them.
    pub fields: Personal<BTreeMap<String, String>>,
    /// Who set which field, as the rules of lead changes keep it.
    pub provenance: Personal<Value>,
    /// 0 to 100, the highest first.
    pub priority: u32,
    /// The import that made it.
    pub import_id: Option<ImportId>,
    pub attempts: u32,
    pub last_contact_at: Option<UnixMillis>,
    pub created_at: UnixMillis,
    pub updated_at: UnixMillis,
    /// 1 when new; [`update`] takes the one that was read.
    pub version: u32,
}

/// All optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadFilter {
    /// Words of the name or their beginnings (from 3 letters), the last digits (from 4), or a whole e-mail address. What is
    /// found comes newest first.
    pub search: Option<String>,
    pub stage: Option<String>,
    pub heat: Option<Heat>,
    pub owner_id: Option<UserId>,
    pub campaign_id: Option<CampaignId>,
    pub tag_id: Option<TagId>,
    /// What is searched for comes newest first nevertheless.
    pub oldest_first: bool,
}

macro_rules! select {
    ($tail:literal) => {
        $crate::leads::select!(from "leads l", "l.tenant_id = $1 AND l.deleted_at_ms IS NULL", $tail)
    };
    (from $from:literal, $where:literal, $tail:literal) => {
        concat!(
            "SELECT l.place, l.id, l.name, l.phone, l.phone_kind, l.phone_extension, l.priority, l.import_id, l.email, l.stage, l.heat, l.source, l.source_detail, l.owner_id, ",
            "u.name AS owner_name, l.campaign_id, l.language, l.zone, l.zone_source, l.do_not_call, l.fields, ",
            "l.provenance, l.attempts, l.last_contact_at_ms, l.created_at_ms, l.updated_at_ms, l.version FROM ",
            $from,
            " LEFT JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.owner_id WHERE ",
            $where,
            $tail
        )
    };
}

use select;

/// As they are written, in the order of [`written`].
pub(crate) const COLUMNS: [&str; 31] = [
    "tenant_id",
    "id",
    "name",
    "phone",
    "phone_hash",
    "email",
    "email_hash",
    "stage",
    "heat",
    "source",
    "source_detail",
    "owner_id",
    "campaign_id",
    "language",
    "zone",
    "zone_source",
    "do_not_call",
    "fields",
    "provenance",
    "attempts",
    "last_contact_at_ms",
    "updated_at_ms",
    "phone_kind",
    "phone_extension",
    "priority",
    "version",
    "created_at_ms",
    "import_id",
    "line_kind",
    "line_class",
    "line_key",
];

/// # Errors
/// `Unique` when a lead of the campaign has the number, `NoSuchReference` when owner or campaign are not in this tenant.
pub async fn insert(on: impl Into<On<'_>>, scope: TenantScope, lead: &Lead) -> Result<()> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "INSERT INTO leads (tenant_id, id, name, phone, phone_hash, email, email_hash, stage, heat, source, \
               source_detail, owner_id, campaign_id, language, zone, zone_source, do_not_call, fields, provenance, \
               attempts, last_contact_at_ms, updated_at_ms, phone_kind, phone_extension, priority, version, created_at_ms, \
               import_id, line_kind, line_class, line_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
               $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31) RETURNING place";
    let args = inserted(&on.keys(), scope, lead)?;
    let row = on.write_returning(sql, args).await?.ok_or(StorageError::Conflict { what: "lead" })?;
    terms::write(&mut on, scope, row.int("place")?, lead).await?;
    outbox::note(&mut on, scope, lead.id).await?;
    unit.finish().await
}

/// Writes all of it if `lead.version` is still the stored one; returns the new version. The import stays what it was.
///
/// # Errors
/// `Conflict` when it has changed since or is not there, `Unique` when another lead of the campaign has the number.
pub async fn update(on: impl Into<On<'_>>, scope: TenantScope, lead: &Lead) -> Result<u32> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "UPDATE leads SET name = $3, phone = $4, phone_hash = $5, email = $6, email_hash = $7, stage = $8, heat = $9, \
               source = $10, source_detail = $11, owner_id = $12, campaign_id = $13, language = $14, zone = $15, \
               zone_source = $16, do_not_call = $17, fields = $18, provenance = $19, attempts = $20, \
               last_contact_at_ms = $21, updated_at_ms = $22, phone_kind = $23, phone_extension = $24, priority = $25, \
               version = version + 1, \
               line_class = CASE WHEN $27 OR line_class IS NULL THEN NULL WHEN line_kind = 'callback' THEN line_class \
               WHEN line_kind = 'fresh' THEN $28 ELSE $29 END, line_kind = CASE WHEN $27 THEN NULL ELSE line_kind END \
               WHERE tenant_id = $1 AND id = $2 AND version = $26 RETURNING place";
    let mut args = written(&on.keys(), scope, lead)?;
    let over = worklist::is_over(&lead.stage, lead.do_not_call);
    let class = |kind| u32::from(worklist::class(kind, lead.heat.into()));
    args.extend(args![lead.version, over, class(worklist::Kind::Fresh), class(worklist::Kind::Retry)]);
    let row = on.write_returning(sql, args).await?.ok_or(StorageError::Conflict { what: "lead" })?;
    terms::write(&mut on, scope, row.int("place")?, lead).await?;
    outbox::note(&mut on, scope, lead.id).await?;
    unit.finish().await?;
    Ok(lead.version + 1)
}

/// `$1` to `$31`: [`COLUMNS`].
pub(crate) fn inserted(keys: &Keyring, scope: TenantScope, lead: &Lead) -> Result<Vec<Arg>> {
    let mut args = written(keys, scope, lead)?;
    let standing = worklist::first(&lead.stage, lead.heat.into(), lead.do_not_call, lead.created_at);
    let placed = standing.as_ref().map(worklist::place);
    args.extend(args![lead.version, lead.created_at, lead.import_id, standing.map(|one| one.kind.as_str())]);
    args.extend(args![placed.map(|place| u32::from(place.class)), placed.map_or(0, |place| place.key)]);
    Ok(args)
}

/// `$1` to `$25`.
fn written(keys: &Keyring, scope: TenantScope, lead: &Lead) -> Result<Vec<Arg>> {
    let seals = keys.of(scope, lead.id);
    let email_hash = lead.email.as_ref().map(|email| keys.look_up(HashOf::Email, Some(scope), email.reveal()));
    Ok(args![
        scope,
        lead.id,
        seals.seal(Column::LEAD_NAME, lead.name.reveal())?,
        seals.seal(Column::LEAD_PHONE, lead.phone.reveal())?,
        keys.look_up(HashOf::Phone, Some(scope), lead.phone.reveal()),
        seals.seal_personal(Column::LEAD_EMAIL, lead.email.as_ref())?,
        email_hash,
        &lead.stage,
        lead.heat,
        &lead.source,
        seals.seal_personal(Column::LEAD_SOURCE_DETAIL, lead.source_detail.as_ref())?,
        lead.owner_id,
        lead.campaign_id,
        &lead.language,
        &lead.zone,
        &lead.zone_source,
        lead.do_not_call,
        seals.seal_map(Column::LEAD_FIELDS, &lead.fields)?,
        seals.seal_map(Column::LEAD_PROVENANCE, &lead.provenance)?,
        lead.attempts,
        lead.last_contact_at,
        lead.updated_at,
        &lead.phone_kind,
        &lead.phone_extension,
        lead.priority,
    ])
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: LeadId) -> Result<Option<Lead>> {
    let mut on = on.into();
    let row = on.read(select!(" AND l.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// Those of these leads that are there, by id.
pub async fn of_ids(on: impl Into<On<'_>>, scope: TenantScope, ids: &[LeadId]) -> Result<Vec<Lead>> {
    let mut on = on.into();
    let keys = on.keys();
    let rows = Select::new(select!(""), scope).and_in("l.id", ids.iter().copied()).all(&mut on, "l.id").await?;
    rows.iter().map(|row| read(row, &keys, scope)).collect()
}

pub async fn by_phone(on: impl Into<On<'_>>, scope: TenantScope, e164: &Personal<String>) -> Result<Option<Lead>> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), e164.reveal());
    let sql = select!(
        " AND substr(l.phone_hash, 1, 11) = substr($2, 1, 11) AND l.phone_hash = $2 \
         ORDER BY COALESCE(l.last_contact_at_ms, l.created_at_ms) DESC, l.place DESC LIMIT 1"
    );
    let row = match on.read(sql, args![scope, &hash]).await? {
        Some(row) => Some(row),
        None => {
            let sql = select!(
                " AND l.id IN (SELECT n.lead_id FROM lead_numbers n WHERE n.tenant_id = $1 \
                 AND substr(n.number_hash, 1, 11) = substr($2, 1, 11) AND n.number_hash = $2) \
                 ORDER BY COALESCE(l.last_contact_at_ms, l.created_at_ms) DESC, l.place DESC LIMIT 1"
            );
            on.read(sql, args![scope, &hash]).await?
        }
    };
    row.map(|row| read(&row, &on.keys(), scope)).transpose()
}

/// All leads that have this number as their first, or among the others, whatever their campaign; at most 200.
pub async fn all_by_phone(on: impl Into<On<'_>>, scope: TenantScope, e164: &Personal<String>) -> Result<Vec<LeadId>> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), e164.reveal());
    // Not by an index of all that the tenant has, which SQLite likes for its order.
    let sql = "SELECT l.id FROM leads l WHERE l.tenant_id || '' = $1 AND l.deleted_at_ms IS NULL \
               AND substr(l.phone_hash, 1, 11) = substr($2, 1, 11) AND l.phone_hash = $2 \
               UNION SELECT n.lead_id AS id FROM lead_numbers n \
               JOIN leads m ON m.tenant_id = n.tenant_id AND m.id = n.lead_id AND m.deleted_at_ms IS NULL \
               WHERE n.tenant_id || '' = $1 AND substr(n.number_hash, 1, 11) = substr($2, 1, 11) \
               AND n.number_hash = $2 ORDER BY 1 LIMIT 200";
    on.read_all(sql, args![scope, hash]).await?.iter().map(|row| row.id("id")).collect()
}

/// The conditions of a filter but for its search and its tag.
fn conditions(select: Select, filter: &LeadFilter) -> Select {
    let mut select = select
        .and_some("l.stage = ", filter.stage.as_deref())
        .and_some("l.heat = ", filter.heat)
        .and_some("l.owner_id = ", filter.owner_id)
        .and_some("l.campaign_id = ", filter.campaign_id);
    // What most leads are stands in no index; saying that it is something else lets the index be used.
    if filter.stage.as_deref().is_some_and(|stage| stage != "new") {
        select = select.and_also("l.stage <> 'new'");
    }
    if filter.heat.is_some_and(|heat| heat != Heat::Cold) {
        select = select.and_also("l.heat <> 'cold'");
    }
    select
}

/// Leads that are found by other means, held against a filter.
fn filtered(scope: TenantScope, filter: &LeadFilter) -> Select {
    let select = conditions(Select::new(select!(""), scope), filter);
    match filter.tag_id {
        Some(tag) => select.and(
            "EXISTS (SELECT 1 FROM lead_tags t WHERE t.tenant_id = l.tenant_id AND t.lead_id = l.id AND t.tag_id = ",
            tag,
            ")",
        ),
        None => select,
    }
}

/// Leads of a filter without a search, in the order of an index.
fn listed(scope: TenantScope, filter: &LeadFilter) -> (Select, Order) {
    let newest_first = !filter.oldest_first;
    let Some(tag) = filter.tag_id else {
        let order = Order { by: "l.created_at_ms", id: "l.id", newest_first };
        return (conditions(Select::new(select!(""), scope), filter), order);
    };
    let head = select!(
        from "lead_tags t JOIN leads l ON l.tenant_id = t.tenant_id AND l.id = t.lead_id",
        "t.tenant_id = $1 AND l.deleted_at_ms IS NULL",
        ""
    );
    let order = Order { by: "t.lead_created_at_ms", id: "t.lead_id", newest_first };
    (conditions(Select::new(head, scope).and("t.tag_id = ", tag, ""), filter), order)
}

/// Newest first, unless the filter says otherwise.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    filter: &LeadFilter,
    page: PageRequest,
) -> Result<Page<Lead>> {
    let mut on = on.into();
    let keys = on.keys();
    if let Some(typed) = filter.search.as_deref().and_then(Typed::read) {
        return search::page(&mut on, scope, filter, &typed, page).await;
    }
    let (select, order) = listed(scope, filter);
    let read = |row: &Row| {
        let lead = read(row, &keys, scope)?;
        let place = (lead.created_at.0, lead.id.as_uuid());
        Ok((lead, place.0, place.1))
    };
    select.page(&mut on, order, page, read).await
}

/// Counts an attempt to reach the person, without touching the version: nobody edits this by hand. A lead whose turn it was
/// stands in the line again at `again_at`, unless its outcome, saved before or after, says something else.
pub async fn count_attempt(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    id: LeadId,
    contacted_at: Option<UnixMillis>,
    again_at: UnixMillis,
    now: UnixMillis,
) -> Result<()> {
    let sql = "UPDATE leads SET attempts = attempts + 1, last_contact_at_ms = COALESCE($3, last_contact_at_ms), \
               line_kind = CASE WHEN line_class IS NULL OR line_key > $5 THEN line_kind ELSE 'retry' END, \
               line_class = CASE WHEN line_class IS NULL OR line_key > $5 THEN line_class \
               WHEN heat = 'hot' THEN $6 WHEN heat = 'warm' THEN $7 ELSE $8 END, \
               line_key = CASE WHEN line_class IS NULL OR line_key > $5 THEN line_key ELSE $4 END \
               WHERE tenant_id = $1 AND id = $2";
    let class = |heat: Heat| u32::from(worklist::class(worklist::Kind::Retry, heat.into()));
    let args = args![scope, id, contacted_at, again_at, now, class(Heat::Hot), class(Heat::Warm), class(Heat::Cold)];
    on.into().write(sql, args).await?;
    Ok(())
}

/// Marks the leads with this number, of one campaign or of all, as not to be called. What the list says for a while leaves
/// the leads as they are.
pub async fn mark_do_not_call(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    e164: &Personal<String>,
    campaign: Option<CampaignId>,
) -> Result<()> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), e164.reveal());
    macro_rules! mark {
        ($which:literal) => {
            concat!(
                "UPDATE leads SET do_not_call = TRUE, version = version + 1, line_kind = NULL, line_class = NULL ",
                "WHERE tenant_id || '' = $1 AND do_not_call = FALSE AND phone_hash = $2 ",
                "AND COALESCE(campaign_id, '') = COALESCE($3, campaign_id, '') AND ",
                $which
            )
        };
    }
    // Each by its index. Who was deleted may come back.
    let deleted = mark!("deleted_at_ms > 0 AND deleted_at_ms IS NOT NULL AND phone_hash <> ''");
    on.write(deleted, args![scope, &hash, campaign]).await?;
    let there = mark!("deleted_at_ms IS NULL AND substr(phone_hash, 1, 11) = substr($2, 1, 11)");
    if on.write(there, args![scope, &hash, campaign]).await? > 0 {
        outbox::note_number(&mut on, scope, &hash).await?;
    }
    Ok(())
}

/// Takes the mark from the leads with this number, of one campaign or of all, unless an entry of the list that never ends
/// concerns them still.
pub async fn unmark_do_not_call(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    e164: &Personal<String>,
    campaign: Option<CampaignId>,
) -> Result<()> {
    let mut on = on.into();
    let hash = on.keys().look_up(HashOf::Phone, Some(scope), e164.reveal());
    // Who may be called again was perhaps never called: then it is their turn as if they had just come in.
    let sql = "UPDATE leads SET do_not_call = FALSE, version = version + 1, \
               line_kind = CASE WHEN attempts > 0 THEN NULL ELSE 'fresh' END, \
               line_class = CASE WHEN attempts > 0 THEN NULL WHEN heat = 'hot' THEN 1 WHEN heat = 'warm' THEN 3 ELSE 5 END \
               WHERE tenant_id = $1 AND substr(phone_hash, 1, 11) = substr($2, 1, 11) AND phone_hash = $2 \
               AND do_not_call = TRUE AND deleted_at_ms IS NULL AND COALESCE(campaign_id, '') = COALESCE($3, campaign_id, '') \
               AND NOT EXISTS (SELECT 1 FROM dnc d WHERE d.tenant_id = leads.tenant_id AND d.number_hash = leads.phone_hash \
               AND d.until_ms IS NULL AND (d.campaign_id IS NULL OR d.campaign_id = leads.campaign_id))";
    if on.write(sql, args![scope, &hash, campaign]).await? > 0 {
        outbox::note_number(&mut on, scope, &hash).await?;
    }
    Ok(())
}

pub(crate) fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<Lead> {
    let id: LeadId = row.id("id")?;
    let seals = keys.of(scope, id);
    Ok(Lead {
        id,
        name: seals.read(Column::LEAD_NAME, row, "name")?,
        phone: seals.read(Column::LEAD_PHONE, row, "phone")?,
        phone_kind: row.opt_text("phone_kind")?,
        phone_extension: row.opt_text("phone_extension")?,
        priority: row.number("priority")?,
        import_id: row.opt_id("import_id")?,
        email: seals.read_some(Column::LEAD_EMAIL, row, "email")?,
        stage: row.text("stage")?,
        heat: row.key("heat")?,
        source: row.opt_text("source")?,
        source_detail: seals.read_some(Column::LEAD_SOURCE_DETAIL, row, "source_detail")?,
        owner_id: row.opt_id("owner_id")?,
        owner_name: row.opt_text("owner_name")?,
        campaign_id: row.opt_id("campaign_id")?,
        language: row.opt_text("language")?,
        zone: row.text("zone")?,
        zone_source: row.text("zone_source")?,
        do_not_call: row.bool("do_not_call")?,
        fields: seals.read_map(Column::LEAD_FIELDS, row, "fields")?,
        provenance: seals.read_map(Column::LEAD_PROVENANCE, row, "provenance")?,
        attempts: row.number("attempts")?,
        last_contact_at: row.opt_at("last_contact_at_ms")?,
        created_at: row.at("created_at_ms")?,
        updated_at: row.at("updated_at_ms")?,
        version: row.number("version")?,
    })
}
