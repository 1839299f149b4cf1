//! Queues, campaigns, numbers, settings, do-not-call.

use domain::{
    do_not_call::{Listing, Objections, may_be_called},
    ids::{DncId, IntakeKeyId, NumberId, TrunkId, VoicemailId},
    time::UnixMillis,
};
use serde_json::json;
use storage::{
    PageRequest, StorageError, campaigns, counters,
    dnc::{self, Added, DncEntry, DncFilter, Removed},
    intake::{self, Handed, IntakeKey, Taken},
    leads,
    numbers::{self, Number},
    objections, on_both_engines, queues,
    settings::{self, Secrets},
    sip_usage,
    testing::TestStore,
    voicemails::{self, Voicemail},
};

use crate::support::{
    NOW, a_campaign, a_lead, a_queue, at, campaign, lead, personal, phone, queue, tenant, user, uuid,
};

on_both_engines! {
    a_queue_is_changed_only_from_what_was_read,
    a_new_member_does_not_overwrite_an_edit,
    a_removed_queue_frees_its_name_and_its_numbers,
    a_campaign_reads_back_and_guards_its_version,
    a_number_leads_to_its_tenant_without_a_scope,
    calls_to_unknown_numbers_are_counted,
    settings_keep_secrets_apart_and_are_found_by_account,
    a_number_goes_on_the_do_not_call_list_once,
    a_number_is_listed_for_campaigns_apart_and_marks_only_their_leads,
    a_key_of_forms_is_found_by_its_hash_and_a_form_counts_once,
    counts_add_up_by_day,
    a_message_reads_back_with_its_sound_and_is_its_tenants,
    a_number_greets_with_a_message_of_its_tenant_until_it_is_deleted,
    minutes_of_a_trunk_never_shrink_and_stay_in_their_tenant,
}

async fn a_queue_is_changed_only_from_what_was_read(store: TestStore) {
    let scope = tenant(&store).await;
    let (one, two) = (user(&store, scope).await, user(&store, scope).await);
    let mut queue = a_queue(vec![one]);
    queues::insert(&*store, scope, &queue).await.unwrap();
    assert_eq!(queues::get(&*store, scope, queue.id).await.unwrap().as_ref(), Some(&queue));
    let alone = queues::settings(&*store, scope, queue.id).await.unwrap().unwrap();
    assert_eq!(alone, queues::Queue { member_ids: Vec::new(), ..queue.clone() });
    queue.member_ids = vec![one, two];
    queue.ring_s = 15;
    assert_eq!(queues::update(&*store, scope, &queue).await.unwrap(), 2);
    assert!(matches!(queues::update(&*store, scope, &queue).await, Err(StorageError::Conflict { what: "queue" })));
    queue.version = 2;
    assert_eq!(queues::list(&*store, scope).await.unwrap(), vec![queue]);
}

async fn a_new_member_does_not_overwrite_an_edit(store: TestStore) {
    let scope = tenant(&store).await;
    let (one, two) = (user(&store, scope).await, user(&store, scope).await);
    let mut queue = a_queue(vec![one]);
    queues::insert(&*store, scope, &queue).await.unwrap();
    assert!(queues::add_member(&*store, scope, queue.id, two).await.unwrap());
    assert!(queues::add_member(&*store, scope, queue.id, two).await.unwrap(), "twice is no fault");
    let members = queues::get(&*store, scope, queue.id).await.unwrap().unwrap().member_ids;
    assert!(members.len() == 2 && members.contains(&two));
    queue.ring_s = 15;
    let late = queues::update(&*store, scope, &queue).await;
    assert!(matches!(late, Err(StorageError::Conflict { what: "queue" })), "{late:?}");
}

async fn a_removed_queue_frees_its_name_and_its_numbers(store: TestStore) {
    let scope = tenant(&store).await;
    let queue = a_queue(vec![user(&store, scope).await]);
    queues::insert(&*store, scope, &queue).await.unwrap();
    let mut twin = a_queue(vec![]);
    twin.name.clone_from(&queue.name);
    let refused = queues::insert(&*store, scope, &twin).await;
    assert!(matches!(refused, Err(StorageError::Unique { what: "queue" })), "{refused:?}");
    let number = a_number(Some(queue.id));
    numbers::insert(&*store, scope, &number).await.unwrap();

    assert!(queues::remove(&*store, scope, queue.id, at(1)).await.unwrap());
    assert!(!queues::remove(&*store, scope, queue.id, at(1)).await.unwrap());
    assert_eq!(queues::get(&*store, scope, queue.id).await.unwrap(), None);
    assert_eq!(numbers::get(&*store, scope, number.id).await.unwrap().unwrap().queue_id, None);
    queues::insert(&*store, scope, &twin).await.unwrap();
}

