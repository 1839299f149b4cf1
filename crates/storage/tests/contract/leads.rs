//! Leads, their changes, tasks and callbacks.

use std::sync::Arc;

use domain::{
    consent::{Channel, Consent, withdrawn},
    ids::{CallbackId, ConsentId, ImportId, LeadChangeId, LeadId, TaskId, UserId},
    pii::Personal,
};
use storage::{
    PageRequest, StorageError, TenantScope,
    callbacks::{self, Callback, CallbackFilter},
    consents::{self, ConsentRow},
    lead_changes::{self, ChangedBy, LeadChange},
    leads::{self, Heat, Lead, LeadFilter, OtherNumber, bulk, bulk::NumberHash},
    objections, on_both_engines,
    tasks::{self, Task, TaskFilter, TaskStatus},
    testing::TestStore,
};

use crate::support::{NOW, a_lead, at, call, campaign, lead, personal, phone, tenant, user, uuid};

on_both_engines! {
    a_lead_reads_back_and_guards_its_version,
    a_lead_is_found_by_number_name_and_email,
    a_number_belongs_to_one_lead_of_a_campaign,
    a_lead_is_found_by_its_other_numbers_too,
    a_search_goes_on_from_page_to_page_under_a_filter,
    many_leads_are_written_together_and_found_like_others,
    many_leads_of_a_campaign_that_is_not_there_are_refused,
    any_number_of_leads_is_written_whole,
    an_import_takes_back_what_nobody_touched,
    leads_of_an_older_version_become_searchable,
    a_change_is_written_with_its_history_and_undone_once,
    of_two_undoes_at_once_one_wins,
    attempts_and_do_not_call_marks_are_kept,
    consents_are_kept_in_their_order_and_those_about_calls_are_known_when_it_matters,
    a_task_is_changed_and_listed_by_due_time,
    a_callback_is_closed_once,
}

async fn a_lead_reads_back_and_guards_its_version(store: TestStore) {
    let scope = tenant(&store).await;
    let owner = user(&store, scope).await;
    let mut lead = a_lead("Asha Verma");
    leads::insert(&*store, scope, &lead).await.unwrap();
    assert_eq!(leads::get(&*store, scope, lead.id).await.unwrap().as_ref(), Some(&lead));
    lead.owner_id = Some(owner);
    lead.heat = Heat::Hot;
    lead.email = None;
    lead.source_detail = None;
    assert_eq!(leads::update(&*store, scope, &lead).await.unwrap(), 2);
    assert!(matches!(leads::update(&*store, scope, &lead).await, Err(StorageError::Conflict { what: "lead" })));
    let read = leads::get(&*store, scope, lead.id).await.unwrap().unwrap();
    assert!(read.owner_name.is_some());
    assert_eq!(Lead { owner_name: None, version: 1, ..read }, lead);
}

async fn a_lead_is_found_by_number_name_and_email(store: TestStore) {
    let scope = tenant(&store).await;
    let mut asha = a_lead("Asha Marigold-Rao");
    asha.phone = personal("+919812300021");
    asha.email = Some(personal("Asha@Rao.example"));
    let mut other = a_lead("Ashok Verma");
    leads::insert(&*store, scope, &asha).await.unwrap();
    leads::insert(&*store, scope, &other).await.unwrap();
    assert_eq!(leads::by_phone(&*store, scope, &asha.phone).await.unwrap().unwrap().id, asha.id);
    assert!(leads::by_phone(&*store, scope, &personal("+911111111111")).await.unwrap().is_none());

    let search = async |text: &str| {
        let filter = LeadFilter { search: Some(text.to_owned()), ..LeadFilter::default() };
        let page = leads::list(&*store, scope, &filter, PageRequest::default()).await.unwrap();
        page.items.into_iter().map(|lead| lead.id).collect::<Vec<_>>()
    };
    for text in ["0021", "rao ASHA", "mari", "98123 00021", "asha@rao.example"] {
        assert_eq!(search(text).await, [asha.id], "{text}");
    }
    assert_eq!(search("ash").await.len(), 2);
    assert_eq!(search(" ").await.len(), 2, "an empty search is none");
    for text in ["21", "verma asha", "' OR 1=1 --", "%"] {
        assert_eq!(search(text).await, [], "{text}");
    }
    other.name = personal("Sunita Pillai");
    leads::update(&*store, scope, &other).await.unwrap();
    assert_eq!(search("ashok").await, [], "the old name is forgotten");
    assert_eq!(search("sunita").await, [other.id]);
}

