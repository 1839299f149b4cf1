//! The do-not-call list. Numbers are sealed and found by their hash, or by their last digits.

use domain::{
    do_not_call::Listing,
    ids::{CampaignId, DncId, UserId},
    pii::Personal,
    time::UnixMillis,
};

use crate::{
    error::{Result, StorageError},
    page::{Page, PageRequest},
    scope::TenantScope,
    seal::{Column, HashOf, Keyring, Subject, forget_terms, number_terms, query_terms, write_terms},
    sql::{On, Order, Row, Select, Unit, args},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DncEntry {
    pub id: DncId,
    /// E.164.
    pub number: Personal<String>,
    /// `None`: for all campaigns.
    pub campaign_id: Option<CampaignId>,
    /// `None`: for ever.
    pub until: Option<UnixMillis>,
    pub reason: String,
    /// As `domain::consent::Source` writes it.
    pub source: String,
    pub proof: Option<Personal<String>>,
    pub added_by: Option<UserId>,
    /// Filled in on reading.
    pub added_by_name: Option<String>,
    pub added_at: UnixMillis,
}

impl DncEntry {
    pub const fn listing(&self) -> Listing {
        Listing { campaign: self.campaign_id, until: self.until }
    }
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    New,
    /// The number was listed for less long: that entry says what this one says now.
    Longer(DncId),
    /// The number is listed for as long already: the older entry stays.
    Before(DncId),
}

/// What a list shows. All optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DncFilter {
    /// The last digits, at least four.
    pub search: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub source: Option<String>,
    /// Of an instant: whether it is in force then, or over.
    pub in_force: Option<(bool, UnixMillis)>,
}

/// A number stands once for all campaigns and once for each.
///
/// # Errors
/// `NoSuchReference` when campaign or user are not in this tenant.
pub async fn add(on: impl Into<On<'_>>, scope: TenantScope, entry: &DncEntry) -> Result<Added> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let keys = on.keys();
    let hash = keys.look_up(HashOf::Phone, Some(scope), entry.number.reveal());
    let seals = keys.of(scope, entry.id);
    let sql = "INSERT INTO dnc (tenant_id, id, number, number_hash, campaign_id, until_ms, reason, source, proof, added_by, \
               added_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
               ON CONFLICT (tenant_id, number_hash, COALESCE(campaign_id, '')) DO NOTHING";
    let args = args![
        scope,
        entry.id,
        seals.seal(Column::DNC_NUMBER, entry.number.reveal())?,
        &hash,
        entry.campaign_id,
        entry.until,
        &entry.reason,
        &entry.source,
        seals.seal_personal(Column::DNC_PROOF, entry.proof.as_ref())?,
        entry.added_by,
        entry.added_at,
    ];
    let added = if on.write(sql, args).await? == 1 {
        let terms = number_terms(entry.number.reveal());
        write_terms(&mut on, scope, Subject::DoNotCall, &entry.id.to_string(), terms).await?;
        Added::New
    } else {
        lengthen(&mut on, scope, entry, &hash).await?
    };
    unit.finish().await?;
    Ok(added)
}

async fn lengthen(on: &mut On<'_>, scope: TenantScope, entry: &DncEntry, hash: &str) -> Result<Added> {
    let keys = on.keys();
    let sql = "SELECT id, until_ms FROM dnc WHERE tenant_id = $1 AND number_hash = $2 \
               AND COALESCE(campaign_id, '') = COALESCE($3, '')";
    let row = on.read(sql, args![scope, hash, entry.campaign_id]).await?;
    let row = row.ok_or(StorageError::Conflict { what: "entry" })?;
    let (id, until): (DncId, _) = (row.id("id")?, row.opt_at("until_ms")?);
    let longer = until.is_some_and(|until| entry.until.is_none_or(|new| new > until));
    if !longer {
        return Ok(Added::Before(id));
    }
    let sql = "UPDATE dnc SET until_ms = $3, reason = $4, source = $5, proof = $6, added_by = $7, added_at_ms = $8 \
               WHERE tenant_id = $1 AND id = $2";
    let proof = keys.of(scope, id).seal_personal(Column::DNC_PROOF, entry.proof.as_ref())?;
    let args = args![scope, id, entry.until, &entry.reason, &entry.source, proof, entry.added_by, entry.added_at,];
    on.write(sql, args).await?;
    Ok(Added::Longer(id))
}

