//! Finding leads: by terms to their places, and of these the ones that really fit.

use std::collections::BTreeMap;

use domain::ids::LeadId;
use uuid::Uuid;

use super::{
    Lead, LeadFilter, OtherNumber, filtered, numbers, read,
    terms::{self, Typed},
};
use crate::{
    error::Result,
    page::{Cursor, Page, PageRequest},
    scope::TenantScope,
    seal::HashOf,
    sql::{On, args},
};

/// Leads that are opened at once: the usual page and some that do not fit.
const AT_ONCE: usize = 64;
/// So many are opened for one page. A page may be short, or empty, and have a next one nevertheless.
const MOST_OPENED: usize = 4_096;

/// Highest place first. The cursor's order is the place.
pub(super) async fn page(
    on: &mut On<'_>,
    scope: TenantScope,
    filter: &LeadFilter,
    typed: &Typed,
    page: PageRequest,
) -> Result<Page<Lead>> {
    let places = candidates(on, scope, typed).await?;
    let below = page.after.map_or(i64::MAX, |cursor| cursor.order);
    let mut rest = &places[places.partition_point(|place| *place >= below)..];
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let keys = on.keys();
    let (mut items, mut opened, mut last) = (Vec::new(), 0, below);
    while !rest.is_empty() && opened < MOST_OPENED {
        let (now, later) = rest.split_at(rest.len().min(AT_ONCE));
        let rows = filtered(scope, filter).and_any_of("l.place", now, AT_ONCE).all(on, "l.place").await?;
        let opened_now = rows.iter().rev().map(|row| Ok((row.int("place")?, read(row, &keys, scope)?)));
        let leads = opened_now.collect::<Result<Vec<_>>>()?;
        let others = other_numbers(on, scope, typed, &leads).await?;
        for (place, lead) in leads {
            if fits(typed, &lead, others.get(&lead.id)) {
                if items.len() == limit {
                    return Ok(Page { items, next: Some(Cursor { order: last, id: Uuid::nil() }) });
                }
                items.push(lead);
                last = place;
            }
        }
        if items.len() < limit {
            last = now.last().copied().unwrap_or(last);
        }
        (rest, opened) = (later, opened + now.len());
    }
    let next = (!rest.is_empty()).then_some(Cursor { order: last, id: Uuid::nil() });
    Ok(Page { items, next })
}

async fn candidates(on: &mut On<'_>, scope: TenantScope, typed: &Typed) -> Result<Vec<i64>> {
    let keys = on.keys();
    if let Typed::Email(email) = typed {
        return of_email(on, scope, email.reveal()).await;
    }
    terms::places(on, scope, &typed.terms(&keys, scope)).await
}

/// Places of the leads that have this e-mail address, highest first: one step in the index for each of its parts of 16,384 places,
/// and (hence the `|| ''`) none in those of all leads of the tenant.
pub(super) async fn of_email(on: &mut On<'_>, scope: TenantScope, email: &str) -> Result<Vec<i64>> {
    let hash = on.keys().look_up(HashOf::Email, Some(scope), email);
    let sql = on.pick(
        "WITH RECURSIVE part(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM part \
         WHERE n < (SELECT MAX(place) / 16384 FROM leads)) SELECT l.place FROM part CROSS JOIN leads l \
         WHERE l.place / 16384 = part.n AND substr(l.email_hash, 1, 11) = substr($2, 1, 11) AND l.email_hash = $2 \
         AND l.tenant_id || '' = $1 ORDER BY l.place DESC",
        "SELECT l.place FROM generate_series(0, (SELECT MAX(place) / 16384 FROM leads)) part CROSS JOIN LATERAL \
         (SELECT x.place FROM leads x WHERE x.place / 16384 = part AND substr(x.email_hash, 1, 11) = substr($2, 1, 11) \
         AND x.email_hash = $2 AND x.tenant_id || '' = $1 OFFSET 0) l ORDER BY l.place DESC",
    );
    on.read_all(sql, args![scope, hash]).await?.iter().map(|row| row.int("place")).collect()
}

fn fits(typed: &Typed, lead: &Lead, others: Option<&Vec<OtherNumber>>) -> bool {
    let others = others.into_iter().flatten().map(|other| other.number.reveal());
    let numbers: Vec<&str> = std::iter::once(lead.phone.reveal()).chain(others).map(String::as_str).collect();
    let email = lead.email.as_ref().map(|email| email.reveal().as_str());
    typed.fits(lead.name.reveal(), &numbers, email)
}

/// Of those who do not fit by their first number, where it is digits that were typed.
async fn other_numbers(
    on: &mut On<'_>,
    scope: TenantScope,
    typed: &Typed,
    leads: &[(i64, Lead)],
) -> Result<BTreeMap<LeadId, Vec<OtherNumber>>> {
    let doubtful = leads.iter().filter(|(_, lead)| matches!(typed, Typed::Digits(_)) && !fits(typed, lead, None));
    let doubtful: Vec<LeadId> = doubtful.map(|(_, lead)| lead.id).collect();
    if doubtful.is_empty() {
        return Ok(BTreeMap::new());
    }
    numbers::of_leads(On::from_ref(on), scope, &doubtful).await
}

/// Ids of leads that fit, the newest first, at most `most`: for lists of what belongs to leads.
pub(crate) async fn ids_of(on: &mut On<'_>, scope: TenantScope, typed: &Typed, most: usize) -> Result<Vec<LeadId>> {
    let mut found = Vec::new();
    let mut request = PageRequest::new(None, Some(crate::page::MAX_LIMIT));
    loop {
        let next = page(on, scope, &LeadFilter::default(), typed, request).await?;
        found.extend(next.items.into_iter().map(|lead| lead.id));
        match next.next {
            Some(cursor) if found.len() < most => {
                request = PageRequest::new(Some(cursor), Some(crate::page::MAX_LIMIT))
            }
            _ => break,
        }
    }
    found.truncate(most);
    Ok(found)
}