async fn a_number_belongs_to_one_lead_of_a_campaign(store: TestStore) {
    let (one, two) = (tenant(&store).await, tenant(&store).await);
    let campaign = campaign(&store, one).await;
    let first = a_lead("Asha");
    let with_its_number = |campaign_id| Lead { phone: first.phone.clone(), campaign_id, ..a_lead("Vikram") };
    leads::insert(&*store, one, &first).await.unwrap();
    leads::insert(&*store, one, &with_its_number(Some(campaign))).await.unwrap();
    for again in [None, Some(campaign)] {
        let refused = leads::insert(&*store, one, &with_its_number(again)).await;
        assert!(matches!(refused, Err(StorageError::Unique { what: "lead with this number" })), "{refused:?}");
    }
    leads::insert(&*store, two, &with_its_number(None)).await.unwrap();

    // Of two with the number, the one that was spoken to last is meant.
    leads::count_attempt(&*store, one, first.id, Some(at(9)), at(10), at(9)).await.unwrap();
    assert_eq!(leads::by_phone(&*store, one, &first.phone).await.unwrap().unwrap().id, first.id);
}

async fn a_lead_is_found_by_its_other_numbers_too(store: TestStore) {
    let scope = tenant(&store).await;
    let lead = a_lead("Asha");
    leads::insert(&*store, scope, &lead).await.unwrap();
    let office =
        OtherNumber { number: personal("+914023456789"), kind: Some("fixed".into()), extension: Some("12".into()) };
    leads::numbers::set(&*store, scope, lead.id, std::slice::from_ref(&office)).await.unwrap();
    assert_eq!(leads::numbers::of_lead(&*store, scope, lead.id).await.unwrap(), std::slice::from_ref(&office));
    assert_eq!(leads::by_phone(&*store, scope, &office.number).await.unwrap().unwrap().id, lead.id);
    assert_eq!(search(&store, scope, "456789").await, [lead.id]);
    leads::numbers::set(&*store, scope, lead.id, &[]).await.unwrap();
    assert!(leads::by_phone(&*store, scope, &office.number).await.unwrap().is_none());
    assert_eq!(search(&store, scope, "456789").await, []);
}

async fn search(store: &TestStore, scope: TenantScope, text: &str) -> Vec<LeadId> {
    let filter = LeadFilter { search: Some(text.to_owned()), ..LeadFilter::default() };
    let page = leads::list(&**store, scope, &filter, PageRequest::default()).await.unwrap();
    page.items.into_iter().map(|lead| lead.id).collect()
}

