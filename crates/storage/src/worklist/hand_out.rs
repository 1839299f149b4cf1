//! Handing out: all who ask at the same time are served in one transaction, so that two hundred of them cost hardly more than a
//! few.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::{
    do_not_call::Objections,
    ids::{CampaignId, LeadId, UserId},
    time::UnixMillis,
    worklist::{CLASSES, Kind, Place, kind_of},
};
use serde_json::{Value, json};

use super::{Line, read_place};
use crate::{
    db::Store,
    error::Result,
    leads::Heat,
    leases::{Claim, Terms, before, claim_all},
    objections::{self, Person},
    scope::TenantScope,
    sql::{On, Row, Tx, args},
};

/// Looked at within one class of one line for one who asks, before the next class gets its turn.
const MOST_LOOKED_AT: usize = 400;
/// Read of one class of one line by one statement.
const MOST_AT_ONCE: usize = 128;

/// A lead as the one who hands out looks at it, and no more: one row of a million is opened for each call.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub id: LeadId,
    pub place: Place,
    pub zone: String,
    pub campaign_id: Option<CampaignId>,
    pub attempts: u32,
    pub heat: Heat,
    pub objections: Objections,
    number_hash: String,
}

/// Who asks for their next lead.
pub struct Ask<'a> {
    pub who: UserId,
    /// Of two leads of the same class, that of the first line comes first.
    pub lines: &'a [Line],
    /// Of any kind when `None`.
    pub kind: Option<Kind>,
    /// Whether this one may be handed out to them now. Asked once for each lead, in the order of the calls, until it says yes.
    pub may_have: &'a mut (dyn FnMut(&Candidate) -> bool + Send),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Held from now on, under this fence.
    Lead {
        id: LeadId,
        fence: i64,
    },
    /// The best was somebody else's before it could be taken: ask again.
    Lost,
    Nobody,
}

/// One class of one line.
type Spot = (Line, u8);

/// What was read of a spot so far, in the order of the calls.
#[derive(Default)]
struct Found {
    rows: Vec<Candidate>,
    to_the_end: bool,
}

/// How far one who asks has looked.
struct Look {
    spots: Vec<Spot>,
    at: usize,
    row: usize,
    chosen: Option<(Spot, usize)>,
}

impl Look {
    fn new(ask: &Ask<'_>, peopled: &BTreeSet<Spot>) -> Self {
        let classes = (0..CLASSES).filter(|class| ask.kind.is_none_or(|kind| kind_of(*class) == kind));
        let spots = classes.flat_map(|class| ask.lines.iter().map(move |line| (*line, class)));
        Self { spots: spots.filter(|spot| peopled.contains(spot)).collect(), at: 0, row: 0, chosen: None }
    }

    /// Looks on through what was read; the spot of which more has to be read, if any.
    fn go_on(&mut self, ask: &mut Ask<'_>, found: &BTreeMap<Spot, Found>, taken: &mut Taken) -> Option<Spot> {
        while let Some(spot) = self.spots.get(self.at).filter(|_| self.chosen.is_none()) {
            let read = found.get(spot);
            match read.and_then(|read| read.rows.get(self.row)).filter(|_| self.row < MOST_LOOKED_AT) {
                Some(row) => {
                    if taken.is_free(row) && (ask.may_have)(row) {
                        taken.take(row);
                        self.chosen = Some((*spot, self.row));
                    }
                    self.row += 1;
                }
                None if self.row < MOST_LOOKED_AT && !read.is_some_and(|read| read.to_the_end) => return Some(*spot),
                None => (self.at, self.row) = (self.at + 1, 0),
            }
        }
        None
    }
}

/// What is handed out in this transaction already. Two leads may have one number.
#[derive(Default)]
struct Taken {
    leads: HashSet<LeadId>,
    numbers: HashSet<String>,
}

impl Taken {
    fn is_free(&self, row: &Candidate) -> bool {
        !self.leads.contains(&row.id) && !self.numbers.contains(&row.number_hash)
    }

    fn take(&mut self, row: &Candidate) {
        self.leads.insert(row.id);
        self.numbers.insert(row.number_hash.clone());
    }
}

