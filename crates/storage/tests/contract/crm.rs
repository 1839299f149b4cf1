//! CRMs: turns, links, what waits, and what is wrong.

use std::time::Duration;

use domain::{
    crm::{Seen, Texts},
    ids::{CrmConnectorId, CrmProblemId, LeadId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::json;
use storage::{
    PageRequest, StorageError, Store, TenantScope,
    crm::{
        self, Due, Progress, Wish,
        links::{self, Link},
        named,
        outbox::{self, Waiting},
        problems::{self, Problem},
    },
    lead_changes::{self, ChangedBy, LeadChange},
    leads::{self, bulk},
    on_both_engines,
    testing::TestStore,
};

use crate::support::{NOW, a_connector, a_lead, at, campaign, connector, lead, personal, phone, tenant, uuid};

on_both_engines! {
    a_connector_reads_back_and_guards_its_version,
    one_worker_has_the_turn_and_an_old_one_writes_nothing,
    what_a_person_asks_for_goes_before_a_pause_and_is_taken_up_once,
    a_record_is_one_lead_and_a_lead_one_record,
    whatever_changes_a_lead_notes_it_and_nothing_is_lost_while_it_is_told,
    all_leads_of_a_campaign_are_noted_step_by_step,
    a_record_that_is_named_twice_waits_once,
    a_problem_stands_once_until_it_is_solved,
    what_a_crm_changed_is_in_the_history,
    a_stranger_reaches_no_connector,
}

async fn a_connector_reads_back_and_guards_its_version(store: TestStore) {
    let scope = tenant(&store).await;
    let mut written = a_connector();
    written.campaign_id = Some(campaign(&store, scope).await);
    crm::insert(&*store, scope, &written).await.unwrap();
    assert_eq!(crm::get(&*store, scope, written.id).await.unwrap(), Some(written.clone()));
    let old = written.clone();
    (written.on, written.pushes, written.campaign_id) = (false, false, None);
    written.secrets.insert("hook".to_owned(), personal("path"));
    written.version = crm::update(&*store, scope, &written).await.unwrap();
    assert!(matches!(crm::update(&*store, scope, &old).await, Err(StorageError::Conflict { what: "connector" })));
    assert_eq!(crm::list(&*store, scope).await.unwrap(), [written.clone()]);
    let other = tenant(&store).await;
    written.campaign_id = Some(campaign(&store, other).await);
    assert!(matches!(crm::update(&*store, scope, &written).await, Err(StorageError::NoSuchReference)));
    assert!(crm::remove(&*store, scope, written.id).await.unwrap());
    assert!(!crm::remove(&*store, scope, written.id).await.unwrap());
}

fn progress(pull_at: UnixMillis, not_before: UnixMillis) -> Progress {
    Progress { state: json!({ "pages": 3 }), ready: true, not_before, pull_at, busy_until: UnixMillis(0) }
}

async fn due(store: &Store, now: UnixMillis) -> Vec<CrmConnectorId> {
    crm::due(store, now, 10).await.unwrap().into_iter().map(|due: Due| due.id).collect()
}

async fn one_worker_has_the_turn_and_an_old_one_writes_nothing(store: TestStore) {
    let scope = tenant(&store).await;
    let id = connector(&store, scope).await;
    assert_eq!(due(&store, NOW).await, [id]);
    let first = crm::claim(&*store, scope, id, at(1_000), NOW).await.unwrap().unwrap();
    assert_eq!(first.turn, 1);
    assert!(crm::claim(&*store, scope, id, at(2_000), at(999)).await.unwrap().is_none(), "somebody has it");
    assert!(due(&store, at(999)).await.is_empty());
    // Its worker is gone.
    let second = crm::claim(&*store, scope, id, at(9_000), at(1_000)).await.unwrap().unwrap();
    assert_eq!(second.turn, 2);
    let done = progress(at(60_000), at(5_000));
    assert!(!crm::note(&*store, scope, id, first.turn, &done, None).await.unwrap());
    assert_eq!(crm::get(&*store, scope, id).await.unwrap().unwrap().state, json!({}));
    assert!(crm::note(&*store, scope, id, second.turn, &done, None).await.unwrap());
    assert!(due(&store, at(59_999)).await.is_empty());
    assert_eq!(due(&store, at(60_000)).await, [id]);
    // Many at once: one has it.
    let claims = (0..8).map(|_| {
        let store = (*store).clone();
        tokio::spawn(async move { crm::claim(&store, scope, id, at(99_000), at(60_000)).await.unwrap().is_some() })
    });
    let mut have = 0;
    for claim in claims.collect::<Vec<_>>() {
        have += usize::from(claim.await.unwrap());
    }
    assert_eq!(have, 1);
}

async fn what_a_person_asks_for_goes_before_a_pause_and_is_taken_up_once(store: TestStore) {
    let scope = tenant(&store).await;
    let id = connector(&store, scope).await;
    let turn = crm::claim(&*store, scope, id, at(1_000), NOW).await.unwrap().unwrap();
    crm::note(&*store, scope, id, turn.turn, &progress(at(90_000), at(80_000)), None).await.unwrap();
    assert!(due(&store, at(1)).await.is_empty());
    assert!(crm::wish(&*store, scope, id, Wish::Full).await.unwrap());
    assert!(crm::wish(&*store, scope, id, Wish::Now).await.unwrap());
    assert_eq!(due(&store, at(1)).await, [id]);
    let turn = crm::claim(&*store, scope, id, at(1_000), at(1)).await.unwrap().unwrap();
    assert_eq!(turn.wish, Some(Wish::Full), "the greater one stands");
    assert!(crm::note(&*store, scope, id, turn.turn, &progress(at(90_000), NOW), turn.wish).await.unwrap());
    assert!(due(&store, at(2)).await.is_empty());
    let mut row = crm::get(&*store, scope, id).await.unwrap().unwrap();
    row.on = false;
    crm::update(&*store, scope, &row).await.unwrap();
    assert!(!crm::note(&*store, scope, id, turn.turn, &progress(NOW, NOW), None).await.unwrap(), "it was paused");
    assert!(!crm::wish(&*store, scope, id, Wish::Now).await.unwrap());
    assert!(due(&store, at(99_000)).await.is_empty());
}

fn a_link(external_id: &str, lead_id: LeadId, name: &str) -> Link {
    let said = Texts::from([("name".to_owned(), personal(name))]);
    let seen = Seen { ours: said.clone(), theirs: said, told_do_not_call: true };
    Link { external_id: external_id.into(), lead_id, seen: Personal::new(seen), synced_at: NOW }
}

async fn a_record_is_one_lead_and_a_lead_one_record(store: TestStore) {
    let scope = tenant(&store).await;
    let (id, other) = (connector(&store, scope).await, connector(&store, scope).await);
    let lead_id = lead(&store, scope).await;
    links::put(&*store, scope, id, &a_link("7", lead_id, "Asha")).await.unwrap();
    let changed = a_link("7", lead_id, "Asha Rao");
    links::put(&*store, scope, id, &changed).await.unwrap();
    assert_eq!(links::by_record(&*store, scope, id, "7").await.unwrap(), Some(changed.clone()));
    assert_eq!(links::by_lead(&*store, scope, id, lead_id).await.unwrap(), Some(changed.clone()));
    let twice = links::put(&*store, scope, id, &a_link("8", lead_id, "Asha")).await;
    assert!(matches!(twice, Err(StorageError::Unique { what: "record of the CRM" })), "{twice:?}");
    links::put(&*store, scope, other, &a_link("8", lead_id, "Asha")).await.unwrap();
    let of = links::of_records(&*store, scope, id, &["7".into(), "8".into(), "9".into()]).await.unwrap();
    assert_eq!(of.into_values().collect::<Vec<_>>(), [changed]);
    assert!(links::of_records(&*store, scope, id, &[]).await.unwrap().is_empty());
    assert_eq!(links::count(&*store, scope, id).await.unwrap(), 1);
    // A lead that is taken away leaves its link without a word of the person.
    let mut tx = store.begin().await.unwrap();
    leads::sets::delete(&mut tx, scope, &[lead_id], NOW).await.unwrap();
    tx.commit().await.unwrap();
    leads::sets::erase_deleted(&store, at(1), 10).await.unwrap();
    let empty = links::by_record(&*store, scope, id, "7").await.unwrap().unwrap();
    assert_eq!((empty.lead_id, empty.seen), (lead_id, Personal::new(Seen::default())));
}

async fn waiting(store: &Store, scope: TenantScope, id: CrmConnectorId) -> Vec<Waiting> {
    let later = at(1_000_000_000_000);
    outbox::next(store, scope, id, later, 1_000).await.unwrap()
}

async fn drained(store: &Store, scope: TenantScope, id: CrmConnectorId) -> Vec<LeadId> {
    let all = waiting(store, scope, id).await;
    for one in &all {
        outbox::done(store, scope, id, one).await.unwrap();
    }
    all.into_iter().map(|one| one.lead_id).collect()
}

async fn whatever_changes_a_lead_notes_it_and_nothing_is_lost_while_it_is_told(store: TestStore) {
    let scope = tenant(&store).await;
    let before = lead(&store, scope).await;
    let id = connector(&store, scope).await;
    let mut silent = a_connector();
    silent.pushes = false;
    crm::insert(&*store, scope, &silent).await.unwrap();
    assert!(waiting(&store, scope, id).await.is_empty(), "what was there before is not told by itself");
    let mut one = a_lead("Asha Verma");
    leads::insert(&*store, scope, &one).await.unwrap();
    assert_eq!(drained(&store, scope, id).await, [one.id]);
    one.version = leads::update(&*store, scope, &one).await.unwrap();
    let told = waiting(&store, scope, id).await;
    // Changed again while it is told.
    one.version = leads::update(&*store, scope, &one).await.unwrap();
    outbox::done(&*store, scope, id, &told[0]).await.unwrap();
    assert_eq!(drained(&store, scope, id).await, [one.id]);
    leads::mark_do_not_call(&*store, scope, &one.phone, None).await.unwrap();
    assert_eq!(drained(&store, scope, id).await, [one.id]);
    leads::mark_do_not_call(&*store, scope, &one.phone, None).await.unwrap();
    assert!(drained(&store, scope, id).await.is_empty(), "it was marked before");
    leads::unmark_do_not_call(&*store, scope, &one.phone, None).await.unwrap();
    assert_eq!(drained(&store, scope, id).await, [one.id]);
    let spring = campaign(&store, scope).await;
    let mut tx = store.begin().await.unwrap();
    leads::sets::move_to(&mut tx, scope, &[before], Some(spring), NOW).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(drained(&store, scope, id).await, [before]);
    // By the thousand.
    let many: Vec<_> = (0..3).map(|_| (leads::Lead { phone: phone(), ..a_lead("Many") }, Vec::new())).collect();
    let sealed = bulk::seal(&store, scope, many.iter()).unwrap();
    let mut tx = store.begin().await.unwrap();
    bulk::insert(&mut tx, sealed, &mut bulk::Unsearchable::default()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(outbox::waiting(&*store, scope, id).await.unwrap().0, 3);
    assert_eq!(drained(&store, scope, id).await.len(), 3);
    // A change that is not written is not noted.
    let mut tx = store.begin().await.unwrap();
    leads::insert(&mut tx, scope, &a_lead("Nobody")).await.unwrap();
    tx.undo().await.unwrap();
    assert!(waiting(&store, scope, id).await.is_empty());
    assert!(waiting(&store, scope, silent.id).await.is_empty());
    outbox::again(&*store, scope, one.id).await.unwrap();
    outbox::defer(&*store, scope, id, one.id, at(500), Some(NOW)).await.unwrap();
    assert!(outbox::next(&*store, scope, id, at(499), 10).await.unwrap().is_empty());
    assert_eq!(outbox::next(&*store, scope, id, at(500), 10).await.unwrap()[0].unknown_at, Some(NOW));
    outbox::forget(&*store, scope, id, one.id).await.unwrap();
    assert_eq!(outbox::waiting(&*store, scope, id).await.unwrap(), (0, None));
}

async fn all_leads_of_a_campaign_are_noted_step_by_step(store: TestStore) {
    let scope = tenant(&store).await;
    let (spring, other) = (campaign(&store, scope).await, tenant(&store).await);
    let mut of_spring = Vec::new();
    for n in 0..5 {
        let lead = leads::Lead { campaign_id: (n % 2 == 0).then_some(spring), ..a_lead("Asha") };
        leads::insert(&*store, scope, &lead).await.unwrap();
        of_spring.extend((n % 2 == 0).then_some(lead.id));
        lead_of_somebody_else(&store, other).await;
    }
    let id = connector(&store, scope).await;
    let (mut after, mut steps) = (0, 0);
    while let Some(last) = outbox::fill(&*store, scope, id, Some(spring), after, 2).await.unwrap() {
        assert!(last > after);
        (after, steps) = (last, steps + 1);
    }
    assert_eq!(steps, 3);
    let mut noted: Vec<_> = waiting(&store, scope, id).await.into_iter().map(|one| one.lead_id).collect();
    noted.sort();
    of_spring.sort();
    assert_eq!(noted, of_spring);
}

async fn lead_of_somebody_else(store: &Store, scope: TenantScope) {
    lead(store, scope).await;
}

async fn a_record_that_is_named_twice_waits_once(store: TestStore) {
    let scope = tenant(&store).await;
    let id = connector(&store, scope).await;
    for _ in 0..2 {
        assert!(named::add(&*store, scope, id, "7", 2, NOW).await.unwrap());
    }
    let read = named::next(&*store, scope, id, 10).await.unwrap();
    assert_eq!((read.len(), read[0].changes), (1, 2));
    // Named again while it is read.
    named::add(&*store, scope, id, "7", 2, at(1)).await.unwrap();
    named::done(&*store, scope, id, &read[0]).await.unwrap();
    assert_eq!(named::count(&*store, scope, id).await.unwrap(), 1);
    assert!(named::add(&*store, scope, id, "8", 2, at(2)).await.unwrap());
    assert!(!named::add(&*store, scope, id, "9", 2, at(3)).await.unwrap(), "too many wait");
    let turn = crm::claim(&*store, scope, id, NOW, NOW).await.unwrap().unwrap();
    crm::note(&*store, scope, id, turn.turn, &progress(at(90_000), NOW), None).await.unwrap();
    assert_eq!(due(&store, at(5)).await, [id], "what was named is read at once");
    for one in named::next(&*store, scope, id, 10).await.unwrap() {
        named::done(&*store, scope, id, &one).await.unwrap();
    }
    assert!(due(&store, at(5)).await.is_empty());
    let new = lead(&store, scope).await;
    assert_eq!(due(&store, at(5)).await, [id], "and what changed here is told: {new}");
}

fn a_problem(external_id: Option<&str>, lead_id: Option<LeadId>, code: &str, ms: i64) -> Problem {
    Problem {
        id: CrmProblemId::new(uuid()),
        external_id: external_id.map(str::to_owned),
        lead_id,
        code: code.into(),
        detail: "{}".into(),
        times: 1,
        at: at(ms),
    }
}

async fn a_problem_stands_once_until_it_is_solved(store: TestStore) {
    let scope = tenant(&store).await;
    let (id, lead_id) = (connector(&store, scope).await, lead(&store, scope).await);
    for (code, ms) in [("number", 1), ("refused", 2)] {
        problems::put(&*store, scope, id, &a_problem(Some("7"), None, code, ms)).await.unwrap();
    }
    problems::put(&*store, scope, id, &a_problem(None, Some(lead_id), "refused", 3)).await.unwrap();
    problems::put(&*store, scope, id, &a_problem(None, None, "no_id", 4)).await.unwrap();
    let page = problems::list(&*store, scope, id, PageRequest::new(None, Some(2))).await.unwrap();
    assert_eq!(page.items.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["no_id", "refused"]);
    let rest = problems::list(&*store, scope, id, PageRequest::new(page.next, None)).await.unwrap();
    assert_eq!(rest.items.len(), 1);
    let last = &rest.items[0];
    assert_eq!((last.code.as_str(), last.times, last.external_id.as_deref()), ("refused", 2, Some("7")));
    problems::solved(&*store, scope, id, Some("7"), Some(lead_id)).await.unwrap();
    assert_eq!(problems::count(&*store, scope, id).await.unwrap(), 1);
}

async fn what_a_crm_changed_is_in_the_history(store: TestStore) {
    let scope = tenant(&store).await;
    let id = connector(&store, scope).await;
    let mut one = a_lead("Asha Verma");
    leads::insert(&*store, scope, &one).await.unwrap();
    let name = crm::get(&*store, scope, id).await.unwrap().unwrap().name;
    let change = |lost| LeadChange {
        id: domain::ids::LeadChangeId::new(uuid()),
        lead_id: one.id,
        field: "email".into(),
        from: Some(personal("old@rao.example")),
        to: Some(personal("new@rao.example")),
        by: ChangedBy::Crm { connector_id: id, name: name.clone(), lost },
        at: NOW.plus(Duration::from_millis(u64::from(lost))),
        undone_at: None,
        merges: 0,
    };
    let changes = [change(false), change(true)];
    one.version = lead_changes::apply(&*store, scope, &one, &changes).await.unwrap();
    let read = lead_changes::of_lead(&*store, scope, one.id).await.unwrap();
    assert_eq!(read, [changes[1].clone(), changes[0].clone()]);
    crm::remove(&*store, scope, id).await.unwrap();
    let read = lead_changes::of_lead(&*store, scope, one.id).await.unwrap();
    assert!(matches!(&read[0].by, ChangedBy::Crm { name, lost: true, .. } if name.is_empty()), "{read:?}");
}

async fn a_stranger_reaches_no_connector(store: TestStore) {
    let (scope, stranger) = (tenant(&store).await, tenant(&store).await);
    let (id, lead_id) = (connector(&store, scope).await, lead(&store, scope).await);
    links::put(&*store, scope, id, &a_link("7", lead_id, "Asha")).await.unwrap();
    named::add(&*store, scope, id, "7", 9, NOW).await.unwrap();
    problems::put(&*store, scope, id, &a_problem(Some("7"), None, "number", 1)).await.unwrap();
    let before = store.rows().await;
    let row = crm::get(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!(crm::get(&*store, stranger, id).await.unwrap(), None);
    assert!(crm::list(&*store, stranger).await.unwrap().is_empty());
    assert!(crm::update(&*store, stranger, &row).await.is_err());
    assert!(!crm::remove(&*store, stranger, id).await.unwrap());
    assert!(crm::claim(&*store, stranger, id, at(9), NOW).await.unwrap().is_none());
    assert!(!crm::note(&*store, stranger, id, row.turn, &progress(NOW, NOW), None).await.unwrap());
    assert!(!crm::wish(&*store, stranger, id, Wish::Full).await.unwrap());
    assert_eq!(links::by_record(&*store, stranger, id, "7").await.unwrap(), None);
    assert_eq!(links::by_lead(&*store, stranger, id, lead_id).await.unwrap(), None);
    assert!(links::put(&*store, stranger, id, &a_link("9", lead_id, "x")).await.is_err());
    assert!(named::add(&*store, stranger, id, "9", 9, NOW).await.is_err());
    assert!(named::next(&*store, stranger, id, 9).await.unwrap().is_empty());
    assert!(outbox::next(&*store, stranger, id, at(i64::from(u32::MAX)), 9).await.unwrap().is_empty());
    outbox::forget(&*store, stranger, id, lead_id).await.unwrap();
    assert!(problems::list(&*store, stranger, id, PageRequest::default()).await.unwrap().items.is_empty());
    problems::solved(&*store, stranger, id, Some("7"), None).await.unwrap();
    assert_eq!(store.rows().await, before);
}