async fn a_search_goes_on_from_page_to_page_under_a_filter(store: TestStore) {
    let scope = tenant(&store).await;
    let mut hot = Vec::new();
    for n in 0..150 {
        let heat = if n % 3 == 0 { Heat::Hot } else { Heat::Cold };
        let lead = Lead { heat, ..a_lead(if n % 2 == 0 { "Asha Sharma" } else { "Asha Shaw" }) };
        leads::insert(&*store, scope, &lead).await.unwrap();
        if heat == Heat::Hot && n % 2 == 0 {
            hot.push(lead.id);
        }
    }
    hot.reverse();
    let filter = LeadFilter { search: Some("shar asha".into()), heat: Some(Heat::Hot), ..LeadFilter::default() };
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = leads::list(&*store, scope, &filter, PageRequest::new(cursor, Some(7))).await.unwrap();
        assert!(page.items.len() <= 7);
        found.extend(page.items.into_iter().map(|lead| lead.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, hot);
}

/// Two thousand leads and one, in one transaction.
async fn written_together(store: &TestStore, scope: TenantScope, import: ImportId) -> (Vec<Lead>, (i64, i64)) {
    let make = |n: usize| {
        let lead = Lead { import_id: Some(import), ..a_lead(&format!("Asha \t\\N Kumar{n}")) };
        let office = OtherNumber { number: phone(), kind: None, extension: None };
        (lead, if n == 7 { vec![office] } else { vec![] })
    };
    let leads: Vec<_> = (0..2_001).map(make).collect();
    let sealed = bulk::seal(store, scope, leads.iter()).unwrap();
    let mut later = bulk::Unsearchable::default();
    let mut tx = store.begin().await.unwrap();
    let span = bulk::insert(&mut tx, sealed, &mut later).await.unwrap().unwrap();
    let mut rows = later.take();
    while !rows.is_empty() {
        bulk::make_searchable(&mut tx, scope, &mut rows, 1_000).await.unwrap();
    }
    tx.commit().await.unwrap();
    (leads.into_iter().map(|(lead, _)| lead).collect(), span)
}

async fn many_leads_are_written_together_and_found_like_others(store: TestStore) {
    let (scope, import) = (tenant(&store).await, ImportId::new(uuid()));
    let before = a_lead("Asha Before");
    leads::insert(&*store, scope, &before).await.unwrap();
    let (all, (first, last)) = written_together(&store, scope, import).await;
    assert_eq!(leads::get(&*store, scope, all[1_500].id).await.unwrap().as_ref(), Some(&all[1_500]));
    assert_eq!(search(&store, scope, "kumar77").await.len(), 11, "77 and 770 to 779");
    assert_eq!(leads::numbers::of_lead(&*store, scope, all[7].id).await.unwrap().len(), 1);
    assert_eq!(bulk::count(&*store, scope, import, first, last).await.unwrap(), 2_001);

    let hash = |lead: &Lead| NumberHash::of(&store, scope, lead.phone.reveal());
    let numbers = [hash(&before), hash(&all[3]), hash(&a_lead("Nobody"))];
    let known = bulk::known(&*store, scope, &numbers, bulk::Within::Campaign(None)).await.unwrap();
    assert_eq!(known.len(), 2);
    assert_eq!((known[&numbers[0]].import_id, known[&numbers[1]].import_id), (None, Some(import)));
    let elsewhere = bulk::Within::Campaign(Some(campaign(&store, scope).await));
    assert!(bulk::known(&*store, scope, &numbers, elsewhere).await.unwrap().is_empty());

    let last_place = bulk::last_place(&store).await.unwrap();
    let there = bulk::marks(&store, scope, None, 0, last_place).await.unwrap();
    assert_eq!(there.len(), 2_002);
    assert_eq!(numbers.each_ref().map(|number| there.contains(&number.mark())), [true, true, false]);
    assert!(bulk::marks(&store, scope, None, last_place, last_place + 1).await.unwrap().is_empty());
    let of_campaign = Some(campaign(&store, scope).await);
    assert!(bulk::marks(&store, scope, of_campaign, 0, last_place).await.unwrap().is_empty());

    let twice =
        bulk::seal(&store, scope, [(Lead { id: LeadId::new(uuid()), ..all[3].clone() }, vec![])].iter()).unwrap();
    let mut tx = store.begin().await.unwrap();
    let refused = bulk::insert(&mut tx, twice, &mut bulk::Unsearchable::default()).await;
    assert!(matches!(refused, Err(StorageError::Unique { what: "lead with this number" })), "{refused:?}");
}

async fn many_leads_of_a_campaign_that_is_not_there_are_refused(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let of_others = campaign(&store, other).await;
    let lead = Lead { campaign_id: Some(of_others), ..a_lead("Asha Sharma") };
    let sealed = bulk::seal(&store, scope, [(lead, vec![])].iter()).unwrap();
    let mut tx = store.begin().await.unwrap();
    let refused = bulk::insert(&mut tx, sealed, &mut bulk::Unsearchable::default()).await;
    assert!(matches!(refused, Err(StorageError::NoSuchReference)), "{refused:?}");
}

/// Rows are written by statements with room for some more; what is in all of them is bound once.
async fn any_number_of_leads_is_written_whole(store: TestStore) {
    let scope = tenant(&store).await;
    for count in [1, 2, 4, 5, 63, 65, 1_025] {
        let leads: Vec<_> = (0..count)
            .map(|n| {
                let language = (n % 3 == 0).then(|| "hi".to_owned());
                (Lead { language, ..a_lead("Asha Sharma") }, vec![])
            })
            .collect();
        let sealed = bulk::seal(&store, scope, leads.iter()).unwrap();
        let mut tx = store.begin().await.unwrap();
        let span = bulk::insert(&mut tx, sealed, &mut bulk::Unsearchable::default()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(span.1 - span.0 + 1, count);
        for (lead, _) in [&leads[0], leads.last().unwrap()] {
            assert_eq!(leads::get(&*store, scope, lead.id).await.unwrap().as_ref(), Some(lead));
        }
    }
    assert_eq!(bulk::marks(&store, scope, None, 0, 10_000).await.unwrap().len(), 1 + 2 + 4 + 5 + 63 + 65 + 1_025);
}

async fn an_import_takes_back_what_nobody_touched(store: TestStore) {
    let (scope, import) = (tenant(&store).await, ImportId::new(uuid()));
    let (all, (first, last)) = written_together(&store, scope, import).await;
    leads::count_attempt(&*store, scope, all[0].id, None, at(10), at(9)).await.unwrap();
    leads::update(&*store, scope, &Lead { stage: "visit".into(), ..all[1].clone() }).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let other = ImportId::new(uuid());
    assert_eq!(bulk::delete_untouched(&mut tx, scope, other, first, last).await.unwrap(), 0);
    assert_eq!(bulk::delete_untouched(&mut tx, scope, import, first, last).await.unwrap(), 1_999);
    tx.commit().await.unwrap();
    assert_eq!(bulk::count(&*store, scope, import, first, last).await.unwrap(), 2);
    assert_eq!(search(&store, scope, "kumar0").await, [all[0].id]);
    assert_eq!(search(&store, scope, "kumar77").await, []);
}

async fn leads_of_an_older_version_become_searchable(store: TestStore) {
    let scope = tenant(&store).await;
    let lead = a_lead("Asha Marigold");
    leads::insert(&*store, scope, &lead).await.unwrap();
    let tenant = scope.tenant();
    store.run(&format!("DELETE FROM lead_terms WHERE tenant_id = '{tenant}'")).await;
    store
        .run(&format!(
            "INSERT INTO search_terms (tenant_id, subject, subject_id, term) VALUES ('{tenant}', 'lead', '{}', 'x')",
            lead.id
        ))
        .await;
    assert_eq!(search(&store, scope, "marigold").await, []);
    store.migrate().await.unwrap();
    assert_eq!(search(&store, scope, "marigold").await, [lead.id]);
    assert!(!store.rows().await.iter().any(|row| row.starts_with("search_terms ")));
}

fn a_change(lead: &Lead, by: ChangedBy) -> LeadChange {
    LeadChange {
        id: LeadChangeId::new(uuid()),
        lead_id: lead.id,
        field: "stage".into(),
        from: Some(personal("new")),
        to: Some(personal("visit")),
        by,
        at: NOW,
        undone_at: None,
        merges: 0,
    }
}

fn by_person(user_id: UserId) -> ChangedBy {
    ChangedBy::Person { user_id, name: String::new() }
}

async fn a_change_is_written_with_its_history_and_undone_once(store: TestStore) {
    let scope = tenant(&store).await;
    let (person, call) = (user(&store, scope).await, call(&store, scope).await);
    let mut lead = a_lead("Asha");
    leads::insert(&*store, scope, &lead).await.unwrap();
    lead.stage = "visit".into();
    let by_analysis = a_change(&lead, ChangedBy::Analysis { call_id: call, engine: "rules".into() });
    let changes = [a_change(&lead, by_person(person)), by_analysis.clone()];
    assert_eq!(lead_changes::apply(&*store, scope, &lead, &changes).await.unwrap(), 2);
    assert_eq!(lead_changes::of_lead(&*store, scope, lead.id).await.unwrap().len(), 2);
    assert_eq!(lead_changes::of_call(&*store, scope, call).await.unwrap(), vec![by_analysis.clone()]);

    // Written from a version that is not the newest: neither lead nor history.
    let stale = lead_changes::apply(&*store, scope, &lead, &[a_change(&lead, by_person(person))]).await;
    assert!(matches!(stale, Err(StorageError::Conflict { what: "lead" })));
    assert_eq!(lead_changes::of_lead(&*store, scope, lead.id).await.unwrap().len(), 2);

    lead.version = 2;
    lead.stage = "new".into();
    assert_eq!(lead_changes::undo(&*store, scope, by_analysis.id, &lead, person, at(9)).await.unwrap(), 3);
    lead.version = 3;
    let again = lead_changes::undo(&*store, scope, by_analysis.id, &lead, person, at(10)).await;
    assert!(matches!(again, Err(StorageError::Conflict { what: "change" })));
    let read = lead_changes::get(&*store, scope, by_analysis.id).await.unwrap().unwrap();
    assert_eq!(read.undone_at, Some(at(9)));
    assert_eq!(leads::get(&*store, scope, lead.id).await.unwrap().unwrap().stage, "new");
}

async fn of_two_undoes_at_once_one_wins(store: TestStore) {
    let scope = tenant(&store).await;
    let person = user(&store, scope).await;
    let mut lead = a_lead("Asha");
    leads::insert(&*store, scope, &lead).await.unwrap();
    let change = a_change(&lead, by_person(person));
    lead.version = lead_changes::apply(&*store, scope, &lead, std::slice::from_ref(&change)).await.unwrap();
    let store = Arc::new(store);
    let undoes: Vec<_> = (0..6)
        .map(|_| {
            let (store, lead, id) = (Arc::clone(&store), lead.clone(), change.id);
            tokio::spawn(async move { lead_changes::undo(&**store, scope, id, &lead, person, at(1)).await })
        })
        .collect();
    let mut won = 0;
    for undo in undoes {
        match undo.await.unwrap() {
            Ok(version) => {
                won += 1;
                assert_eq!(version, 3);
            }
            Err(StorageError::Conflict { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(won, 1);
}

async fn attempts_and_do_not_call_marks_are_kept(store: TestStore) {
    let scope = tenant(&store).await;
    let lead = a_lead("Asha");
    leads::insert(&*store, scope, &lead).await.unwrap();
    leads::count_attempt(&*store, scope, lead.id, Some(at(1)), at(2), NOW).await.unwrap();
    leads::count_attempt(&*store, scope, lead.id, None, at(2), NOW).await.unwrap();
    leads::mark_do_not_call(&*store, scope, &lead.phone, None).await.unwrap();
    leads::mark_do_not_call(&*store, scope, &lead.phone, None).await.unwrap();
    let read = leads::get(&*store, scope, lead.id).await.unwrap().unwrap();
    assert_eq!((read.attempts, read.last_contact_at, read.do_not_call, read.version), (2, Some(at(1)), true, 2));
}

async fn a_task_is_changed_and_listed_by_due_time(store: TestStore) {
    let scope = tenant(&store).await;
    let (lead_id, owner) = (lead(&store, scope).await, user(&store, scope).await);
    let make = |text: &str, due: Option<i64>| Task {
        id: TaskId::new(uuid()),
        lead_id: Some(lead_id),
        lead_name: Some(personal("Asha Verma")),
        call_id: None,
        owner_id: Some(owner),
        owner_name: None,
        remind_at: None,
        zone: None,
        text: personal(text),
        due_at: due.map(at),
        made_by: "analysis".into(),
        quote: Some(personal("send me the brochure")),
        status: TaskStatus::Open,
        created_at: NOW,
    };
    let (late, soon, never) = (make("late", Some(9)), make("soon", Some(1)), make("never", None));
    for task in [&late, &never, &soon] {
        tasks::insert(&*store, scope, task).await.unwrap();
    }
    let filter = TaskFilter { status: Some(TaskStatus::Open), owner_id: Some(owner), ..TaskFilter::default() };
    let page = tasks::list(&*store, scope, &filter, PageRequest::default()).await.unwrap();
    // The name and the zone come from whom the task belongs to.
    assert!(page.items.iter().all(|task| task.owner_name.is_some() && task.zone.as_deref() == Some("Asia/Kolkata")));
    let written: Vec<Task> = page.items.into_iter().map(|task| Task { owner_name: None, zone: None, ..task }).collect();
    assert_eq!(written, [soon.clone(), late.clone(), never]);

    let done = Task { status: TaskStatus::Done, text: personal("sent"), due_at: None, ..soon };
    assert!(tasks::update(&*store, scope, &done, at(2)).await.unwrap());
    let read = tasks::get(&*store, scope, done.id).await.unwrap().unwrap();
    assert_eq!(Task { owner_name: None, zone: None, ..read }, done);
    assert_eq!(tasks::list(&*store, scope, &filter, PageRequest::default()).await.unwrap().items.len(), 2);
}

async fn a_callback_is_closed_once(store: TestStore) {
    let scope = tenant(&store).await;
    let callback = Callback {
        id: CallbackId::new(uuid()),
        lead_id: lead(&store, scope).await,
        lead_name: Personal::new("Asha Verma".into()),
        call_id: None,
        agent_id: None,
        agent_name: None,
        remind_at: None,
        due_at: at(60_000),
        local_time: "2027-01-15T13:30".into(),
        zone: "Asia/Kolkata".into(),
        zone_source: "said".into(),
        status: TaskStatus::Open,
        created_at: NOW,
    };
    callbacks::insert(&*store, scope, &callback).await.unwrap();
    assert_eq!(callbacks::get(&*store, scope, callback.id).await.unwrap().as_ref(), Some(&callback));
    let due =
        |ms| CallbackFilter { status: Some(TaskStatus::Open), due_before: Some(at(ms)), ..CallbackFilter::default() };
    assert_eq!(callbacks::list(&*store, scope, &due(60_000), PageRequest::default()).await.unwrap().items, []);
    assert_eq!(callbacks::list(&*store, scope, &due(60_001), PageRequest::default()).await.unwrap().items.len(), 1);
    let close = async || {
        callbacks::set_status(&*store, scope, callback.id, TaskStatus::Open, TaskStatus::Done, at(1)).await.unwrap()
    };
    assert!(close().await);
    assert!(!close().await);
}

async fn consents_are_kept_in_their_order_and_those_about_calls_are_known_when_it_matters(store: TestStore) {
    let scope = tenant(&store).await;
    let by = user(&store, scope).await;
    let lead = a_lead("Asha");
    leads::insert(&*store, scope, &lead).await.unwrap();
    let mut rows = Vec::new();
    for (channel, given, at_ms) in [(Channel::Call, true, 1), (Channel::Sms, false, 2), (Channel::Call, false, 3)] {
        let said = Consent { channel, purpose: "marketing".into(), given, at: at(at_ms) };
        let id = ConsentId::new(uuid());
        let proof = Some(personal("a letter"));
        let row = ConsentRow { id, lead_id: lead.id, said, source: "form".into(), proof, by: Some(by), by_name: None };
        consents::add(&*store, scope, &row).await.unwrap();
        rows.insert(0, row);
    }
    let mut read = consents::of_lead(&*store, scope, lead.id, 9).await.unwrap();
    assert!(read.iter_mut().all(|row| row.by_name.take().is_some()));
    assert_eq!(read, rows);
    assert_eq!(consents::of_lead(&*store, scope, lead.id, 2).await.unwrap().len(), 2);
    let known = objections::of_lead(&*store, scope, &lead).await.unwrap();
    assert_eq!(known.calls, [rows[2].said.clone(), rows[0].said.clone()]);
    assert_eq!(withdrawn(&known.calls), Some("marketing"));
}
