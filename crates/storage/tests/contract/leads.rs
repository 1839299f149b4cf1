//! Leads, their changes, tasks and callbacks.

use std::sync::Arc;

use domain::{
    ids::{CallbackId, LeadChangeId, TaskId, UserId},
    pii::Personal,
};
use storage::{
    PageRequest, StorageError,
    callbacks::{self, Callback, CallbackFilter},
    lead_changes::{self, ChangedBy, LeadChange},
    leads::{self, Heat, Lead, LeadFilter},
    on_both_engines,
    tasks::{self, Task, TaskFilter, TaskStatus},
    testing::TestStore,
};

use crate::support::{NOW, a_lead, at, call, lead, personal, tenant, user, uuid};

on_both_engines! {
    a_lead_reads_back_and_guards_its_version,
    a_lead_is_found_by_number_name_and_email,
    a_number_belongs_to_one_lead_of_a_tenant,
    a_change_is_written_with_its_history_and_undone_once,
    of_two_undoes_at_once_one_wins,
    attempts_and_do_not_call_marks_are_kept,
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

async fn a_number_belongs_to_one_lead_of_a_tenant(store: TestStore) {
    let (one, two) = (tenant(&store).await, tenant(&store).await);
    let first = a_lead("Asha");
    let mut second = a_lead("Vikram");
    second.phone = first.phone.clone();
    leads::insert(&*store, one, &first).await.unwrap();
    let refused = leads::insert(&*store, one, &second).await;
    assert!(matches!(refused, Err(StorageError::Unique { what: "lead with this number" })), "{refused:?}");
    leads::insert(&*store, two, &second).await.unwrap();
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
    leads::set_do_not_call(&*store, scope, &lead.phone, true).await.unwrap();
    leads::set_do_not_call(&*store, scope, &lead.phone, true).await.unwrap();
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
    assert_eq!(page.items, [soon.clone(), late.clone(), never]);

    let done = Task { status: TaskStatus::Done, text: personal("sent"), due_at: None, ..soon };
    assert!(tasks::update(&*store, scope, &done, at(2)).await.unwrap());
    assert_eq!(tasks::get(&*store, scope, done.id).await.unwrap(), Some(done));
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
