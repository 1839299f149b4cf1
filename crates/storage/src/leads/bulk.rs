//! Leads by the thousand: sealed and hashed by whoever has a thread to spare, and written together.

use std::collections::HashMap;

use domain::{
    do_not_call::Listing,
    ids::{CampaignId, ImportId, LeadId},
};
use sqlx::AssertSqlSafe;

use super::{COLUMNS, Lead, OtherNumber, inserted, numbers, terms};
use crate::{
    checkpoint::WRITER_LIMIT,
    crm::outbox,
    db::{Store, WRITER_CACHE},
    error::{Result, StorageError},
    objections,
    scope::TenantScope,
    sql::{Dialect, On, ReadyRows, Tx, args},
};

/// Leads that are ready to be written.
#[derive(Debug, Default)]
pub struct Sealed {
    leads: ReadyRows,
    others: ReadyRows,
    terms: Vec<Vec<i64>>,
    /// Whose they are and in which campaign; `None` when there are none.
    of: Option<(TenantScope, Option<CampaignId>)>,
}

impl Sealed {
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

/// Seals leads of one campaign. Costs processor time and nothing else, so it is done beside the writing.
///
/// # Errors
/// `Corrupt` when the key cannot be used.
pub fn seal<'a>(
    store: &Store,
    scope: TenantScope,
    leads: impl ExactSizeIterator<Item = &'a (Lead, Vec<OtherNumber>)>,
) -> Result<Sealed> {
    let keys = &store.keys;
    let (mut values, mut more) = (Vec::with_capacity(leads.len() * COLUMNS.len()), Vec::new());
    let mut sealed = Sealed { terms: Vec::with_capacity(leads.len()), ..Sealed::default() };
    let mut terms = terms::Terms::new(keys, scope);
    for (lead, others) in leads {
        sealed.of = Some((scope, lead.campaign_id));
        values.extend(inserted(keys, scope, lead)?);
        for (position, other) in others.iter().enumerate() {
            more.extend(numbers::written(keys, scope, lead.id, position + 1, other)?);
        }
        let all = std::iter::once(&lead.phone).chain(others.iter().map(|other| &other.number));
        sealed.terms.push(terms.of_lead(lead.name.reveal(), all.map(|number| number.reveal().as_str())));
    }
    sealed.leads = ReadyRows::of(store.dialect(), "leads", Some("place"), &COLUMNS, values)?;
    sealed.others = ReadyRows::of(store.dialect(), "lead_numbers", None, &numbers::COLUMNS, more)?;
    Ok(sealed)
}

/// What written leads are to be found by, until it is written too. Many leads share a term, so it is kept for a while.
#[derive(Debug, Default)]
pub struct Unsearchable {
    pairs: terms::Pairs,
    to: Option<i64>,
}

impl Unsearchable {
    /// Leads up to this place are made searchable by the next [`make_searchable`].
    pub const fn to(&self) -> Option<i64> {
        self.to
    }

