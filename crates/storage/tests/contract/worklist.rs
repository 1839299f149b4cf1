//! The line of leads, and who holds a lead and its number.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{
    ids::{CampaignId, LeadId, UserId},
    time::UnixMillis,
    worklist::{Kind, Standing, lease as rule},
};
use storage::{
    PageRequest, StorageError, Store, TenantScope,
    leads::{self, Heat, Lead},
    leases::{self, Subject, Terms},
    on_both_engines,
    testing::TestStore,
    worklist::{self, Ask, Candidate, Counts, Given, Line, LineFilter},
};

use crate::support::{NOW, a_lead, at, campaign, personal, phone, tenant, user, uuid};

on_both_engines! {
    a_line_is_listed_page_by_page_in_the_order_of_the_calls,
    lines_of_an_agent_and_of_a_campaign_are_one_list,
    a_list_is_narrowed_and_found_by_words_of_notes,
    what_is_not_to_be_called_is_in_no_line,
    an_attempt_without_an_outcome_comes_back_later,
    a_lead_goes_to_one_of_many_who_ask_at_once,
    those_who_ask_at_once_have_different_leads_and_the_first_has_the_best,
    what_one_may_not_have_is_left_to_another,
    two_leads_of_one_number_are_not_handed_out_together,
    a_line_is_looked_through_class_by_class,
    who_is_held_just_dialed_or_not_due_is_not_looked_at,
    leases_do_what_the_rule_says_in_a_random_course,
    of_many_racing_for_one_number_one_gets_it,
}

const TERMS: Terms = Terms { span: Duration::from_secs(300), gap: Duration::from_secs(60) };

async fn owned(store: &Store, scope: TenantScope, owner: UserId, heat: Heat, age_ms: i64) -> Lead {
    let mut lead = a_lead("Asha Verma");
    (lead.owner_id, lead.heat, lead.created_at) = (Some(owner), heat, at(-age_ms));
    leads::insert(store, scope, &lead).await.unwrap();
    lead
}

async fn stand(store: &Store, scope: TenantScope, lead: &Lead, kind: Kind, due_ms: i64) {
    let standing = Standing { kind, heat: lead.heat.into(), due_at: Some(at(due_ms)), created_at: lead.created_at };
    worklist::put(store, scope, lead.id, Some(standing)).await.unwrap();
}

fn page(after: Option<storage::Cursor>, limit: u32) -> PageRequest {
    PageRequest::new(after, Some(limit))
}

async fn all(store: &Store, scope: TenantScope, of: &[Line], filter: &LineFilter, limit: u32) -> Vec<LeadId> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let part = worklist::list(store, scope, of, filter, page(after, limit), NOW).await.unwrap();
        found.extend(part.items.iter().map(|one| one.lead.id));
        after = part.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn a_line_is_listed_page_by_page_in_the_order_of_the_calls(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let cold = owned(&store, scope, me, Heat::Cold, 10).await;
    let hot_old = owned(&store, scope, me, Heat::Hot, 5000).await;
    let hot_new = owned(&store, scope, me, Heat::Hot, 4).await;
    let promised = owned(&store, scope, me, Heat::Cold, 9).await;
    stand(&store, scope, &promised, Kind::Callback, -1).await;
    let tomorrow = owned(&store, scope, me, Heat::Hot, 9).await;
    stand(&store, scope, &tomorrow, Kind::Callback, 86_400_000).await;
    let retry = owned(&store, scope, me, Heat::Hot, 9).await;
    stand(&store, scope, &retry, Kind::Retry, 0).await;
    let expected = [promised.id, hot_new.id, hot_old.id, retry.id, cold.id, tomorrow.id];
    for limit in [1, 2, 4, 50] {
        let listed = all(&store, scope, &[Line::Owner(me)], &LineFilter::default(), limit).await;
        assert_eq!(listed, expected, "pages of {limit}");
    }
    let callbacks = LineFilter { kind: Some(Kind::Callback), ..LineFilter::default() };
    assert_eq!(all(&store, scope, &[Line::Owner(me)], &callbacks, 1).await, [promised.id, tomorrow.id]);
    let counts = worklist::count(&*store, scope, &[Line::Owner(me)], 100, NOW).await.unwrap();
    assert_eq!(counts, Counts { fresh: 3, callback: 2, retry: 1, due: 5 });
    let bad = storage::Cursor { order: i64::MAX, id: crate::support::uuid() };
    assert!(worklist::list(&*store, scope, &[Line::Owner(me)], &callbacks, page(Some(bad), 5), NOW).await.is_err());
}

