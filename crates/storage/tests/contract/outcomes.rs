//! Sets of outcomes in their versions, what comes due, and the answers of a national registry.

use domain::{
    dispositions::SetKind,
    do_not_call::{Objection, RegistryAnswer, may_be_called},
    ids::{CallbackId, DispositionSetId, TaskId, UserId},
    time::UnixMillis,
};
use serde_json::{Value, json};
use storage::{
    StorageError, TenantScope,
    callbacks::{self, Callback},
    campaigns,
    disposition_sets::{self, Choice, DispositionSet},
    leads::{self, bulk::NumberHash},
    objections, on_both_engines,
    registry::{self, Registry, RegistryKind},
    tasks::{self, Task, TaskStatus},
    testing::TestStore,
};

use crate::support::{NOW, a_campaign, a_lead, at, lead, personal, phone, tenant, user, uuid};

on_both_engines! {
    every_version_of_a_set_is_kept_and_an_older_one_is_not_written_over,
    a_campaign_has_at_each_instant_what_was_chosen_before_it,
    a_set_that_was_put_away_leaves_its_name_free,
    what_comes_due_is_taken_once_and_only_while_it_is_open,
    a_callback_is_changed_and_opened_again,
    answers_of_the_registry_count_for_their_number_and_tenant_until_they_expire,
    leads_with_a_number_are_found_in_every_campaign,
}

fn a_set(name: &str, body: Value, made_by: UserId, made_at: UnixMillis) -> DispositionSet {
    DispositionSet {
        id: DispositionSetId::new(uuid()),
        name: name.into(),
        kind: SetKind::Service,
        body,
        version: 1,
        made_by,
        made_by_name: String::new(),
        made_at,
        archived_at: None,
    }
}

async fn every_version_of_a_set_is_kept_and_an_older_one_is_not_written_over(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let by = user(&store, scope).await;
    let first = a_set("Service", json!([1]), by, at(1));
    disposition_sets::insert(&*store, scope, &first).await.unwrap();
    let second = DispositionSet { body: json!([1, 2]), kind: SetKind::Survey, made_at: at(2), ..first.clone() };
    assert_eq!(disposition_sets::update(&*store, scope, &second).await.unwrap(), 2);
    let stale = disposition_sets::update(&*store, scope, &second).await;
    assert!(matches!(stale, Err(StorageError::Conflict { what: "set" })), "{stale:?}");
    let read = disposition_sets::get(&*store, scope, first.id).await.unwrap().unwrap();
    assert_eq!((read.version, &read.body, read.kind, read.made_at), (2, &json!([1, 2]), SetKind::Survey, at(2)));
    assert!(!read.made_by_name.is_empty());
    let versions = disposition_sets::versions(&*store, scope, first.id).await.unwrap();
    let bodies: Vec<(u32, Value)> = versions.into_iter().map(|one| (one.version, one.body)).collect();
    assert_eq!(bodies, [(2, json!([1, 2])), (1, json!([1]))]);
    assert_eq!(disposition_sets::get(&*store, other, first.id).await.unwrap(), None);
    assert_eq!(disposition_sets::list(&*store, other).await.unwrap(), []);
    assert!(disposition_sets::versions(&*store, other, first.id).await.unwrap().is_empty());
    assert!(!disposition_sets::archive(&*store, other, first.id, Some(NOW)).await.unwrap());
}

async fn a_campaign_has_at_each_instant_what_was_chosen_before_it(store: TestStore) {
    let scope = tenant(&store).await;
    let by = user(&store, scope).await;
    let campaign = a_campaign(vec![by]);
    campaigns::insert(&*store, scope, &campaign).await.unwrap();
    let in_force = async |ms: i64| {
        let found = disposition_sets::in_force(&*store, scope, campaign.id, UnixMillis(ms)).await.unwrap();
        found.map(|found| (found.set.map(|(_, version)| version), found.body))
    };
    assert_eq!(in_force(5).await, None, "nobody has chosen yet");
    let set = a_set("Service", json!(["v1"]), by, UnixMillis(10));
    disposition_sets::insert(&*store, scope, &set).await.unwrap();
    let choose = async |choice: Choice, ms: i64| {
        let before = json!(["old"]);
        disposition_sets::choose(&*store, scope, campaign.id, Some(&before), &choice, UnixMillis(ms)).await.unwrap();
    };
    choose(Choice::Set(set.id), 20).await;
    choose(Choice::Set(set.id), 25).await;
    let second = DispositionSet { body: json!(["v2"]), made_at: UnixMillis(30), ..set.clone() };
    disposition_sets::update(&*store, scope, &second).await.unwrap();
    choose(Choice::Own(json!(["own"])), 40).await;
    let expected = [
        (19, (None, json!(["old"]))),
        (20, (Some(1), json!(["v1"]))),
        (29, (Some(1), json!(["v1"]))),
        (30, (Some(2), json!(["v2"]))),
        (39, (Some(2), json!(["v2"]))),
        (40, (None, json!(["own"]))),
    ];
    for (ms, found) in expected {
        assert_eq!(in_force(ms).await, Some(found), "{ms}");
    }
    assert_eq!(disposition_sets::sets_of_campaigns(&*store, scope).await.unwrap(), []);
    choose(Choice::Set(set.id), 50).await;
    let now = disposition_sets::sets_of_campaigns(&*store, scope).await.unwrap();
    assert_eq!(now, [(campaign.id, set.id)]);
    let foreign = Choice::Set(DispositionSetId::new(uuid()));
    let refused = disposition_sets::choose(&*store, scope, campaign.id, None, &foreign, UnixMillis(60)).await;
    assert!(matches!(refused, Err(StorageError::NoSuchReference)), "{refused:?}");
}

