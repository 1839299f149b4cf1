//! The line of leads that are to be called, one for each owner, and one for each campaign's leads without an owner.
//!
//! Every question is a range of one index, so that none of them costs more with a million leads than with a thousand.

mod hand_out;

pub use hand_out::{Ask, Candidate, Given, hand_out};

use crate::{
    error::{Result, StorageError},
    leads::{self, Heat, Lead},
    objections::{self, Person},
    page::{Cursor, Page, PageRequest},
    scope::TenantScope,
    seal::{HashOf, Keyring, note_terms},
    sql::{On, Order, Row, Select, args},
};
use domain::{
    do_not_call::Objections,
    ids::{CampaignId, LeadId, UserId},
    pii::Personal,
    time::UnixMillis,
    worklist::{CLASSES, Kind, Place, Standing, kind_of, place},
};

/// Whose line: the leads of a person, or those of a campaign that belong to nobody yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    Owner(UserId),
    Campaign(CampaignId),
}

impl Line {
    fn id(self) -> String {
        match self {
            Self::Owner(id) => id.to_string(),
            Self::Campaign(id) => id.to_string(),
        }
    }
}

/// A lead in the line with the facts that its reason needs.
#[derive(Debug, Clone, PartialEq)]
pub struct InLine {
    pub lead: Lead,
    pub place: Place,
    pub objections: Objections,
    /// Who holds the lead, when, and until when.
    pub held: Option<(UserId, UnixMillis)>,
    pub dialed_at: Option<UnixMillis>,
}

/// What a list of the line shows. All optional, combined with and.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineFilter {
    pub kind: Option<Kind>,
    pub heat: Option<Heat>,
    pub source: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub created_from: Option<UnixMillis>,
    /// Words of the name or of notes, or the last digits.
    pub search: Option<String>,
}

/// Numbers of leads in the line of each kind, each counted up to `most`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub fresh: u32,
    pub callback: u32,
    pub retry: u32,
    /// Of all these, whose time has come.
    pub due: u32,
}

/// Other orders of a list than that of the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Newest,
    Oldest,
    /// With whom nobody has talked for longest.
    LongestSilent,
    FewestAttempts,
}

/// Puts a lead into the line, or takes it out of it.
pub async fn put(on: impl Into<On<'_>>, scope: TenantScope, lead: LeadId, standing: Option<Standing>) -> Result<()> {
    let placed = standing.as_ref().map(place);
    let sql = "UPDATE leads SET line_kind = $3, line_class = $4, line_key = COALESCE($5, line_key) \
               WHERE tenant_id = $1 AND id = $2 AND deleted_at_ms IS NULL";
    let args = args![
        scope,
        lead,
        standing.map(|standing| standing.kind.as_str()),
        placed.map(|place| u32::from(place.class)),
        placed.map(|place| place.key),
    ];
    on.into().write(sql, args).await?;
    Ok(())
}

/// Where the lead stands; `None` when it is not there or nobody is to call it.
pub async fn place_of(on: impl Into<On<'_>>, scope: TenantScope, lead: LeadId) -> Result<Option<Place>> {
    let sql = "SELECT line_class, line_key FROM leads WHERE tenant_id = $1 AND id = $2 AND line_class IS NOT NULL";
    on.into().read(sql, args![scope, lead]).await?.as_ref().map(read_place).transpose()
}

fn read_place(row: &Row) -> Result<Place> {
    Ok(Place { class: row.number("line_class")?, key: row.int("line_key")? })
}

macro_rules! shown {
    () => {
        concat!(
            "SELECT l.place, l.id, l.name, l.phone, l.phone_kind, l.phone_extension, l.priority, l.import_id, l.email, l.stage, l.heat, l.source, l.source_detail, l.owner_id, ",
            "u.name AS owner_name, l.campaign_id, l.language, l.zone, l.zone_source, l.do_not_call, l.fields, ",
            "l.provenance, l.attempts, l.last_contact_at_ms, l.created_at_ms, l.updated_at_ms, l.version, l.line_class, l.line_key, ",
            "x.holder, x.until_ms, n.holder AS number_holder, n.until_ms AS number_until_ms, n.dialed_at_ms FROM leads l ",
            "LEFT JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.owner_id ",
            "LEFT JOIN leases x ON x.tenant_id = l.tenant_id AND x.kind = 'lead' AND x.subject = l.id ",
            "LEFT JOIN leases n ON n.tenant_id = l.tenant_id AND n.kind = 'number' AND n.subject = l.phone_hash ",
            "WHERE l.tenant_id = $1"
        )
    };
}

fn in_line(found: Option<&Found>, scope: TenantScope, line: Line, filter: &LineFilter) -> Select {
    narrowed(found, scope, filter).and("COALESCE(l.owner_id, l.campaign_id) = ", line.id(), "")
}

/// So many leads of a name are looked for in a line, the newest.
const MOST_FOUND: usize = 400;

/// What a search leads to: leads by name, number or e-mail, and leads whose notes hold all the words.
struct Found {
    leads: Vec<LeadId>,
    notes: Vec<String>,
}