async fn lines_of_an_agent_and_of_a_campaign_are_one_list(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let pool = campaign(&store, scope).await;
    let mine = owned(&store, scope, me, Heat::Warm, 50).await;
    let mut free = a_lead("Bela Iyer");
    (free.campaign_id, free.heat, free.created_at) = (Some(pool), Heat::Warm, at(-20));
    leads::insert(&*store, scope, &free).await.unwrap();
    // In the campaign, but another's.
    let other = user(&store, scope).await;
    let mut taken = a_lead("Chirag Rao");
    (taken.campaign_id, taken.owner_id) = (Some(pool), Some(other));
    leads::insert(&*store, scope, &taken).await.unwrap();
    let of = [Line::Owner(me), Line::Campaign(pool)];
    for limit in [1, 2, 50] {
        assert_eq!(all(&store, scope, &of, &LineFilter::default(), limit).await, [free.id, mine.id]);
    }
}

async fn a_list_is_narrowed_and_found_by_words_of_notes(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let mut asha = a_lead("Asha Verma");
    (asha.owner_id, asha.heat, asha.phone) = (Some(me), Heat::Hot, personal("+919812300021"));
    leads::insert(&*store, scope, &asha).await.unwrap();
    let other = owned(&store, scope, me, Heat::Cold, 4).await;
    worklist::index_note(&*store, scope, other.id, &personal("Wants parking near the Tower, not asha")).await.unwrap();
    let find = async |text: &str| {
        let filter = LineFilter { search: Some(text.into()), ..LineFilter::default() };
        all(&store, scope, &[Line::Owner(me)], &filter, 50).await
    };
    assert_eq!(find("0021").await, [asha.id]);
    assert_eq!(find("parking tower").await, [other.id]);
    assert_eq!(find("asha").await, [asha.id, other.id], "by name and by note");
    assert_eq!(find("nowhere").await, []);
    let hot = LineFilter { heat: Some(Heat::Hot), ..LineFilter::default() };
    assert_eq!(all(&store, scope, &[Line::Owner(me)], &hot, 50).await, [asha.id]);
    let source = LineFilter { source: Some("nowhere".into()), ..LineFilter::default() };
    assert_eq!(all(&store, scope, &[Line::Owner(me)], &source, 50).await, []);
}

async fn what_is_not_to_be_called_is_in_no_line(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let mut lead = owned(&store, scope, me, Heat::Hot, 4).await;
    let listed = async || all(&store, scope, &[Line::Owner(me)], &LineFilter::default(), 50).await;
    assert_eq!(listed().await, [lead.id]);
    leads::mark_do_not_call(&*store, scope, &lead.phone, None).await.unwrap();
    assert_eq!(listed().await, []);
    leads::unmark_do_not_call(&*store, scope, &lead.phone, None).await.unwrap();
    assert_eq!(listed().await, [lead.id], "they were never called: it is their turn again");
    lead.stage = "lost".into();
    lead.version = 3;
    leads::update(&*store, scope, &lead).await.unwrap();
    assert_eq!(listed().await, []);
    assert_eq!(worklist::place_of(&*store, scope, lead.id).await.unwrap(), None);
}

async fn an_attempt_without_an_outcome_comes_back_later(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let lead = owned(&store, scope, me, Heat::Hot, 4).await;
    let place = async || worklist::place_of(&*store, scope, lead.id).await.unwrap().unwrap();
    leads::count_attempt(&*store, scope, lead.id, None, at(7_200_000), NOW).await.unwrap();
    assert_eq!((place().await.class, place().await.key), (2, at(7_200_000).0));
    // The outcome came before the end of the call was noted.
    stand(&store, scope, &lead, Kind::Callback, 3_600_000).await;
    leads::count_attempt(&*store, scope, lead.id, Some(NOW), at(7_200_000), NOW).await.unwrap();
    assert_eq!((place().await.class, place().await.key), (0, at(3_600_000).0));
    let read = leads::get(&*store, scope, lead.id).await.unwrap().unwrap();
    assert_eq!((read.attempts, read.last_contact_at), (2, Some(NOW)));
}