async fn a_campaign_reads_back_and_guards_its_version(store: TestStore) {
    let scope = tenant(&store).await;
    let mut campaign = a_campaign(vec![user(&store, scope).await]);
    campaigns::insert(&*store, scope, &campaign).await.unwrap();
    assert_eq!(campaigns::get(&*store, scope, campaign.id).await.unwrap().as_ref(), Some(&campaign));
    campaign.state = "paused".into();
    campaign.agent_ids.clear();
    campaign.version = campaigns::update(&*store, scope, &campaign).await.unwrap();
    assert_eq!(campaigns::list(&*store, scope).await.unwrap(), vec![campaign.clone()]);
    campaign.version = 1;
    let refused = campaigns::update(&*store, scope, &campaign).await;
    assert!(matches!(refused, Err(StorageError::Conflict { what: "campaign" })));
}

fn a_number(queue_id: Option<domain::ids::QueueId>) -> Number {
    Number {
        id: NumberId::new(uuid()),
        number: phone().into_inner(),
        label: "Sales line".into(),
        queue_id,
        campaign_id: None,
        greeting: "Welcome. This call is recorded.".into(),
        greeting_message_id: None,
        language: "en".into(),
        provider: storage::numbers::Provider::Exotel,
        media: storage::numbers::Media::Conference,
        created_at: NOW,
        last_call_at: None,
    }
}

async fn a_number_leads_to_its_tenant_without_a_scope(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let mut number = a_number(Some(queue(&store, scope).await));
    numbers::insert(&*store, scope, &number).await.unwrap();
    let mut same = a_number(None);
    same.number.clone_from(&number.number);
    let refused = numbers::insert(&*store, other, &same).await;
    assert!(matches!(refused, Err(StorageError::Unique { what: "number" })), "{refused:?}");

    numbers::touch(&*store, scope, number.id, at(7)).await.unwrap();
    number.last_call_at = Some(at(7));
    number.label = "Main line".into();
    assert!(numbers::update(&*store, scope, &number).await.unwrap());
    let found = numbers::find(&*store, &number.number).await.unwrap();
    assert_eq!(found, Some((scope.tenant(), number.clone())));
    assert_eq!(numbers::list(&*store, scope).await.unwrap(), vec![number.clone()]);
    assert!(numbers::remove(&*store, scope, number.id).await.unwrap());
    assert_eq!(numbers::find(&*store, &number.number).await.unwrap(), None);
}

async fn calls_to_unknown_numbers_are_counted(store: TestStore) {
    let scope = tenant(&store).await;
    numbers::count_unknown(&*store, scope, "+918000000001", at(1)).await.unwrap();
    numbers::count_unknown(&*store, scope, "+918000000002", at(2)).await.unwrap();
    numbers::count_unknown(&*store, scope, "+918000000001", at(3)).await.unwrap();
    let unknown = numbers::unknown(&*store, scope).await.unwrap();
    let seen: Vec<_> = unknown.iter().map(|n| (n.number.as_str(), n.calls, n.first_at, n.last_at)).collect();
    assert_eq!(seen, [("+918000000001", 2, at(1), at(3)), ("+918000000002", 1, at(2), at(2))]);
}

async fn settings_keep_secrets_apart_and_are_found_by_account(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let secrets = Secrets::from([("auth_token".to_owned(), personal("very-secret"))]);
    let value = json!({"public_url": "https://a.example"});
    assert_eq!(settings::put(&*store, scope, "carrier", &value, &secrets, Some("AC1"), NOW).await.unwrap(), 1);
    let kept = settings::get(&*store, scope, "carrier").await.unwrap().unwrap();
    assert_eq!((kept.value, kept.secrets, kept.version), (value.clone(), secrets.clone(), 1));
    assert_eq!(settings::put(&*store, scope, "carrier", &value, &Secrets::new(), Some("AC2"), at(1)).await.unwrap(), 2);
    let (tenant_found, setting) = settings::find_account(&*store, "carrier", "AC2").await.unwrap().unwrap();
    assert_eq!((tenant_found, setting.secrets.len(), setting.updated_at), (scope.tenant(), 0, at(1)));
    assert!(settings::find_account(&*store, "carrier", "AC1").await.unwrap().is_none());
    assert!(settings::find_account(&*store, "storage", "AC2").await.unwrap().is_none());
    let refused = settings::put(&*store, other, "carrier", &value, &secrets, Some("AC2"), NOW).await;
    assert!(matches!(refused, Err(StorageError::Unique { what: "account" })), "{refused:?}");
    let mut read = settings::get(&*store, scope, "carrier").await.unwrap().unwrap();
    read.secrets = secrets;
    assert!(settings::update(&*store, scope, "carrier", &read, at(2)).await.unwrap());
    assert!(!settings::update(&*store, scope, "carrier", &read, at(3)).await.unwrap(), "it has changed since");
    read.version = 3;
    assert!(!settings::update(&*store, other, "carrier", &read, at(3)).await.unwrap(), "it is not theirs");
    let kept = settings::get(&*store, scope, "carrier").await.unwrap().unwrap();
    assert_eq!((kept.secrets, kept.version, kept.account.as_deref()), (read.secrets, 3, Some("AC2")));
    assert!(settings::remove(&*store, scope, "carrier").await.unwrap());
    assert!(settings::get(&*store, scope, "carrier").await.unwrap().is_none());
}