/// An entry that was taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    pub number: Personal<String>,
    pub campaign_id: Option<CampaignId>,
}

/// Takes an entry off; `None` when there is no such entry.
pub async fn remove(on: impl Into<On<'_>>, scope: TenantScope, id: DncId) -> Result<Option<Removed>> {
    let mut unit = Unit::of(on.into()).await?;
    let mut on = unit.on();
    let sql = "DELETE FROM dnc WHERE tenant_id = $1 AND id = $2 RETURNING number, campaign_id";
    let row = on.write_returning(sql, args![scope, id]).await?;
    forget_terms(&mut on, scope, Subject::DoNotCall, &id.to_string()).await?;
    let keys = on.keys();
    let read = |row: Row| -> Result<Removed> {
        let number = keys.of(scope, id).read(Column::DNC_NUMBER, &row, "number")?;
        Ok(Removed { number, campaign_id: row.opt_id("campaign_id")? })
    };
    let removed = row.map(read).transpose()?;
    unit.finish().await?;
    Ok(removed)
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT d.id, d.number, d.campaign_id, d.until_ms, d.reason, d.source, d.proof, d.added_by, d.added_at_ms, ",
            "u.name AS added_by_name FROM dnc d LEFT JOIN users u ON u.tenant_id = d.tenant_id AND u.id = d.added_by ",
            "WHERE d.tenant_id = $1",
            $tail
        )
    };
}

pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, id: DncId) -> Result<Option<DncEntry>> {
    let mut on = on.into();
    let keys = on.keys();
    let row = on.read(select!(" AND d.id = $2"), args![scope, id]).await?;
    row.map(|row| read(&row, &keys, scope)).transpose()
}

/// Newest first.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    filter: &DncFilter,
    page: PageRequest,
) -> Result<Page<DncEntry>> {
    let mut on = on.into();
    let keys = on.keys();
    let mut select = Select::new(select!(""), scope)
        .and_some("d.campaign_id = ", filter.campaign_id)
        .and_some("d.source = ", filter.source.as_deref());
    select = match filter.in_force {
        Some((true, now)) => select.and("(d.until_ms IS NULL OR d.until_ms > ", now, ")"),
        Some((false, now)) => select.and("d.until_ms <= ", now, ""),
        None => select,
    };
    for term in keys.hashed_terms(scope, filter.search.as_deref().and_then(query_terms).into_iter().flatten()) {
        let before = "d.id IN (SELECT t.subject_id FROM search_terms t WHERE t.tenant_id = $1 \
                      AND t.subject = 'dnc' AND t.term = ";
        select = select.and(before, term, ")");
    }
    let order = Order { by: "d.added_at_ms", id: "d.id", newest_first: true };
    let read = |row: &Row| {
        let entry = read(row, &keys, scope)?;
        let place = (entry.added_at.0, entry.id.as_uuid());
        Ok((entry, place.0, place.1))
    };
    select.page(&mut on, order, page, read).await
}

fn read(row: &Row, keys: &Keyring, scope: TenantScope) -> Result<DncEntry> {
    let id: DncId = row.id("id")?;
    let seals = keys.of(scope, id);
    Ok(DncEntry {
        id,
        number: seals.read(Column::DNC_NUMBER, row, "number")?,
        campaign_id: row.opt_id("campaign_id")?,
        until: row.opt_at("until_ms")?,
        reason: row.text("reason")?,
        source: row.text("source")?,
        proof: seals.read_some(Column::DNC_PROOF, row, "proof")?,
        added_by: row.opt_id("added_by")?,
        added_by_name: row.opt_text("added_by_name")?,
        added_at: row.at("added_at_ms")?,
    })
}