/// Asked at once by these, of whom each may have every lead of their lines.
async fn together(
    store: &Store,
    scope: TenantScope,
    who: &[(UserId, &[Line])],
    now: UnixMillis,
) -> Vec<Option<LeadId>> {
    let mut yes = vec![|_: &Candidate| true; who.len()];
    let mut asks: Vec<Ask<'_>> = who
        .iter()
        .zip(&mut yes)
        .map(|((who, lines), may_have)| Ask { who: *who, lines, kind: None, may_have })
        .collect();
    let given = worklist::hand_out(store, scope, &mut asks, TERMS, now).await.unwrap();
    given.into_iter().map(lead_of).collect()
}

fn lead_of(given: Given) -> Option<LeadId> {
    match given {
        Given::Lead { id, .. } => Some(id),
        Given::Lost | Given::Nobody => None,
    }
}

/// All that is looked at for somebody who may have none of it.
async fn looked_at(
    store: &Store,
    scope: TenantScope,
    lines: &[Line],
    kind: Option<Kind>,
    now: UnixMillis,
) -> Vec<LeadId> {
    let mut seen = Vec::new();
    let mut note = |one: &Candidate| {
        seen.push(one.id);
        false
    };
    let ask = Ask { who: UserId::new(uuid()), lines, kind, may_have: &mut note };
    assert_eq!(worklist::hand_out(store, scope, &mut [ask], TERMS, now).await.unwrap(), [Given::Nobody]);
    seen
}

/// A lead of the campaign that belongs to nobody.
async fn free(store: &Store, scope: TenantScope, pool: CampaignId, heat: Heat, age_ms: i64) -> Lead {
    let mut lead = a_lead("Bela Iyer");
    (lead.campaign_id, lead.heat, lead.created_at) = (Some(pool), heat, at(-age_ms));
    leads::insert(store, scope, &lead).await.unwrap();
    lead
}

async fn a_lead_goes_to_one_of_many_who_ask_at_once(store: TestStore) {
    const AGENTS: usize = 8;
    const LEADS: usize = 40;
    let scope = tenant(&store).await;
    let pool = campaign(&store, scope).await;
    for _ in 0..LEADS {
        let mut lead = a_lead("Bela Iyer");
        lead.campaign_id = Some(pool);
        leads::insert(&*store, scope, &lead).await.unwrap();
    }
    let store = Arc::new(store);
    let mut workers = Vec::new();
    for _ in 0..AGENTS {
        let who = user(&store, scope).await;
        let store = Arc::clone(&store);
        workers.push(tokio::spawn(async move {
            let mut got = Vec::new();
            loop {
                let (lines, may_have) = (&[Line::Campaign(pool)], &mut |_: &Candidate| true);
                let ask = Ask { who, lines, kind: None, may_have };
                match worklist::hand_out(&store, scope, &mut [ask], TERMS, NOW).await.as_deref() {
                    Ok([Given::Lead { id, .. }]) => got.push(*id),
                    Ok([Given::Lost]) | Err(StorageError::Conflict { .. }) => {}
                    Ok(_) => return got,
                    Err(error) => panic!("{error}"),
                }
            }
        }));
    }
    let mut got = Vec::new();
    for worker in workers {
        got.extend(worker.await.unwrap());
    }
    let different: BTreeSet<LeadId> = got.iter().copied().collect();
    assert_eq!((got.len(), different.len()), (LEADS, LEADS), "each lead once");
}

async fn those_who_ask_at_once_have_different_leads_and_the_first_has_the_best(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, other, pool) = (user(&store, scope).await, user(&store, scope).await, campaign(&store, scope).await);
    let mine = owned(&store, scope, me, Heat::Warm, 50).await.id;
    let best = free(&store, scope, pool, Heat::Hot, 10).await.id;
    let second = free(&store, scope, pool, Heat::Hot, 20).await.id;
    let last = free(&store, scope, pool, Heat::Cold, 5).await.id;
    let (own, shared): (&[Line], &[Line]) = (&[Line::Owner(me), Line::Campaign(pool)], &[Line::Campaign(pool)]);
    let asked = [(other, shared), (me, own), (other, shared), (other, shared), (me, own), (me, own)];
    let expected = [Some(best), Some(second), Some(last), None, Some(mine), None];
    assert_eq!(together(&store, scope, &asked, NOW).await, expected);
    assert_eq!(together(&store, scope, &asked, NOW).await, [None; 6], "all are held");
    let held = leases::held_by(&*store, scope, me, NOW).await.unwrap();
    assert_eq!(held.iter().map(|(lead, _)| *lead).collect::<BTreeSet<_>>(), BTreeSet::from([second, mine]));
}

