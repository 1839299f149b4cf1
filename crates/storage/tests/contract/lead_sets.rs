//! Tags, actions on many leads, deleted leads, and views.

use std::collections::BTreeSet;

use domain::{
    ids::{BulkActionId, LeadId, LeadViewId, TagId, UserId},
    pii::Personal,
};
use serde_json::json;
use storage::{
    Cursor, PageRequest, StorageError, Store, TenantScope, assignment,
    bulk_actions::{self, BulkAction, Target},
    calls, dnc,
    lead_views::{self, LeadView},
    leads::{
        self, Lead, LeadFilter,
        bulk::{self, NumberHash, Within},
        numbers, sets,
    },
    on_both_engines,
    tags::{self, Tag},
    tasks,
    testing::TestStore,
    worklist,
};

use crate::support::{NOW, a_call, a_lead, a_projection, at, call_with, campaign, lead, tenant, user, uuid};

on_both_engines! {
    a_word_is_one_tag_whatever_its_capitals,
    leads_of_a_tag_are_listed_in_either_order_page_by_page,
    a_deleted_lead_is_nowhere_and_comes_back_where_it_was,
    a_deleted_lead_leaves_its_number_free,
    what_was_deleted_is_taken_away_and_calls_keep_an_empty_lead,
    leads_that_fit_are_found_once_each_in_batches,
    an_action_goes_on_where_it_was_and_knows_what_became_of_each_lead,
    a_move_into_a_campaign_that_has_the_number_is_refused_as_a_whole,
    views_are_seen_by_their_makers_and_when_shared_by_all,
    a_stranger_reaches_no_tag_action_or_view,
}

fn a_tag(word: &str) -> Tag {
    Tag {
        id: TagId::new(uuid()),
        word: word.into(),
        word_key: word.to_lowercase(),
        colour: "teal".into(),
        created_at: NOW,
    }
}

async fn tag(store: &Store, scope: TenantScope, word: &str) -> TagId {
    let tag = a_tag(word);
    tags::insert(store, scope, &tag).await.unwrap();
    tag.id
}

/// Leads of which each came in a millisecond after the one before.
async fn some_leads(store: &Store, scope: TenantScope, count: i64) -> Vec<LeadId> {
    let mut ids = Vec::new();
    for n in 0..count {
        let lead = Lead { created_at: at(n), ..a_lead("Asha Verma") };
        leads::insert(store, scope, &lead).await.unwrap();
        ids.push(lead.id);
    }
    ids
}