async fn a_set_that_was_put_away_leaves_its_name_free(store: TestStore) {
    let scope = tenant(&store).await;
    let by = user(&store, scope).await;
    let (one, two) = (a_set("Sales", json!([]), by, NOW), a_set("Sales", json!([]), by, NOW));
    disposition_sets::insert(&*store, scope, &one).await.unwrap();
    let taken = disposition_sets::insert(&*store, scope, &two).await;
    assert!(matches!(taken, Err(StorageError::Unique { what: "set" })), "{taken:?}");
    assert!(disposition_sets::archive(&*store, scope, one.id, Some(NOW)).await.unwrap());
    disposition_sets::insert(&*store, scope, &two).await.unwrap();
    let back = disposition_sets::archive(&*store, scope, one.id, None).await;
    assert!(matches!(back, Err(StorageError::Unique { .. })), "{back:?}");
}

async fn a_task(store: &TestStore, scope: TenantScope, owner: UserId, remind_at: Option<UnixMillis>) -> Task {
    let task = Task {
        id: TaskId::new(uuid()),
        lead_id: Some(lead(store, scope).await),
        lead_name: None,
        call_id: None,
        owner_id: Some(owner),
        owner_name: None,
        text: personal("send it"),
        due_at: remind_at,
        remind_at,
        zone: None,
        made_by: "agent".into(),
        quote: None,
        status: TaskStatus::Open,
        created_at: NOW,
    };
    tasks::insert(&**store, scope, &task).await.unwrap();
    task
}

async fn what_comes_due_is_taken_once_and_only_while_it_is_open(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let (owner, stranger) = (user(&store, scope).await, user(&store, other).await);
    let due = a_task(&store, scope, owner, Some(at(1))).await;
    let of_other = a_task(&store, other, stranger, Some(at(2))).await;
    let later = a_task(&store, scope, owner, Some(at(9))).await;
    a_task(&store, scope, owner, None).await;
    let done = a_task(&store, scope, owner, Some(at(1))).await;
    tasks::update(&*store, scope, &Task { status: TaskStatus::Done, ..done }, NOW).await.unwrap();
    let expected = [(scope.tenant(), due.id, at(1)), (other.tenant(), of_other.id, at(2))];
    assert_eq!(tasks::take_due(&*store, at(5), 10).await.unwrap(), expected);
    assert_eq!(tasks::take_due(&*store, at(5), 10).await.unwrap(), []);
    // Put off, it comes again.
    tasks::update(&*store, scope, &Task { remind_at: Some(at(7)), ..due.clone() }, NOW).await.unwrap();
    let taken = tasks::take_due(&*store, at(9), 10).await.unwrap();
    assert_eq!(taken.iter().map(|(_, id, _)| *id).collect::<Vec<_>>(), [due.id, later.id]);
    assert_eq!(tasks::get(&*store, scope, due.id).await.unwrap().unwrap().remind_at, None);
}

async fn a_callback_is_changed_and_opened_again(store: TestStore) {
    let scope = tenant(&store).await;
    let (one, two) = (user(&store, scope).await, user(&store, scope).await);
    let callback = Callback {
        id: CallbackId::new(uuid()),
        lead_id: lead(&store, scope).await,
        lead_name: personal("Asha Verma"),
        call_id: None,
        agent_id: Some(one),
        agent_name: None,
        due_at: at(10),
        remind_at: Some(at(10)),
        local_time: "2027-01-15T13:30".into(),
        zone: "Asia/Kolkata".into(),
        zone_source: "phone".into(),
        status: TaskStatus::Open,
        created_at: NOW,
    };
    callbacks::insert(&*store, scope, &callback).await.unwrap();
    let moved = Callback {
        agent_id: Some(two),
        due_at: at(20),
        remind_at: Some(at(20)),
        local_time: "2027-01-16T09:00".into(),
        zone: "Europe/London".into(),
        zone_source: "said".into(),
        ..callback.clone()
    };
    let read = async || {
        let found = callbacks::get(&*store, scope, callback.id).await.unwrap().unwrap();
        Callback { agent_name: None, ..found }
    };
    assert!(callbacks::update(&*store, scope, &moved, NOW).await.unwrap());
    assert_eq!(read().await, moved);
    let done = Callback { status: TaskStatus::Done, ..moved.clone() };
    callbacks::update(&*store, scope, &done, NOW).await.unwrap();
    assert_eq!(read().await, Callback { remind_at: None, ..done });
    assert_eq!(callbacks::take_due(&*store, at(99), 10).await.unwrap(), []);
    callbacks::update(&*store, scope, &moved, NOW).await.unwrap();
    assert_eq!(read().await, moved);
    assert_eq!(callbacks::take_due(&*store, at(99), 10).await.unwrap(), [(scope.tenant(), callback.id, at(20))]);
    let other = tenant(&store).await;
    assert!(!callbacks::update(&*store, other, &callback, NOW).await.unwrap());
}