async fn what_one_may_not_have_is_left_to_another(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, other, pool) = (user(&store, scope).await, user(&store, scope).await, campaign(&store, scope).await);
    let mut leads = Vec::new();
    for age in 0..40 {
        leads.push(free(&store, scope, pool, Heat::Hot, age).await.id);
    }
    let mut left = 30;
    let mut the_31st = |_: &Candidate| {
        left -= 1;
        left < 0
    };
    let (lines, mut any): (&[Line], _) = (&[Line::Campaign(pool)], |_: &Candidate| true);
    let mut asks = [
        Ask { who: me, lines, kind: None, may_have: &mut the_31st },
        Ask { who: other, lines, kind: None, may_have: &mut any },
    ];
    let given = worklist::hand_out(&store, scope, &mut asks, TERMS, NOW).await.unwrap();
    assert_eq!(given.into_iter().map(lead_of).collect::<Vec<_>>(), [Some(leads[30]), Some(leads[0])]);
}

async fn two_leads_of_one_number_are_not_handed_out_together(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, other) = (user(&store, scope).await, user(&store, scope).await);
    let mut same = owned(&store, scope, me, Heat::Hot, 1).await;
    (same.id, same.owner_id, same.campaign_id) =
        (LeadId::new(uuid()), Some(other), Some(campaign(&store, scope).await));
    let second = owned(&store, scope, other, Heat::Cold, 1).await;
    leads::insert(&*store, scope, &same).await.unwrap();
    let asked: [(UserId, &[Line]); 2] = [(me, &[Line::Owner(me)]), (other, &[Line::Owner(other)])];
    let given = together(&store, scope, &asked, NOW).await;
    assert!(given[0].is_some());
    assert_eq!(given[1], Some(second.id), "the number is being called already");
}

async fn a_line_is_looked_through_class_by_class(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, other, pool) = (user(&store, scope).await, user(&store, scope).await, campaign(&store, scope).await);
    let hot = owned(&store, scope, me, Heat::Hot, 1).await;
    let later = owned(&store, scope, me, Heat::Cold, 2).await;
    owned(&store, scope, other, Heat::Warm, 3).await;
    let shared_hot = free(&store, scope, pool, Heat::Hot, 0).await.id;
    stand(&store, scope, &later, Kind::Callback, 1).await;
    let (mine, shared) = (Line::Owner(me), Line::Campaign(pool));
    let looked = async |lines: &[Line], kind, now| looked_at(&store, scope, lines, kind, now).await;
    assert_eq!(looked(&[mine, shared], None, NOW).await, [hot.id, shared_hot]);
    assert_eq!(looked(&[shared, mine], None, NOW).await, [shared_hot, hot.id], "in the order of the lines");
    assert_eq!(
        looked(&[mine, shared], None, at(1)).await,
        [later.id, hot.id, shared_hot],
        "a callback that is due is first"
    );
    assert_eq!(looked(&[mine, shared], Some(Kind::Fresh), at(1)).await, [hot.id, shared_hot]);
    assert_eq!(looked(&[], None, NOW).await, []);
    let elsewhere = tenant(&store).await;
    assert_eq!(looked_at(&store, elsewhere, &[mine], None, NOW).await, []);
}

async fn who_is_held_just_dialed_or_not_due_is_not_looked_at(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, other) = (user(&store, scope).await, user(&store, scope).await);
    let first = owned(&store, scope, me, Heat::Hot, 1).await;
    let second = owned(&store, scope, me, Heat::Hot, 2).await;
    let later = owned(&store, scope, me, Heat::Hot, 3).await;
    stand(&store, scope, &later, Kind::Fresh, 1).await;
    let ids = async |now| looked_at(&store, scope, &[Line::Owner(me)], None, now).await;
    assert_eq!(ids(NOW).await, [first.id, second.id]);
    let subject = Subject { lead: first.id, number: &first.phone };
    let fence = leases::claim(&*store, scope, subject, other, TERMS, NOW).await.unwrap().unwrap();
    assert_eq!(ids(NOW).await, [second.id]);
    assert!(leases::dial(&*store, scope, subject, other, fence, TERMS, NOW).await.unwrap());
    assert!(leases::release(&*store, scope, subject, other, Some(fence), at(1)).await.unwrap());
    assert_eq!(ids(at(1)).await, [second.id, later.id], "dialed a moment ago");
    assert_eq!(ids(at(60_000)).await, [first.id, second.id, later.id]);
    assert_eq!(leases::held_by(&*store, scope, other, NOW).await.unwrap().len(), 1, "at that instant it was held");
    assert_eq!(leases::purge(&*store, at(120_000)).await.unwrap(), 2);
}