async fn listed(store: &Store, scope: TenantScope, filter: &LeadFilter) -> Vec<LeadId> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = leads::list(store, scope, filter, PageRequest::new(after, Some(2))).await.unwrap();
        ids.extend(page.items.iter().map(|lead| lead.id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

async fn delete(store: &Store, scope: TenantScope, lead: LeadId) {
    let mut tx = store.begin().await.unwrap();
    sets::delete(&mut tx, scope, &[lead], NOW).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_word_is_one_tag_whatever_its_capitals(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let hot = a_tag("Hot");
    tags::insert(&*store, scope, &hot).await.unwrap();
    let twice = tags::insert(&*store, scope, &a_tag("HOT")).await;
    assert!(matches!(twice, Err(StorageError::Unique { what: "tag" })), "{twice:?}");
    tags::insert(&*store, other, &a_tag("HOT")).await.unwrap();
    let cold = a_tag("Cold");
    tags::insert(&*store, scope, &cold).await.unwrap();
    assert_eq!(tags::list(&*store, scope).await.unwrap(), [cold.clone(), hot.clone()]);
    let renamed = Tag { word: "Warm".into(), word_key: "warm".into(), colour: "red".into(), ..hot };
    assert!(tags::update(&*store, scope, &renamed).await.unwrap());
    assert_eq!(tags::get(&*store, scope, renamed.id).await.unwrap(), Some(renamed.clone()));
    let taken = tags::update(&*store, scope, &Tag { word_key: "cold".into(), ..renamed.clone() }).await;
    assert!(matches!(taken, Err(StorageError::Unique { what: "tag" })));
    assert!(tags::remove(&*store, scope, cold.id).await.unwrap());
    assert!(!tags::remove(&*store, scope, cold.id).await.unwrap());
}

async fn leads_of_a_tag_are_listed_in_either_order_page_by_page(store: TestStore) {
    let scope = tenant(&store).await;
    let ids = some_leads(&store, scope, 7).await;
    let (hot, other) = (tag(&store, scope, "hot").await, tag(&store, scope, "other").await);
    let given = tags::give(&*store, scope, hot, &ids[1..6]).await.unwrap();
    assert_eq!(given, ids[1..6].iter().copied().collect());
    assert_eq!(tags::give(&*store, scope, hot, &ids[5..]).await.unwrap(), BTreeSet::from([ids[6]]));
    tags::give(&*store, scope, other, &ids[..1]).await.unwrap();
    let filter = LeadFilter { tag_id: Some(hot), ..LeadFilter::default() };
    let newest: Vec<_> = ids[1..].iter().rev().copied().collect();
    assert_eq!(listed(&store, scope, &filter).await, newest);
    let oldest = LeadFilter { oldest_first: true, ..filter.clone() };
    assert_eq!(listed(&store, scope, &oldest).await, ids[1..]);
    let all = LeadFilter { oldest_first: true, ..LeadFilter::default() };
    assert_eq!(listed(&store, scope, &all).await, ids);
    let search = LeadFilter { search: Some("asha".into()), ..filter.clone() };
    assert_eq!(listed(&store, scope, &search).await.len(), 6);
    let none = LeadFilter { stage: Some("won".into()), ..filter.clone() };
    assert_eq!(listed(&store, scope, &none).await, []);
    let of = tags::of_leads(&*store, scope, &ids).await.unwrap();
    assert_eq!((of[&ids[0]].as_slice(), of[&ids[3]].as_slice()), (&[other][..], &[hot][..]));
    assert_eq!(tags::take(&*store, scope, hot, &ids[..3]).await.unwrap(), ids[1..3].iter().copied().collect());
    let still = tags::remove(&*store, scope, hot).await;
    assert!(matches!(still, Err(StorageError::NoSuchReference)), "{still:?}");
    assert_eq!(tags::take_from_some(&*store, scope, hot, 3).await.unwrap(), 3);
    assert_eq!(tags::take_from_some(&*store, scope, hot, 3).await.unwrap(), 1);
    assert!(tags::remove(&*store, scope, hot).await.unwrap());
    assert_eq!(listed(&store, scope, &filter).await, []);
}

async fn a_deleted_lead_is_nowhere_and_comes_back_where_it_was(store: TestStore) {
    let scope = tenant(&store).await;
    let owner = user(&store, scope).await;
    let lead = Lead { owner_id: Some(owner), ..a_lead("Asha Verma") };
    leads::insert(&*store, scope, &lead).await.unwrap();
    let hot = tag(&store, scope, "hot").await;
    tags::give(&*store, scope, hot, &[lead.id]).await.unwrap();
    let place = worklist::place_of(&*store, scope, lead.id).await.unwrap();
    assert!(place.is_some());
    let mut tx = store.begin().await.unwrap();
    let member = sets::members(&mut tx, scope, &[lead.id]).await.unwrap().remove(0);
    assert_eq!((member.owner_id, member.campaign_id), (Some(owner), None));
    sets::delete(&mut tx, scope, &[lead.id], NOW).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(leads::get(&*store, scope, lead.id).await.unwrap(), None);
    assert_eq!(leads::by_phone(&*store, scope, &lead.phone).await.unwrap(), None);
    assert_eq!(worklist::place_of(&*store, scope, lead.id).await.unwrap(), None);
    for filter in [
        LeadFilter::default(),
        LeadFilter { tag_id: Some(hot), ..LeadFilter::default() },
        LeadFilter { search: Some("asha".into()), ..LeadFilter::default() },
        LeadFilter { owner_id: Some(owner), ..LeadFilter::default() },
    ] {
        assert_eq!(listed(&store, scope, &filter).await, [], "{filter:?}");
        assert_eq!(sets::find(&*store, scope, &filter, None, 10).await.unwrap().0, []);
    }
    assert_eq!(assignment::owned_by(&*store, scope, owner, 10).await.unwrap(), []);
    leads::unmark_do_not_call(&*store, scope, &lead.phone, None).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(sets::members(&mut tx, scope, &[lead.id]).await.unwrap(), []);
    assert_eq!(sets::deleted(&mut tx, scope, &[lead.id]).await.unwrap().len(), 1);
    sets::restore(&mut tx, scope, lead.id, &member.line).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(worklist::place_of(&*store, scope, lead.id).await.unwrap(), place);
    let back = leads::get(&*store, scope, lead.id).await.unwrap().unwrap();
    assert_eq!((back.name, back.phone.clone(), back.owner_id), (lead.name, lead.phone, Some(owner)));
    assert_eq!(listed(&store, scope, &LeadFilter { tag_id: Some(hot), ..LeadFilter::default() }).await, [lead.id]);

    // Who asks meanwhile not to be called for a while comes back as before; who asks it for ever is not called any more.
    delete(&store, scope, lead.id).await;
    let entry = |until| dnc::DncEntry {
        id: domain::ids::DncId::new(uuid()),
        number: back.phone.clone(),
        campaign_id: None,
        until,
        reason: "asked".into(),
        source: "agent".into(),
        proof: None,
        added_by: None,
        added_by_name: None,
        added_at: NOW,
    };
    let restored = async || {
        let mut tx = store.begin().await.unwrap();
        sets::restore(&mut tx, scope, lead.id, &member.line).await.unwrap();
        tx.commit().await.unwrap();
        leads::get(&*store, scope, lead.id).await.unwrap().unwrap().do_not_call
    };
    let timed = entry(Some(NOW));
    dnc::add(&*store, scope, &timed).await.unwrap();
    assert!(!restored().await, "an entry that ends leaves the lead as it is");
    assert_eq!(worklist::place_of(&*store, scope, lead.id).await.unwrap(), place);
    dnc::remove(&*store, scope, timed.id).await.unwrap();
    delete(&store, scope, lead.id).await;
    dnc::add(&*store, scope, &entry(None)).await.unwrap();
    assert!(restored().await);
    assert_eq!(worklist::place_of(&*store, scope, lead.id).await.unwrap(), None);
}

async fn a_deleted_lead_leaves_its_number_free(store: TestStore) {
    let scope = tenant(&store).await;
    let first = a_lead("Asha Verma");
    leads::insert(&*store, scope, &first).await.unwrap();
    delete(&store, scope, first.id).await;
    let hashes = [NumberHash::of(&store, scope, first.phone.reveal())];
    assert!(bulk::known(&*store, scope, &hashes, Within::Tenant).await.unwrap().is_empty());
    let second = Lead { phone: first.phone.clone(), ..a_lead("Asha Again") };
    leads::insert(&*store, scope, &second).await.unwrap();
    assert_eq!(leads::by_phone(&*store, scope, &first.phone).await.unwrap().unwrap().id, second.id);
    let mut tx = store.begin().await.unwrap();
    let line = json!({ "kind": "fresh", "class": 5, "key": 0 });
    let back = sets::restore(&mut tx, scope, first.id, &line).await;
    assert!(matches!(back, Err(StorageError::Unique { what: "lead with this number" })), "{back:?}");
}

async fn what_was_deleted_is_taken_away_and_calls_keep_an_empty_lead(store: TestStore) {
    let scope = tenant(&store).await;
    let (plain, called) = (lead(&store, scope).await, a_lead("Ravi Kumar"));
    leads::insert(&*store, scope, &called).await.unwrap();
    let other = numbers::OtherNumber { number: crate::support::phone(), kind: None, extension: None };
    numbers::set(&*store, scope, plain, &[other]).await.unwrap();
    let hot = tag(&store, scope, "hot").await;
    tags::give(&*store, scope, hot, &[plain, called.id]).await.unwrap();
    let mut projection = a_projection();
    projection.lead_id = Some(called.id);
    let call = call_with(&store, scope, a_call(), projection).await;
    let kept = lead(&store, scope).await;
    for id in [plain, called.id] {
        delete(&store, scope, id).await;
    }
    assert_eq!(calls::get(&*store, scope, call).await.unwrap().unwrap().lead_name, None);
    assert_eq!(sets::erase_deleted(&store, NOW, 10).await.unwrap(), 0);
    assert_eq!(sets::erase_deleted(&store, at(1), 10).await.unwrap(), 2);
    assert_eq!(sets::erase_deleted(&store, at(1), 10).await.unwrap(), 0);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(sets::deleted(&mut tx, scope, &[plain, called.id]).await.unwrap(), []);
    tx.undo().await.unwrap();
    assert_eq!(calls::get(&*store, scope, call).await.unwrap().unwrap().lead_id, Some(called.id));
    assert!(tags::of_leads(&*store, scope, &[plain, called.id]).await.unwrap().is_empty());
    assert!(leads::get(&*store, scope, kept).await.unwrap().is_some());
    assert_eq!(
        tasks::list(&*store, scope, &tasks::TaskFilter::default(), PageRequest::default()).await.unwrap().items,
        []
    );
}

async fn leads_that_fit_are_found_once_each_in_batches(store: TestStore) {
    let scope = tenant(&store).await;
    let ids = some_leads(&store, scope, 7).await;
    let hot = tag(&store, scope, "hot").await;
    tags::give(&*store, scope, hot, &ids).await.unwrap();
    for filter in [
        LeadFilter::default(),
        LeadFilter { tag_id: Some(hot), ..LeadFilter::default() },
        LeadFilter { search: Some("asha".into()), ..LeadFilter::default() },
    ] {
        let (mut found, mut after): (Vec<LeadId>, Option<Cursor>) = (Vec::new(), None);
        loop {
            let (some, next) = sets::find(&*store, scope, &filter, after, 3).await.unwrap();
            found.extend(some);
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found.len(), 7, "{filter:?}");
        assert_eq!(found.iter().collect::<BTreeSet<_>>(), ids.iter().collect(), "{filter:?}");
    }
}

fn an_action(made_by: UserId) -> BulkAction {
    BulkAction {
        id: BulkActionId::new(uuid()),
        action: json!({ "kind": "delete" }),
        filter: Personal::new(json!({ "search": "asha" })),
        state: "gathering".into(),
        gather_after: None,
        total: 0,
        done: 0,
        undone: 0,
        counts: json!({}),
        failure: None,
        made_by,
        made_by_name: String::new(),
        created_at: NOW,
        finished_at: None,
        undo_until: None,
        version: 1,
    }
}

async fn an_action_goes_on_where_it_was_and_knows_what_became_of_each_lead(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let ids = some_leads(&store, scope, 5).await;
    let mut action = an_action(me);
    let mut tx = store.begin().await.unwrap();
    bulk_actions::insert(&mut tx, scope, &action).await.unwrap();
    bulk_actions::add_leads(&mut tx, scope, action.id, 0, &ids[..3]).await.unwrap();
    bulk_actions::add_leads(&mut tx, scope, action.id, 3, &ids[3..]).await.unwrap();
    tx.commit().await.unwrap();
    let found = bulk_actions::leads(&*store, scope, action.id, 2, 2).await.unwrap();
    assert_eq!(found.iter().map(|one| (one.position, one.lead_id)).collect::<Vec<_>>(), [(3, ids[2]), (4, ids[3])]);
    let settled: Vec<Target> = found
        .into_iter()
        .map(|one| Target { outcome: Some("changed".into()), undo_data: Some(json!({ "owner": me })), ..one })
        .collect();
    let mut tx = store.begin().await.unwrap();
    bulk_actions::settle(&mut tx, scope, action.id, &settled).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bulk_actions::leads(&*store, scope, action.id, 2, 2).await.unwrap(), settled);
    assert_eq!(bulk_actions::leads(&*store, scope, action.id, 4, 9).await.unwrap()[0].outcome, None);

    (action.state, action.total, action.done) = ("working".into(), 5, 4);
    action.gather_after = Some("x".into());
    assert_eq!(bulk_actions::update(&*store, scope, &action).await.unwrap(), 2);
    let stale = bulk_actions::update(&*store, scope, &action).await;
    assert!(matches!(stale, Err(StorageError::Conflict { what: "action" })));
    let read = bulk_actions::get(&*store, scope, action.id).await.unwrap().unwrap();
    assert_eq!((read.total, read.done, &read.filter, read.version), (5, 4, &action.filter, 2));
    assert!(read.made_by_name.starts_with("Agent"));
    let mine = |found: Vec<(domain::ids::TenantId, BulkAction)>| found.iter().any(|(_, one)| one.id == action.id);
    assert!(mine(bulk_actions::in_state(&*store, "working").await.unwrap()));
    assert!(!mine(bulk_actions::in_state(&*store, "gathering").await.unwrap()));
    assert_eq!(
        bulk_actions::list(&*store, scope, PageRequest::default()).await.unwrap().items,
        std::slice::from_ref(&read)
    );

    assert_eq!(bulk_actions::forget_leads(&*store, at(10), 5).await.unwrap(), 0);
    bulk_actions::update(&*store, scope, &BulkAction { finished_at: Some(NOW), ..read }).await.unwrap();
    assert_eq!(bulk_actions::forget_leads(&*store, at(10), 5).await.unwrap(), 1);
    assert_eq!(bulk_actions::leads(&*store, scope, action.id, 0, 9).await.unwrap(), []);
}

async fn a_move_into_a_campaign_that_has_the_number_is_refused_as_a_whole(store: TestStore) {
    let scope = tenant(&store).await;
    let to = campaign(&store, scope).await;
    let (free, there) = (a_lead("Free One"), Lead { campaign_id: Some(to), ..a_lead("There One") });
    let same = Lead { phone: there.phone.clone(), ..a_lead("Same Number") };
    for lead in [&free, &there, &same] {
        leads::insert(&*store, scope, lead).await.unwrap();
    }
    let mut tx = store.begin().await.unwrap();
    let moved = sets::move_to(&mut tx, scope, &[free.id, same.id], Some(to), NOW).await;
    assert!(matches!(moved, Err(StorageError::Unique { what: "lead with this number" })), "{moved:?}");
    tx.undo().await.unwrap();
    assert_eq!(leads::get(&*store, scope, free.id).await.unwrap().unwrap().campaign_id, None);
    let mut tx = store.begin().await.unwrap();
    sets::move_to(&mut tx, scope, &[free.id], Some(to), NOW).await.unwrap();
    tx.commit().await.unwrap();
    let moved = leads::get(&*store, scope, free.id).await.unwrap().unwrap();
    assert_eq!((moved.campaign_id, moved.version), (Some(to), 2));
}

fn a_view(made_by: UserId, name: &str, shared: bool) -> LeadView {
    LeadView {
        id: LeadViewId::new(uuid()),
        name: name.into(),
        filter: Personal::new(json!({ "search": "asha" })),
        sort: "oldest".into(),
        shared,
        made_by,
        made_by_name: String::new(),
        created_at: NOW,
    }
}

async fn views_are_seen_by_their_makers_and_when_shared_by_all(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, you) = (user(&store, scope).await, user(&store, scope).await);
    let (mine, shared) = (a_view(me, "B mine", false), a_view(me, "A shared", true));
    for view in [&mine, &shared] {
        lead_views::insert(&*store, scope, view).await.unwrap();
    }
    let names = async |user| {
        let seen = lead_views::seen_by(&*store, scope, user).await.unwrap();
        seen.into_iter().map(|view| view.name).collect::<Vec<_>>()
    };
    assert_eq!(names(me).await, ["A shared", "B mine"]);
    assert_eq!(names(you).await, ["A shared"]);
    assert_eq!(lead_views::count_of(&*store, scope, me).await.unwrap(), 2);
    let read = lead_views::get(&*store, scope, mine.id).await.unwrap().unwrap();
    assert_eq!((&read.filter, read.sort.as_str(), read.shared), (&mine.filter, "oldest", false));
    assert!(lead_views::update(&*store, scope, &LeadView { shared: true, name: "C".into(), ..read }).await.unwrap());
    assert_eq!(names(you).await, ["A shared", "C"]);
    assert!(lead_views::remove(&*store, scope, shared.id).await.unwrap());
    assert!(!lead_views::remove(&*store, scope, shared.id).await.unwrap());
    assert_eq!(names(you).await, ["C"]);
}

async fn a_stranger_reaches_no_tag_action_or_view(store: TestStore) {
    let (scope, stranger) = (tenant(&store).await, tenant(&store).await);
    let (me, lead) = (user(&store, scope).await, lead(&store, scope).await);
    let (hot, action, view) = (tag(&store, scope, "hot").await, an_action(me), a_view(me, "All", true));
    tags::give(&*store, scope, hot, &[lead]).await.unwrap();
    bulk_actions::insert(&*store, scope, &action).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    bulk_actions::add_leads(&mut tx, scope, action.id, 0, &[lead]).await.unwrap();
    tx.commit().await.unwrap();
    lead_views::insert(&*store, scope, &view).await.unwrap();

    let s = stranger;
    let on = &*store;
    assert_eq!(tags::list(on, s).await.unwrap(), []);
    assert_eq!(tags::get(on, s, hot).await.unwrap(), None);
    assert!(tags::of_leads(on, s, &[lead]).await.unwrap().is_empty());
    assert!(tags::take(on, s, hot, &[lead]).await.unwrap().is_empty());
    assert!(tags::give(on, s, hot, &[lead]).await.unwrap().is_empty());
    assert_eq!(tags::take_from_some(on, s, hot, 9).await.unwrap(), 0);
    assert!(!tags::remove(on, s, hot).await.unwrap());
    assert_eq!(bulk_actions::get(on, s, action.id).await.unwrap(), None);
    assert_eq!(bulk_actions::leads(on, s, action.id, 0, 9).await.unwrap(), []);
    assert!(bulk_actions::update(on, s, &action).await.is_err());
    assert_eq!(lead_views::get(on, s, view.id).await.unwrap(), None);
    assert_eq!(lead_views::seen_by(on, s, me).await.unwrap(), []);
    assert!(!lead_views::update(on, s, &view).await.unwrap());
    assert!(!lead_views::remove(on, s, view.id).await.unwrap());
    let by_tag = LeadFilter { tag_id: Some(hot), ..LeadFilter::default() };
    assert_eq!(leads::list(on, s, &by_tag, PageRequest::default()).await.unwrap().items, []);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(sets::members(&mut tx, s, &[lead]).await.unwrap(), []);
    sets::delete(&mut tx, s, &[lead], NOW).await.unwrap();
    sets::move_to(&mut tx, s, &[lead], None, NOW).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(leads::get(on, scope, lead).await.unwrap().unwrap().version, 1);
    assert_eq!(tags::of_leads(on, scope, &[lead]).await.unwrap()[&lead], [hot]);
}