async fn a_number_goes_on_the_do_not_call_list_once(store: TestStore) {
    let scope = tenant(&store).await;
    let added_by = user(&store, scope).await;
    let number = personal("+919812345678");
    let entry = |until: Option<UnixMillis>| DncEntry {
        id: DncId::new(uuid()),
        number: number.clone(),
        campaign_id: None,
        until,
        reason: "asked".into(),
        source: "agent".into(),
        proof: Some(personal("a letter")),
        added_by: Some(added_by),
        added_by_name: None,
        added_at: NOW,
    };
    let first = entry(Some(at(5)));
    assert_eq!(dnc::add(&*store, scope, &first).await.unwrap(), Added::New);
    assert_eq!(dnc::add(&*store, scope, &entry(Some(at(4)))).await.unwrap(), Added::Before(first.id));
    assert_eq!(dnc::add(&*store, scope, &entry(None)).await.unwrap(), Added::Longer(first.id));
    assert_eq!(dnc::add(&*store, scope, &entry(Some(at(9)))).await.unwrap(), Added::Before(first.id));
    let kept = dnc::get(&*store, scope, first.id).await.unwrap().unwrap();
    assert_eq!((kept.until, kept.proof, kept.added_by_name.is_some()), (None, Some(personal("a letter")), true));
    let listings = objections::of_number(&*store, scope, &number).await.unwrap().listings;
    assert_eq!(listings, [Listing { campaign: None, until: None }]);
    for (search, found) in [(None, 1), (Some("5678"), 1), (Some("9876"), 0), (Some("+91 98123 45678"), 1)] {
        let filter = DncFilter { search: search.map(ToOwned::to_owned), ..DncFilter::default() };
        let page = dnc::list(&*store, scope, &filter, PageRequest::default()).await.unwrap();
        assert_eq!(page.items.len(), found, "{search:?}");
        assert!(page.items.iter().all(|entry| entry.number == number && entry.added_by_name.is_some()));
    }
    let removed = Removed { number: number.clone(), campaign_id: None };
    assert_eq!(dnc::remove(&*store, scope, first.id).await.unwrap(), Some(removed));
    assert_eq!(dnc::remove(&*store, scope, first.id).await.unwrap(), None);
    assert_eq!(objections::of_number(&*store, scope, &number).await.unwrap(), Objections::default());
}