async fn find(on: &mut On<'_>, scope: TenantScope, filter: &LineFilter) -> Result<Option<Found>> {
    let Some(text) = filter.search.as_deref() else { return Ok(None) };
    let Some(typed) = leads::Typed::read(text) else { return Ok(None) };
    let leads = leads::ids_of(on, scope, &typed, MOST_FOUND).await?;
    let notes = on.keys().hashed_terms(scope, note_terms(text));
    Ok(Some(Found { leads, notes }))
}

fn narrowed(found: Option<&Found>, scope: TenantScope, filter: &LineFilter) -> Select {
    let mut select = Select::new(shown!(), scope)
        .and_some("l.heat = ", filter.heat)
        .and_some("l.source = ", filter.source.as_deref())
        .and_some("l.campaign_id = ", filter.campaign_id)
        .and_some("l.created_at_ms >= ", filter.created_from);
    if let Some(found) = found {
        select = select.and_also("(FALSE").or_any_of("l.id", &found.leads);
        if !found.notes.is_empty() {
            select = select.or_also("(TRUE");
            for term in &found.notes {
                let before = "EXISTS (SELECT 1 FROM search_terms t WHERE t.tenant_id = l.tenant_id \
                              AND t.subject = 'lead_note' AND t.subject_id = l.id AND t.term = ";
                select = select.and(before, term.as_str(), ")");
            }
            select = select.then(")");
        }
        select = select.then(")");
    }
    select
}

/// The order of a list: the classes whose time has come, then the same classes of those who are to be called later.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Segment {
    class: u8,
    later: bool,
}

fn segments(kind: Option<Kind>, from: Option<Segment>) -> impl Iterator<Item = Segment> {
    let all = [false, true].into_iter().flat_map(|later| (0..CLASSES).map(move |class| Segment { class, later }));
    all.filter(move |segment| kind.is_none_or(|kind| kind_of(segment.class) == kind))
        .skip_while(move |segment| from.is_some_and(|from| *segment != from))
}

/// A cursor within a segment. The key of an instant needs 43 bits; the segment stands above it.
fn cursor(segment: Segment, key: i64, id: LeadId) -> Cursor {
    let number = i64::from(segment.class) + if segment.later { i64::from(CLASSES) } else { 0 };
    Cursor { order: (number << 48) + (key + (1 << 46)), id: id.as_uuid() }
}

fn from_cursor(cursor: Cursor) -> Result<(Segment, i64, LeadId)> {
    let number = u8::try_from(cursor.order >> 48).map_err(|_| StorageError::InvalidCursor)?;
    if number >= 2 * CLASSES {
        return Err(StorageError::InvalidCursor);
    }
    let key = (cursor.order & ((1 << 48) - 1)) - (1 << 46);
    Ok((Segment { class: number % CLASSES, later: number >= CLASSES }, key, LeadId::new(cursor.id)))
}

/// One page of the leads of all these lines together, in the order in which they are to be called at `now`.
pub async fn list(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    of: &[Line],
    filter: &LineFilter,
    page: PageRequest,
    now: UnixMillis,
) -> Result<Page<InLine>> {
    let mut on = on.into();
    let keys = on.keys();
    let most = page.limit() as usize;
    let begun = page.after.map(from_cursor).transpose()?;
    let searched = find(&mut on, scope, filter).await?;
    let mut items: Vec<(Segment, InLine)> = Vec::new();
    for segment in segments(filter.kind, begun.map(|(segment, ..)| segment)) {
        let mut found = Vec::new();
        for line in of {
            let mut select =
                in_line(searched.as_ref(), scope, *line, filter).and("l.line_class = ", u32::from(segment.class), "");
            select = select.and(if segment.later { "l.line_key > " } else { "l.line_key <= " }, now, "");
            if let Some((_, key, id)) = begun.filter(|(from, ..)| *from == segment) {
                select = select.and_pair("(l.line_key, l.id) > ", key, id);
            }
            for row in select.rows(&mut on, " ORDER BY l.line_key, l.id", most + 1 - items.len()).await? {
                found.push(read_in_line(&row, &keys, scope, now)?);
            }
        }
        found.sort_by_key(|one| (one.place.key, one.lead.id));
        items.extend(found.into_iter().map(|one| (segment, one)));
        if items.len() > most {
            break;
        }
    }
    let more = items.len() > most;
    items.truncate(most);
    let next = items.last().filter(|_| more).map(|(segment, last)| cursor(*segment, last.place.key, last.lead.id));
    let mut items: Vec<InLine> = items.into_iter().map(|(_, item)| item).collect();
    look_up_objections(&mut on, scope, &mut items).await?;
    Ok(Page { items, next })
}

async fn look_up_objections(on: &mut On<'_>, scope: TenantScope, items: &mut [InLine]) -> Result<()> {
    let keys = on.keys();
    let hash = |one: &InLine| keys.look_up(HashOf::Phone, Some(scope), one.lead.phone.reveal());
    let hashes: Vec<String> = items.iter().map(hash).collect();
    let people: Vec<Person<'_>> = items
        .iter()
        .zip(&hashes)
        .map(|(one, number_hash)| Person { lead: one.lead.id, number_hash, marked: one.lead.do_not_call })
        .collect();
    let objections = objections::of(on, scope, &people).await?;
    items.iter_mut().zip(objections).for_each(|(one, known)| one.objections = known);
    Ok(())
}