    /// Terms that wait; each takes 16 bytes.
    pub const fn len(&self) -> usize {
        self.pairs.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes over what came after.
    pub fn append(&mut self, other: Self) {
        self.pairs.append(other.pairs);
        self.to = other.to.or(self.to);
    }

    /// Rows to write, in their order.
    pub fn take(&mut self) -> SearchRows {
        SearchRows(self.pairs.take().into())
    }
}

/// What is left to be written.
#[derive(Debug)]
pub struct SearchRows(std::collections::VecDeque<(i64, i64, String)>);

impl SearchRows {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes up to `most` rows of the search index.
pub async fn make_searchable(tx: &mut Tx, scope: TenantScope, rows: &mut SearchRows, most: usize) -> Result<()> {
    let now = rows.0.drain(..most.min(rows.0.len())).collect();
    terms::add(&mut On::from(tx), scope, now).await
}

/// Makes the leads at these places searchable that were written before a crash: at most 2,000 places at once.
pub async fn make_searchable_again(tx: &mut Tx, scope: TenantScope, from: i64, to: i64) -> Result<()> {
    terms::index(&mut On::from(tx), scope, from, to).await
}

/// Pages of SQLite's log meanwhile: 256 MB.
const LOG_OF_MANY: &str = "64000";

/// Takes the places of leads that are to be written in this transaction: rising, and higher than all that were taken before.
///
/// # Errors
/// `NoSuchReference` when tenant or campaign are not there.
pub async fn take_places(tx: &mut Tx, sealed: &Sealed) -> Result<Vec<i64>> {
    let Some((scope, campaign)) = sealed.of else { return Ok(Vec::new()) };
    places(&mut On::from(tx), scope, campaign, sealed.len()).await
}

/// Takes places and writes leads; returns their first and last place.
///
/// # Errors
/// See [`take_places`] and [`insert_at`].
pub async fn insert(tx: &mut Tx, sealed: Sealed, later: &mut Unsearchable) -> Result<Option<(i64, i64)>> {
    let places = take_places(tx, &sealed).await?;
    insert_at(tx, sealed, &places, later).await
}

/// Writes leads at the places that were taken for them; returns the first and the last.
///
/// # Errors
/// `Unique` when a lead of the campaign has one of the numbers meanwhile: nothing is written, decide again.
pub async fn insert_at(
    tx: &mut Tx,
    sealed: Sealed,
    places: &[i64],
    later: &mut Unsearchable,
) -> Result<Option<(i64, i64)>> {
    let (Some((scope, _)), Some(first), Some(last)) = (sealed.of, places.first().copied(), places.last().copied())
    else {
        return Ok(None);
    };
    let mut on = On::from(tx);
    on.insert_ready(sealed.leads, places).await?;
    on.insert_ready(sealed.others, &[]).await?;
    for (place, terms) in places.iter().zip(&sealed.terms) {
        later.pairs.add(*place, terms);
    }
    later.to = Some(last);
    outbox::note_places(&mut on, scope, first, last).await?;
    Ok(Some((first, last)))
}

/// Has the database look anew at how many leads there are and how they lie. PostgreSQL does it by itself once a minute; until then
/// a planner that knows an empty table reads all of it for each look-up, and an import comes to a crawl. SQLite goes by the sizes
/// that its migrations name.
pub async fn refresh_statistics(store: &Store) -> Result<()> {
    let mut on = On::from(store);
    match on.pick("", "ANALYZE leads, lead_numbers") {
        "" => Ok(()),
        sql => on.write(sql, args![]).await.map(drop),
    }
}

/// Lets SQLite's writing connection hold what a piece of an import changes, while `many` are written: with what it has otherwise
/// that is written out and read again within a transaction, what a statement may have to undo goes to a file of its own, and the
/// writer carries the log over four times a second and waits for the disk. PostgreSQL has its memory set by its server.
pub async fn hold_changes(store: &Store, many: bool) -> Result<()> {
    let mut on = On::from(store);
    if on.dialect() == Dialect::Postgres {
        return Ok(());
    }
    let (temporary, cache, log) =
        if many { ("MEMORY", "-24576", LOG_OF_MANY) } else { ("DEFAULT", WRITER_CACHE, WRITER_LIMIT) };
    let settings = [("temp_store", temporary), ("cache_size", cache), ("wal_autocheckpoint", log)];
    for (name, value) in settings {
        on.write(AssertSqlSafe(format!("PRAGMA {name} = {value}")), args![]).await?;
    }
    if !many {
        on.write("PRAGMA shrink_memory", args![]).await?;
        store.forget_statements().await?;
    }
    Ok(())
}

/// Rising; SQLite has one writer and gives the place after the last by itself, PostgreSQL has a sequence. None when tenant or
/// campaign are not there; PostgreSQL does not look for the tenant with each row (migration 26).
async fn places(on: &mut On<'_>, scope: TenantScope, campaign: Option<CampaignId>, count: usize) -> Result<Vec<i64>> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    macro_rules! there {
        ($head:literal) => {
            concat!(
                $head,
                " WHERE EXISTS (SELECT 1 FROM tenants t WHERE t.id = $2) AND (CAST($3 AS TEXT) IS NULL ",
                "OR EXISTS (SELECT 1 FROM campaigns c WHERE c.tenant_id = $2 AND c.id = $3))"
            )
        };
    }
    let sql = on.pick(
        there!("SELECT COALESCE((SELECT MAX(place) FROM leads), 0) AS place"),
        there!("SELECT nextval('leads_place_seq') AS place FROM generate_series(1, $1)"),
    );
    let rows = on.read_all(sql, args![count, scope, campaign]).await?;
    let first = rows.first().ok_or(StorageError::NoSuchReference)?.int("place")?;
    match on.dialect() {
        Dialect::Sqlite => Ok((first + 1..=first + count).collect()),
        Dialect::Postgres => rows.iter().map(|row| row.int("place")).collect(),
    }
}

/// The keyed hash of a number, by which it is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NumberHash(pub(crate) String);

impl NumberHash {
    pub fn of(store: &Store, scope: TenantScope, e164: &str) -> Self {
        Self(terms::hash(&store.keys, scope, e164))
    }