async fn a_number_is_listed_for_campaigns_apart_and_marks_only_their_leads(store: TestStore) {
    let scope = tenant(&store).await;
    let (one, other) = (campaign(&store, scope).await, campaign(&store, scope).await);
    let number = personal("+919812345678");
    let mut leads_of = Vec::new();
    for campaign in [Some(one), Some(other), None] {
        let mut lead = a_lead("Asha");
        (lead.phone, lead.campaign_id) = (number.clone(), campaign);
        leads::insert(&*store, scope, &lead).await.unwrap();
        leads_of.push(lead.id);
    }
    let marks = async || {
        let mut marks = Vec::new();
        for lead in &leads_of {
            marks.push(leads::get(&*store, scope, *lead).await.unwrap().unwrap().do_not_call);
        }
        marks
    };
    let entry = |campaign_id, until| DncEntry {
        id: DncId::new(uuid()),
        number: number.clone(),
        campaign_id,
        until,
        reason: "asked".into(),
        source: "upload".into(),
        proof: None,
        added_by: None,
        added_by_name: None,
        added_at: NOW,
    };
    let (own, all) = (entry(Some(one), None), entry(None, None));
    for listed in [&own, &entry(Some(other), Some(at(60_000)))] {
        assert_eq!(dnc::add(&*store, scope, listed).await.unwrap(), Added::New);
    }
    leads::mark_do_not_call(&*store, scope, &number, Some(one)).await.unwrap();
    assert_eq!(marks().await, [true, false, false]);
    dnc::add(&*store, scope, &all).await.unwrap();
    leads::mark_do_not_call(&*store, scope, &number, None).await.unwrap();
    assert_eq!(marks().await, [true, true, true]);
    dnc::remove(&*store, scope, all.id).await.unwrap();
    leads::unmark_do_not_call(&*store, scope, &number, None).await.unwrap();
    assert_eq!(marks().await, [true, false, false], "the campaign's own entry holds on");
    let found =
        async |filter: DncFilter| dnc::list(&*store, scope, &filter, PageRequest::default()).await.unwrap().items.len();
    assert_eq!(found(DncFilter { campaign_id: Some(one), ..DncFilter::default() }).await, 1);
    assert_eq!(found(DncFilter { source: Some("agent".into()), ..DncFilter::default() }).await, 0);
    for (asked, there) in [((true, NOW), 2), ((true, at(60_000)), 1), ((false, at(60_000)), 1), ((false, NOW), 0)] {
        assert_eq!(found(DncFilter { in_force: Some(asked), ..DncFilter::default() }).await, there, "{asked:?}");
    }
    let lead = leads::get(&*store, scope, leads_of[1]).await.unwrap().unwrap();
    let objections = objections::of_lead(&*store, scope, &lead).await.unwrap();
    assert_eq!(objections.listings.len(), 2);
    assert!(may_be_called(&objections, Some(other), at(59_999)).is_err());
    assert_eq!(may_be_called(&objections, Some(other), at(60_000)), Ok(()));
}

async fn a_key_of_forms_is_found_by_its_hash_and_a_form_counts_once(store: TestStore) {
    let scope = tenant(&store).await;
    let mut key = IntakeKey {
        id: IntakeKeyId::new(uuid()),
        name: "Site".into(),
        key_end: "abcd".into(),
        scope: "leads:write".into(),
        campaign_id: Some(campaign(&store, scope).await),
        source: "Portal".into(),
        plan: json!({ "country": "IN" }),
        on: true,
        made_by: user(&store, scope).await,
        made_by_name: None,
        created_at: NOW,
        last_used_at: None,
        version: 1,
    };
    intake::insert(&*store, scope, &key, "hash").await.unwrap();
    assert!(matches!(intake::insert(&*store, scope, &key, "hash").await, Err(StorageError::Unique { what: "key" })));
    let (of, found) = intake::find(&*store, "hash").await.unwrap().unwrap();
    key.made_by_name.clone_from(&found.made_by_name);
    assert_eq!((of, &found), (scope.tenant(), &key));
    assert_eq!(intake::find(&*store, "other").await.unwrap(), None);
    (key.on, key.campaign_id) = (false, None);
    key.version = intake::update(&*store, scope, &key).await.unwrap();
    assert!(matches!(intake::update(&*store, scope, &found).await, Err(StorageError::Conflict { what: "key" })));
    intake::touch(&*store, scope, key.id, at(3)).await.unwrap();
    key.last_used_at = Some(at(3));
    assert_eq!(intake::list(&*store, scope).await.unwrap(), [key.clone()]);

    let lead = lead(&store, scope).await;
    let handed = |body_hash, at| Handed { key: key.id, request_key: "k", body_hash, at };
    let mut tx = store.begin().await.unwrap();
    assert_eq!(intake::begin(&mut tx, scope, handed("b", NOW), at(-9)).await.unwrap(), None);
    intake::finish(&mut tx, scope, handed("b", NOW), Some(lead), "new").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let taken = Taken { body_hash: "b".into(), lead_id: Some(lead), outcome: "new".into() };
    assert_eq!(intake::begin(&mut tx, scope, handed("c", at(5)), at(-1)).await.unwrap(), Some(taken));
    assert_eq!(intake::begin(&mut tx, scope, handed("c", at(5)), NOW).await.unwrap(), None, "that was too long ago");
    tx.undo().await.unwrap();
    assert_eq!(intake::purge(&*store, at(1)).await.unwrap(), 1);
    let other = tenant(&store).await;
    assert_eq!(intake::get(&*store, other, key.id).await.unwrap(), None);
    assert!(!intake::remove(&*store, other, key.id).await.unwrap());
    assert!(intake::remove(&*store, scope, key.id).await.unwrap());
    assert_eq!(intake::find(&*store, "hash").await.unwrap(), None);
}