/// One page of the leads of all these lines together, in another order: for people who look something up. It costs as much as
/// the lines are long.
pub async fn sorted(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    of: &[Line],
    filter: &LineFilter,
    sort: Sort,
    page: PageRequest,
    now: UnixMillis,
) -> Result<Page<InLine>> {
    let mut on = on.into();
    let keys = on.keys();
    let searched = find(&mut on, scope, filter).await?;
    let select = narrowed(searched.as_ref(), scope, filter)
        .and_in("COALESCE(l.owner_id, l.campaign_id)", of.iter().map(|line| line.id()))
        .and_where("l.line_class IS NOT NULL")
        .and_some("l.line_kind = ", filter.kind.map(Kind::as_str));
    let by = match sort {
        Sort::Newest | Sort::Oldest => "l.created_at_ms",
        Sort::LongestSilent => "COALESCE(l.last_contact_at_ms, 0)",
        Sort::FewestAttempts => "l.attempts",
    };
    let order = Order { by, id: "l.id", newest_first: sort == Sort::Newest };
    let read = |row: &Row| {
        let one = read_in_line(row, &keys, scope, now)?;
        let (lead, id) = (&one.lead, one.lead.id.as_uuid());
        let value = match sort {
            Sort::Newest | Sort::Oldest => lead.created_at.0,
            Sort::LongestSilent => lead.last_contact_at.map_or(0, |at| at.0),
            Sort::FewestAttempts => i64::from(lead.attempts),
        };
        Ok((one, value, id))
    };
    let mut page = select.page(&mut on, order, page, read).await?;
    look_up_objections(&mut on, scope, &mut page.items).await?;
    Ok(page)
}

/// One lead with its place; `None` when it belongs to nobody and no campaign, or is not to be called.
pub async fn get(on: impl Into<On<'_>>, scope: TenantScope, lead: &Lead, now: UnixMillis) -> Result<Option<InLine>> {
    let mut on = on.into();
    let Some(line) = lead.owner_id.map(Line::Owner).or(lead.campaign_id.map(Line::Campaign)) else { return Ok(None) };
    let keys = on.keys();
    let select = in_line(None, scope, line, &LineFilter::default()).and("l.id = ", lead.id, "");
    let rows = select.and_where("l.line_class IS NOT NULL").rows(&mut on, "", 1).await?;
    let mut found: Vec<InLine> = rows.iter().map(|row| read_in_line(row, &keys, scope, now)).collect::<Result<_>>()?;
    look_up_objections(&mut on, scope, &mut found).await?;
    Ok(found.pop())
}

fn read_in_line(row: &Row, keys: &Keyring, scope: TenantScope, now: UnixMillis) -> Result<InLine> {
    let holder = |who: &str, until: &str| -> Result<Option<(UserId, UnixMillis)>> {
        Ok(row.opt_id(who)?.zip(row.opt_at(until)?).filter(|(_, until)| *until > now))
    };
    Ok(InLine {
        lead: leads::read(row, keys, scope)?,
        place: read_place(row)?,
        held: match holder("holder", "until_ms")? {
            Some(held) => Some(held),
            None => holder("number_holder", "number_until_ms")?,
        },
        objections: Objections::default(),
        dialed_at: row.opt_at("dialed_at_ms")?,
    })
}

/// How many leads stand in the lines, each kind counted up to `most`.
pub async fn count(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    lines: &[Line],
    most: u32,
    now: UnixMillis,
) -> Result<Counts> {
    let mut on = on.into();
    let sql = "SELECT SUM(CASE WHEN q.line_key <= $5 THEN 1 ELSE 0 END) AS due, COUNT(*) AS n FROM (SELECT l.line_key \
               FROM leads l WHERE l.tenant_id = $1 AND COALESCE(l.owner_id, l.campaign_id) = $2 AND l.line_class = $3 \
               ORDER BY l.line_key LIMIT $4) q";
    let mut counts = Counts::default();
    for line in lines {
        for class in 0..CLASSES {
            let Some(row) = on.read(sql, args![scope, line.id(), u32::from(class), most, now]).await? else { continue };
            let n: u32 = row.number("n")?;
            match kind_of(class) {
                Kind::Fresh => counts.fresh += n,
                Kind::Callback => counts.callback += n,
                Kind::Retry => counts.retry += n,
            }
            counts.due += row.opt_number::<u32>("due")?.unwrap_or(0);
        }
    }
    Ok(counts)
}

/// The words of a note, so that the lead is found by them.
pub async fn index_note(
    on: impl Into<On<'_>>,
    scope: TenantScope,
    lead: LeadId,
    note: &Personal<String>,
) -> Result<()> {
    crate::seal::add_note_terms(&mut on.into(), scope, &lead.to_string(), note.reveal()).await
}