    /// As the indexes have it.
    fn short(&self) -> &str {
        self.0.get(..11).unwrap_or(&self.0)
    }

    /// 64 bits of it, to remember many in little space.
    pub fn mark(&self) -> u64 {
        self.0
            .bytes()
            .take(11)
            .fold(0, |sum, byte| sum.rotate_left(6) ^ u64::from(byte).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

/// A lead that has a number already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub id: LeadId,
    pub import_id: Option<ImportId>,
}

/// Which campaigns count when a number is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// This one, or no campaign.
    Campaign(Option<CampaignId>),
    Tenant,
}

/// Numbers that are looked up in one statement.
const AT_ONCE: usize = 4_096;

/// The leads that have these numbers as their first. When several have one, the oldest.
pub async fn known(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    numbers: &[NumberHash],
    within: Within,
) -> Result<HashMap<NumberHash, Known>> {
    let mut on = on.into();
    let mut found = HashMap::new();
    // One step in the index of numbers for each, whatever the database takes the table for: not by an index of the tenant's leads
    // (hence the `|| ''`), and on PostgreSQL not by a join that reads all of a table which grew since it was last counted.
    let sql = on.pick(
        "SELECT l.phone_hash, l.id, l.campaign_id, l.import_id FROM json_each($2) n \
         CROSS JOIN leads l ON substr(l.phone_hash, 1, 11) = n.value \
         WHERE l.tenant_id || '' = $1 AND l.deleted_at_ms IS NULL ORDER BY l.place",
        "SELECT l.phone_hash, l.id, l.campaign_id, l.import_id FROM json_array_elements_text($2::json) n \
         CROSS JOIN LATERAL (SELECT x.phone_hash, x.id, x.campaign_id, x.import_id, x.place FROM leads x \
         WHERE substr(x.phone_hash, 1, 11) = n.value AND x.tenant_id || '' = $1 AND x.deleted_at_ms IS NULL OFFSET 0) l \
         ORDER BY l.place",
    );
    for part in numbers.chunks(AT_ONCE) {
        let short: serde_json::Value = part.iter().map(NumberHash::short).collect();
        for row in on.read_all(sql, args![scope, &short]).await? {
            let campaign: Option<CampaignId> = row.opt_id("campaign_id")?;
            if within == Within::Tenant || within == Within::Campaign(campaign) {
                let known = Known { id: row.id("id")?, import_id: row.opt_id("import_id")? };
                found.entry(NumberHash(row.text("phone_hash")?)).or_insert(known);
            }
        }
    }
    Ok(found)
}

/// The highest place of a lead, of any tenant: how many there are at most.
pub async fn last_place(store: &Store) -> Result<u64> {
    let row = On::from(store).read("SELECT COALESCE(MAX(place), 0) AS place FROM leads", args![]).await?;
    row.map_or(Ok(0), |row| row.number("place"))
}

/// [`NumberHash::mark`] of the first numbers of the leads of a campaign, or of no campaign, at the places `after < place <= to`.
pub async fn marks(
    store: &Store,
    scope: TenantScope,
    campaign: Option<CampaignId>,
    after: u64,
    to: u64,
) -> Result<Vec<u64>> {
    // By the place, which is where the rows lie, and not by an index of the tenant's leads (hence the `|| ''`).
    let sql = "SELECT phone_hash FROM leads WHERE place > $1 AND place <= $2 AND tenant_id || '' = $3 \
               AND COALESCE(campaign_id, '') = $4 AND deleted_at_ms IS NULL";
    let campaign = campaign.map(|id| id.to_string()).unwrap_or_default();
    let rows = On::from(store).read_all(sql, args![after, to, scope, campaign]).await?;
    rows.iter().map(|row| Ok(NumberHash(row.text("phone_hash")?).mark())).collect()
}

/// Deletes leads of an import at the places `from..=to` that nobody has touched since: no call, task, callback, or change by a
/// person. Returns how many are gone.
pub async fn delete_untouched(tx: &mut Tx, scope: TenantScope, import: ImportId, from: i64, to: i64) -> Result<u64> {
    macro_rules! untouched {
        ($head:literal, $id:literal) => {
            concat!(
                $head,
                " WHERE tenant_id = $1 AND ",
                $id,
                " IN (SELECT l.id FROM leads l WHERE l.tenant_id = $1 AND l.import_id = $2 AND l.place BETWEEN $3 AND $4 ",
                "AND l.attempts = 0 AND l.version = 1 ",
                "AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.tenant_id = l.tenant_id AND c.lead_id = l.id) ",
                "AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.tenant_id = l.tenant_id AND t.lead_id = l.id) ",
                "AND NOT EXISTS (SELECT 1 FROM callbacks b WHERE b.tenant_id = l.tenant_id AND b.lead_id = l.id) ",
                "AND NOT EXISTS (SELECT 1 FROM consents s WHERE s.tenant_id = l.tenant_id AND s.lead_id = l.id) ",
                "AND NOT EXISTS (SELECT 1 FROM lead_changes x WHERE x.tenant_id = l.tenant_id AND x.lead_id = l.id))"
            )
        };
    }
    let args = || args![scope, import, from, to];
    let mut on = On::from(tx);
    on.write(untouched!("DELETE FROM lead_numbers", "lead_id"), args()).await?;
    on.write(untouched!("DELETE FROM lead_tags", "lead_id"), args()).await?;
    on.write(untouched!("UPDATE crm_links SET seen = NULL", "lead_id"), args()).await?;
    on.write(untouched!("DELETE FROM leads", "id"), args()).await
}

/// How many leads of an import are there at the places `from..=to`.
pub async fn count(on: impl Into<On<'_>>, scope: TenantScope, import: ImportId, from: i64, to: i64) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS leads FROM leads WHERE tenant_id = $1 AND import_id = $2 AND place BETWEEN $3 AND $4 \
               AND deleted_at_ms IS NULL";
    on.into().read(sql, args![scope, import, from, to]).await?.map_or(Ok(0), |row| row.number("leads"))
}

/// Entries of the do-not-call list about these numbers.
pub async fn listings(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    numbers: &[NumberHash],
) -> Result<HashMap<NumberHash, Vec<Listing>>> {
    let mut on = on.into();
    let mut found = HashMap::new();
    for part in numbers.chunks(AT_ONCE) {
        let whole: Vec<&str> = part.iter().map(|number| number.0.as_str()).collect();
        let listings = objections::listings(&mut on, scope, &whole).await?;
        found.extend(listings.into_iter().map(|(hash, listings)| (NumberHash(hash), listings)));
    }
    Ok(found)
}