async fn counts_add_up_by_day(store: TestStore) {
    let scope = tenant(&store).await;
    counters::add(&*store, scope, "api", "2027-01-14", 5).await.unwrap();
    counters::add(&*store, scope, "api", "2027-01-15", 1).await.unwrap();
    assert_eq!(counters::add(&*store, scope, "api", "2027-01-15", 2).await.unwrap(), 3);
    let since = counters::since(&*store, scope, "2027-01-15").await.unwrap();
    assert_eq!(since.iter().map(|c| (c.day.as_str(), c.value)).collect::<Vec<_>>(), [("2027-01-15", 3)]);
}

async fn minutes_of_a_trunk_never_shrink_and_stay_in_their_tenant(store: TestStore) {
    let (one, two) = (tenant(&store).await, tenant(&store).await);
    let trunk = TrunkId::new(uuid());
    for (day, minutes) in [(20_000, 3), (20_000, 5), (20_000, 4), (20_001, 1)] {
        sip_usage::put(&*store, one, trunk, day, minutes).await.unwrap();
    }
    assert_eq!(sip_usage::of_day(&*store, one, 20_000).await.unwrap(), vec![(trunk, 5)]);
    assert_eq!(sip_usage::of_day(&*store, one, 20_001).await.unwrap(), vec![(trunk, 1)]);
    assert_eq!(sip_usage::of_day(&*store, two, 20_000).await.unwrap(), vec![]);
}

fn a_message(name: &str) -> Voicemail {
    Voicemail { id: VoicemailId::new(uuid()), name: name.to_owned(), length_ms: 9_000, created_at: NOW }
}

async fn a_number_greets_with_a_message_of_its_tenant_until_it_is_deleted(store: TestStore) {
    let (scope, stranger) = (tenant(&store).await, tenant(&store).await);
    let (own, other, foreign) = (a_message("Welcome"), a_message("Good day"), a_message("Welcome"));
    for (scope, message) in [(scope, &own), (scope, &other), (stranger, &foreign)] {
        voicemails::insert(&*store, scope, message, "AAA=").await.unwrap();
    }
    let greets_with = async |id| numbers::get(&*store, scope, id).await.unwrap().unwrap().greeting_message_id;
    let of = |message: &Voicemail| Number { greeting_message_id: Some(message.id), ..a_number(None) };
    let (first, second, third) = (of(&own), of(&other), of(&foreign));
    for number in [&first, &second, &third] {
        numbers::insert(&*store, scope, number).await.unwrap();
    }
    assert_eq!(numbers::get(&*store, scope, first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(greets_with(third.id).await, None, "the message is somebody else's");
    let changed = Number { greeting_message_id: Some(own.id), ..third.clone() };
    assert!(numbers::update(&*store, scope, &changed).await.unwrap());
    assert_eq!(greets_with(third.id).await, Some(own.id));

    assert!(!voicemails::remove(&*store, stranger, own.id).await.unwrap());
    assert_eq!(greets_with(first.id).await, Some(own.id));
    assert!(voicemails::remove(&*store, scope, own.id).await.unwrap());
    assert_eq!((greets_with(first.id).await, greets_with(third.id).await), (None, None));
    assert_eq!(greets_with(second.id).await, Some(other.id));
    assert!(numbers::update(&*store, scope, &first).await.unwrap());
    assert_eq!(greets_with(first.id).await, None, "what was deleted comes back with no old form");
}

async fn a_message_reads_back_with_its_sound_and_is_its_tenants(store: TestStore) {
    let (scope, stranger) = (tenant(&store).await, tenant(&store).await);
    let message = a_message;
    let (late, early) = (message("Please call"), message("Good day"));
    voicemails::insert(&*store, scope, &late, "//8=").await.unwrap();
    voicemails::insert(&*store, scope, &early, "AAA=").await.unwrap();
    let twice = voicemails::insert(&*store, scope, &message("Good day"), "").await;
    assert!(matches!(twice, Err(StorageError::Unique { .. })), "{twice:?}");
    assert_eq!(voicemails::list(&*store, scope).await.unwrap(), [early.clone(), late.clone()]);
    assert_eq!(voicemails::get(&*store, scope, late.id).await.unwrap(), Some(late.clone()));
    assert_eq!(voicemails::sound(&*store, scope, late.id).await.unwrap().as_deref(), Some("//8="));
    assert_eq!(voicemails::list(&*store, stranger).await.unwrap(), []);
    assert_eq!(voicemails::get(&*store, stranger, late.id).await.unwrap(), None);
    assert_eq!(voicemails::sound(&*store, stranger, late.id).await.unwrap(), None);
    assert!(!voicemails::remove(&*store, stranger, late.id).await.unwrap());
    assert!(voicemails::remove(&*store, scope, late.id).await.unwrap());
    assert!(!voicemails::remove(&*store, scope, late.id).await.unwrap());
}