/// xorshift64*: the same course for the same seed.
struct Course(u64);

impl Course {
    fn below(&mut self, n: u64) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n).unwrap_or(0)
    }
}

/// The store answers each of a thousand steps as the rule does, which is held over a million of them in its own tests.
async fn leases_do_what_the_rule_says_in_a_random_course(store: TestStore) {
    let scope = tenant(&store).await;
    let agents = [user(&store, scope).await, user(&store, scope).await, user(&store, scope).await];
    let numbers = [phone(), phone()];
    // A lead and a number of their own, and two leads with one number, which two campaigns may have.
    let subjects: Vec<(LeadId, usize)> = [(0, 0), (1, 1), (2, 1)]
        .into_iter()
        .map(|(_, number): (u8, usize)| (LeadId::new(crate::support::uuid()), number))
        .collect();
    let (mut course, mut now, mut believes) = (Course(77), NOW, [None; 3]);
    let mut agreed = [0; 5];
    for step in 0..1000 {
        now = UnixMillis(now.0 + [1, 700, 20_000, 61_000, 301_000][course.below(5)]);
        let who = course.below(3);
        let act = course.below(5);
        let (at, fence) = match (act, believes[who]) {
            (0 | 1, _) => (course.below(3), 0),
            (_, Some(held)) => held,
            (_, None) => continue,
        };
        let (lead, number) = subjects[at];
        let subject = Subject { lead, number: &numbers[number] };
        let rows = leases::rows(&*store, scope, subject).await.unwrap();
        let me = agents[who];
        let (expected, happened) = match act {
            0 | 1 => {
                let rule = rule::claim(rows, me, TERMS.span, TERMS.gap, now);
                let got = leases::claim(&*store, scope, subject, me, TERMS, now).await.unwrap();
                assert_eq!(got, rule.ok().map(|(_, fence)| fence), "step {step}");
                if let Some(fence) = got {
                    believes[who] = Some((at, fence));
                }
                (rule.map(|(rows, _)| rows).unwrap_or(rows), got.is_some())
            }
            2 => {
                let rule = rule::dial(rows, me, fence, TERMS.span, TERMS.gap, now);
                let got = leases::dial(&*store, scope, subject, me, fence, TERMS, now).await.unwrap();
                assert_eq!(got, rule.is_ok(), "step {step}");
                (rule.unwrap_or(rows), got)
            }
            3 => {
                let rule = rule::renew(rows, me, fence, TERMS.span, now);
                let got = leases::renew(&*store, scope, subject, me, fence, TERMS.span, now).await.unwrap();
                assert_eq!(got, rule.is_ok(), "step {step}");
                (rule.unwrap_or(rows), got)
            }
            _ => {
                believes[who] = None;
                let rule = rule::release(rows, me, fence, now);
                // A half that is another's stays another's; the store lets go of the half that is left as well.
                if rule != rows {
                    assert!(leases::release(&*store, scope, subject, me, Some(fence), now).await.unwrap());
                }
                (rule, rule != rows)
            }
        };
        agreed[act] += usize::from(happened);
        let stored = leases::rows(&*store, scope, subject).await.unwrap();
        assert_eq!(stored, expected, "step {step}");
    }
    assert!(agreed[0] + agreed[1] > 50 && agreed[2..].iter().all(|count| *count > 5), "one-sided: {agreed:?}");
}

async fn of_many_racing_for_one_number_one_gets_it(store: TestStore) {
    let scope = tenant(&store).await;
    let number = phone();
    let store = Arc::new(store);
    for _ in 0..10 {
        let mut racers = Vec::new();
        // Each for a lead of its own, all with the same number.
        for _ in 0..6 {
            let (store, number) = (Arc::clone(&store), number.clone());
            let who = user(&store, scope).await;
            let lead = LeadId::new(crate::support::uuid());
            racers.push(tokio::spawn(async move {
                let subject = Subject { lead, number: &number };
                let got = leases::claim(&**store, scope, subject, who, TERMS, NOW).await.unwrap();
                got.map(|fence| (lead, who, fence))
            }));
        }
        let mut winners = Vec::new();
        for racer in racers {
            winners.extend(racer.await.unwrap());
        }
        assert_eq!(winners.len(), 1);
        let (lead, who, fence) = winners[0];
        let subject = Subject { lead, number: &number };
        assert!(leases::release(&**store, scope, subject, who, Some(fence), NOW).await.unwrap());
    }
}