async fn answers_of_the_registry_count_for_their_number_and_tenant_until_they_expire(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let (listed, free, unknown) = (phone(), phone(), phone());
    let of = async |scope, number| objections::of_number(&*store, scope, number).await.unwrap().registry;
    assert_eq!(of(scope, &listed).await, RegistryAnswer::NotUsed);
    let http = Some(Registry { kind: RegistryKind::Http, list_until: None });
    registry::set(&*store, scope, http).await.unwrap();
    assert_eq!(registry::get(&*store, scope).await.unwrap(), http);
    let said = [(listed.clone(), true), (free.clone(), false)];
    registry::keep(&*store, scope, &said, NOW, at(5)).await.unwrap();
    assert_eq!(of(scope, &listed).await, RegistryAnswer::Known { listed: true, until: at(5) });
    assert_eq!(of(scope, &free).await, RegistryAnswer::Known { listed: false, until: at(5) });
    assert_eq!(of(scope, &unknown).await, RegistryAnswer::NotAsked);
    assert_eq!(of(other, &listed).await, RegistryAnswer::NotUsed);
    let lead = leads::Lead { phone: listed.clone(), ..a_lead("Asha") };
    leads::insert(&*store, scope, &lead).await.unwrap();
    let of_lead = objections::of_lead(&*store, scope, &lead).await.unwrap();
    assert_eq!(may_be_called(&of_lead, None, NOW), Err(Objection::InRegistry { until: at(5) }));
    let hashes = [&listed, &unknown].map(|number| NumberHash::of(&store, scope, number.reveal()));
    let known = registry::of_numbers(&*store, scope, &hashes).await.unwrap().unwrap();
    assert_eq!((known.len(), known.contains_key(&hashes[0])), (1, true));
    assert_eq!(registry::of_numbers(&*store, other, &hashes).await.unwrap(), None);

    assert_eq!(registry::purge(&*store, at(5)).await.unwrap(), 0);
    assert_eq!(registry::purge(&*store, at(6)).await.unwrap(), 2);
    assert_eq!(of(scope, &listed).await, RegistryAnswer::NotAsked);

    // A list of numbers: what another registry has said is forgotten.
    registry::keep(&*store, scope, &said, NOW, at(5)).await.unwrap();
    let list = Some(Registry { kind: RegistryKind::List, list_until: Some(at(9)) });
    registry::set(&*store, scope, list).await.unwrap();
    assert_eq!(of(scope, &listed).await, RegistryAnswer::NotAsked);
    let numbers = [listed.clone(), free.clone()];
    assert_eq!(registry::add_numbers(&*store, scope, &numbers, true).await.unwrap(), 2);
    assert_eq!(registry::add_numbers(&*store, scope, &numbers[..1], false).await.unwrap(), 0);
    assert_eq!(registry::count_numbers(&*store, scope).await.unwrap(), 2);
    let asked = [unknown.clone(), listed.clone(), free.clone()];
    assert_eq!(registry::on_list(&*store, scope, &asked).await.unwrap(), [false, true, true]);
    assert_eq!(registry::on_list(&*store, other, &asked).await.unwrap(), [false, false, false]);
    registry::add_numbers(&*store, scope, &asked[..1], true).await.unwrap();
    assert_eq!(registry::on_list(&*store, scope, &asked).await.unwrap(), [true, false, false]);
    registry::set(&*store, scope, None).await.unwrap();
    assert_eq!(of(scope, &asked[0]).await, RegistryAnswer::NotUsed);
}

async fn leads_with_a_number_are_found_in_every_campaign(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let campaign = a_campaign(Vec::new());
    campaigns::insert(&*store, scope, &campaign).await.unwrap();
    let number = phone();
    let one = leads::Lead { phone: number.clone(), ..a_lead("Asha") };
    let two = leads::Lead { phone: number.clone(), campaign_id: Some(campaign.id), ..a_lead("Asha again") };
    for lead in [&one, &two] {
        leads::insert(&*store, scope, lead).await.unwrap();
    }
    leads::insert(&*store, scope, &leads::Lead { phone: phone(), ..a_lead("Ravi") }).await.unwrap();
    let mut found = leads::all_by_phone(&*store, scope, &number).await.unwrap();
    let mut expected = vec![one.id, two.id];
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(leads::all_by_phone(&*store, other, &number).await.unwrap(), []);
}