/// Gives each who asks the best lead of their lines that they may have, which nobody holds and whose number was not dialed
/// within the gap; who comes first in `asks` chooses first. The answers are in the order of `asks`.
///
/// # Errors
/// `Conflict` when another server got half of a lease: nothing is given, ask again. `NoSuchReference` when somebody of `asks` is
/// not in this tenant.
pub async fn hand_out(
    store: &Store,
    scope: TenantScope,
    asks: &mut [Ask<'_>],
    terms: Terms,
    now: UnixMillis,
) -> Result<Vec<Given>> {
    let lines: BTreeSet<Line> = asks.iter().flat_map(|ask| ask.lines.iter().copied()).collect();
    let lines: Vec<Line> = lines.into_iter().collect();
    let peopled = peopled(&mut store.into(), scope, &lines, now).await?;
    if peopled.is_empty() {
        return Ok(vec![Given::Nobody; asks.len()]);
    }
    let mut looks: Vec<Look> = asks.iter().map(|ask| Look::new(ask, &peopled)).collect();
    let (mut found, mut taken) = (BTreeMap::new(), Taken::default());
    let mut tx = store.begin().await?;
    loop {
        let mut wanted: BTreeMap<Spot, usize> = BTreeMap::new();
        for (look, ask) in looks.iter_mut().zip(asks.iter_mut()) {
            if let Some(spot) = look.go_on(ask, &found, &mut taken) {
                *wanted.entry(spot).or_default() += 1;
            }
        }
        if wanted.is_empty() {
            break;
        }
        read_on(&mut tx, scope, &wanted, &mut found, terms, now).await?;
    }
    let chosen = looks.iter().zip(asks.iter()).map(|(look, ask)| {
        let row = look.chosen.and_then(|(spot, row)| found.get(&spot)?.rows.get(row));
        row.map(|row| Claim { lead: row.id, number_hash: &row.number_hash, who: ask.who })
    });
    let chosen: Vec<Option<Claim<'_>>> = chosen.collect();
    give(tx, scope, &chosen, terms, now).await
}

async fn give(
    mut tx: Tx,
    scope: TenantScope,
    chosen: &[Option<Claim<'_>>],
    terms: Terms,
    now: UnixMillis,
) -> Result<Vec<Given>> {
    let claims: Vec<Claim<'_>> = chosen.iter().flatten().copied().collect();
    if claims.is_empty() {
        tx.undo().await?;
        return Ok(vec![Given::Nobody; chosen.len()]);
    }
    let mut fences = claim_all(&mut tx, scope, &claims, terms, now).await?.into_iter();
    tx.commit().await?;
    let given = chosen.iter().map(|claim| match claim {
        Some(claim) => fences.next().flatten().map_or(Given::Lost, |fence| Given::Lead { id: claim.lead, fence }),
        None => Given::Nobody,
    });
    Ok(given.collect())
}

/// The classes of these lines in which somebody's time has come. Most are empty, and looking into one takes a transaction that
/// writes. Those who are there may be held.
async fn peopled(on: &mut On<'_>, scope: TenantScope, lines: &[Line], now: UnixMillis) -> Result<BTreeSet<Spot>> {
    macro_rules! due {
        () => {
            "SELECT 1 FROM leads l WHERE l.tenant_id = $1 AND COALESCE(l.owner_id, l.campaign_id) = n.line \
             AND l.line_class = n.class AND l.line_key <= $4"
        };
    }
    let sql = on.pick(
        concat!(
            "WITH n AS (SELECT line.key AS at, line.value AS line, class.value AS class \
             FROM json_each($2) line CROSS JOIN json_each($3) class) \
             SELECT n.at, n.class FROM n WHERE EXISTS (",
            due!(),
            ")"
        ),
        concat!(
            "SELECT n.at, n.class FROM (SELECT line.at - 1 AS at, line.id AS line, class.n::bigint AS class \
             FROM json_array_elements_text($2::json) WITH ORDINALITY AS line(id, at) \
             CROSS JOIN json_array_elements_text($3::json) AS class(n)) n CROSS JOIN LATERAL (",
            due!(),
            " LIMIT 1) due"
        ),
    );
    let ids: Value = lines.iter().map(|line| line.id()).collect();
    let classes: Value = (0..CLASSES).collect();
    let rows = on.read_all(sql, args![scope, &ids, &classes, now]).await?;
    let mut spots = BTreeSet::new();
    for row in &rows {
        if let Some(line) = lines.get(row.number::<usize>("at")?) {
            spots.insert((*line, row.number("class")?));
        }
    }
    Ok(spots)
}

/// Reads more of the spots for which so many wait, a statement for all of which as much is wanted. Inside a transaction of
/// PostgreSQL what is read is locked, so that another server looks past it.
async fn read_on(
    tx: &mut Tx,
    scope: TenantScope,
    wanted: &BTreeMap<Spot, usize>,
    found: &mut BTreeMap<Spot, Found>,
    terms: Terms,
    now: UnixMillis,
) -> Result<()> {
    let mut by_size: BTreeMap<usize, Vec<Spot>> = BTreeMap::new();
    for (spot, waiting) in wanted {
        let before = found.entry(*spot).or_default().rows.len();
        let most = (waiting + 1 + 2 * before).next_power_of_two().min(MOST_AT_ONCE);
        by_size.entry(most).or_default().push(*spot);
    }
    let mut on = On::from(tx);
    for (most, spots) in by_size {
        let mut rows = candidates(&mut on, scope, &spots, found, terms, most, now).await?;
        let people: Vec<Person<'_>> =
            rows.iter().map(|(_, one)| Person { lead: one.id, number_hash: &one.number_hash, marked: false }).collect();
        let objections = objections::of(&mut on, scope, &people).await?;
        rows.iter_mut().zip(objections).for_each(|((_, one), known)| one.objections = known);
        for (at, spot) in spots.iter().enumerate() {
            let of_spot = rows.extract_if(.., |(of, _)| *of == at).map(|(_, one)| one);
            let read = found.entry(*spot).or_default();
            let before = read.rows.len();
            read.rows.extend(of_spot);
            read.to_the_end = read.rows.len() - before < most;
        }
    }
    Ok(())
}

/// Of each spot the next `most`, with the spot's number.
async fn candidates(
    on: &mut On<'_>,
    scope: TenantScope,
    spots: &[Spot],
    found: &BTreeMap<Spot, Found>,
    terms: Terms,
    most: usize,
    now: UnixMillis,
) -> Result<Vec<(usize, Candidate)>> {
    macro_rules! columns {
        () => {
            "SELECT n.at, l.id, l.line_class, l.line_key, l.zone, l.campaign_id, l.attempts, l.heat, l.phone_hash "
        };
    }
    macro_rules! free {
        ($select:literal, $lock:literal) => {
            concat!(
                $select,
                " FROM leads l WHERE l.tenant_id = $1 AND COALESCE(l.owner_id, l.campaign_id) = n.line ",
                "AND l.line_class = n.class AND l.line_key <= $3 AND (l.line_key, l.id) > (n.key, n.id) ",
                "AND l.do_not_call = FALSE ",
                // Questions about one row each, and not NOT EXISTS: of that PostgreSQL makes a join over all leases.
                "AND NOT COALESCE((SELECT x.until_ms > $3 FROM leases x WHERE x.tenant_id = l.tenant_id ",
                "AND x.kind = 'lead' AND x.subject = l.id), FALSE) ",
                "AND NOT COALESCE((SELECT x.until_ms > $3 OR x.dialed_at_ms > $4 FROM leases x ",
                "WHERE x.tenant_id = l.tenant_id AND x.kind = 'number' AND x.subject = l.phone_hash), FALSE) ",
                "ORDER BY l.line_key, l.id LIMIT $5",
                $lock
            )
        };
    }
    let sql = on.pick(
        concat!(
            "WITH n AS (SELECT key AS at, value->>0 AS line, value->>1 AS class, value->>2 AS key, value->>3 AS id \
             FROM json_each($2)) ",
            columns!(),
            "FROM n CROSS JOIN leads l ON l.tenant_id = $1 AND l.id IN (",
            free!("SELECT l.id", ""),
            ") ORDER BY n.at, l.line_key, l.id"
        ),
        concat!(
            columns!(),
            "FROM (SELECT at - 1 AS at, value->>0 AS line, (value->>1)::bigint AS class, (value->>2)::bigint AS key, \
             value->>3 AS id FROM json_array_elements($2::json) WITH ORDINALITY AS n(value, at)) n CROSS JOIN LATERAL (",
            free!("SELECT l.*", " FOR UPDATE OF l SKIP LOCKED"),
            ") l ORDER BY n.at, l.line_key, l.id"
        ),
    );
    let after = |spot: &Spot| {
        let last = found.get(spot).and_then(|found| found.rows.last());
        let (key, id) = last.map_or((i64::MIN, String::new()), |last| (last.place.key, last.id.to_string()));
        json!([spot.0.id(), spot.1, key, id])
    };
    let from: Value = spots.iter().map(after).collect();
    let args = args![scope, &from, now, before(now, terms.gap), u32::try_from(most).unwrap_or(u32::MAX)];
    on.read_all(sql, args).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<(usize, Candidate)> {
    let candidate = Candidate {
        id: row.id("id")?,
        place: read_place(row)?,
        zone: row.text("zone")?,
        campaign_id: row.opt_id("campaign_id")?,
        attempts: row.number("attempts")?,
        heat: row.key("heat")?,
        objections: Objections::default(),
        number_hash: row.text("phone_hash")?,
    };
    Ok((row.number("at")?, candidate))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn row(n: u128, number: &str) -> Candidate {
        Candidate {
            id: LeadId::new(Uuid::from_u128(n)),
            place: Place { class: 1, key: 0 },
            zone: "Asia/Kolkata".into(),
            campaign_id: None,
            attempts: 0,
            heat: Heat::Hot,
            objections: Objections::default(),
            number_hash: number.into(),
        }
    }

    #[test]
    fn a_class_full_of_leads_that_one_may_not_have_gives_way_to_the_next() {
        let who = UserId::new(Uuid::from_u128(1));
        let line = Line::Owner(who);
        let refused = (0..500).map(|n| row(n, &n.to_string())).collect();
        let rest = Found { rows: vec![row(1000, "x")], to_the_end: true };
        let found = BTreeMap::from([((line, 1), Found { rows: refused, to_the_end: false }), ((line, 2), rest)]);
        let (mut seen, mut taken) = (0, Taken::default());
        let mut only_last = |one: &Candidate| {
            seen += 1;
            one.number_hash == "x"
        };
        let mut ask = Ask { who, lines: &[line], kind: None, may_have: &mut only_last };
        let mut look = Look::new(&ask, &found.keys().copied().collect());
        assert_eq!(look.go_on(&mut ask, &found, &mut taken), None);
        assert_eq!(look.chosen, Some(((line, 2), 0)));
        assert_eq!(look.go_on(&mut ask, &found, &mut taken), None, "who has one does not look on");
        assert_eq!(seen, 401);
    }
}
