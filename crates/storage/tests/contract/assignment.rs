//! Rules, turns, and who got which lead.

use std::collections::BTreeMap;

use domain::{
    assignment::Reason,
    ids::{AssignmentId, LeadId, UserId},
    pii::Personal,
};
use serde_json::json;
use storage::{
    PageRequest, StorageError, Store, TenantScope,
    assignment::{self, Assignment, AssignmentFilter, Cause},
    leads, on_both_engines,
    testing::TestStore,
};

use crate::support::{NOW, a_lead, at, campaign, personal, tenant, user, uuid};

on_both_engines! {
    rules_have_versions_and_new_ones_look_at_every_lead_without_an_owner_again,
    leads_are_given_once_and_what_changed_hands_meanwhile_is_left_alone,
    turns_figures_and_those_who_had_a_lead_are_kept,
    leads_that_lie_idle_are_found_until_they_are_touched,
}

fn given(lead: LeadId, from: Option<UserId>, to: Option<UserId>) -> Assignment {
    Assignment {
        id: AssignmentId::new(uuid()),
        lead_id: lead,
        from_id: from,
        to_id: to,
        cause: Cause::Rule,
        rule_id: Some(uuid()),
        version: Some(3),
        reason: Personal::new(Reason::GivenOn { left: "Mira".to_owned() }),
        by_id: None,
        at: NOW,
    }
}

async fn waiting(store: &Store, scope: TenantScope, now: i64) -> Vec<LeadId> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let (leads, last) = assignment::waiting(store, scope, after, at(now), 2).await.unwrap();
        found.extend(leads.iter().map(|lead| lead.id));
        after = last;
        if after.is_none() {
            return found;
        }
    }
}

async fn free_lead(store: &Store, scope: TenantScope) -> LeadId {
    let mut lead = a_lead("Asha Verma");
    lead.campaign_id = Some(campaign(store, scope).await);
    leads::insert(store, scope, &lead).await.unwrap();
    lead.id
}

async fn give(store: &Store, scope: TenantScope, all: &[Assignment]) -> u64 {
    let mut tx = store.begin().await.unwrap();
    let changed = assignment::give(&mut tx, scope, all, NOW).await.unwrap();
    tx.commit().await.unwrap();
    changed
}

async fn rules_have_versions_and_new_ones_look_at_every_lead_without_an_owner_again(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    assert_eq!(assignment::current(&*store, scope).await.unwrap(), None);
    let (lead, later) = (free_lead(&store, scope).await, free_lead(&store, scope).await);
    let mut tx = store.begin().await.unwrap();
    assignment::postpone(&mut tx, scope, &[lead], None).await.unwrap();
    assignment::postpone(&mut tx, scope, &[later], Some(at(1000))).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(waiting(&store, scope, 999).await, []);
    assert_eq!(waiting(&store, scope, 1000).await, [later]);
    assert_eq!(assignment::put(&*store, scope, 0, &json!({"on": true}), me, NOW).await.unwrap(), 1);
    assert_eq!(waiting(&store, scope, 999).await, [lead]);
    let stale = assignment::put(&*store, scope, 0, &json!({}), me, NOW).await;
    assert!(matches!(stale, Err(StorageError::Conflict { what: "rules" })));
    assert_eq!(assignment::put(&*store, scope, 1, &json!({"on": false}), me, NOW).await.unwrap(), 2);
    let current = assignment::current(&*store, scope).await.unwrap().unwrap();
    assert_eq!((current.version, current.body), (2, json!({"on": false})));
}

async fn leads_are_given_once_and_what_changed_hands_meanwhile_is_left_alone(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, other) = (user(&store, scope).await, user(&store, scope).await);
    let (one, two) = (free_lead(&store, scope).await, free_lead(&store, scope).await);
    let all = [given(one, None, Some(me)), given(two, None, Some(other))];
    assert_eq!(give(&store, scope, &all).await, 2);
    assert_eq!(waiting(&store, scope, 0).await, []);
    assert_eq!(leads::get(&*store, scope, two).await.unwrap().unwrap().owner_id, Some(other));
    // Decided when nobody had it; somebody has it by now.
    assert_eq!(give(&store, scope, &[given(one, None, Some(other))]).await, 0);
    let page = PageRequest::new(None, Some(10));
    let of_one = AssignmentFilter { lead_id: Some(one), to_id: None };
    let kept = assignment::list(&*store, scope, of_one, page).await.unwrap().items;
    assert_eq!(kept, [all[0].clone()]);
    // Kept before reasons were: the sentence alone.
    store.run("UPDATE assignments SET reason = NULL").await;
    let old = assignment::list(&*store, scope, of_one, page).await.unwrap().items;
    let sentence = all[0].reason.reveal().sentence();
    assert_eq!(old[0].reason, Personal::new(Reason::Said { sentence }));
    assert_eq!(assignment::owned_by(&*store, scope, other, 10).await.unwrap().len(), 1);
    assert_eq!(give(&store, scope, &[given(two, Some(other), None)]).await, 1);
    assert_eq!(leads::get(&*store, scope, two).await.unwrap().unwrap().owner_id, None);
    assert_eq!(waiting(&store, scope, 0).await, [], "given back to nobody by a decision, not new");
    assert_eq!(assignment::newest(&*store, scope, true, 10).await.unwrap().len(), 1);
    assert_eq!(assignment::newest(&*store, scope, false, 10).await.unwrap().len(), 2);
}

async fn turns_figures_and_those_who_had_a_lead_are_kept(store: TestStore) {
    let scope = tenant(&store).await;
    let (me, other) = (user(&store, scope).await, user(&store, scope).await);
    let rule = uuid();
    for turn in [me, other] {
        assignment::put_turns(&*store, scope, &BTreeMap::from([(rule, turn)])).await.unwrap();
    }
    assert_eq!(assignment::turns(&*store, scope).await.unwrap(), BTreeMap::from([(rule, other)]));
    let lead = free_lead(&store, scope).await;
    let first = Assignment { rule_id: Some(rule), ..given(lead, None, Some(me)) };
    let second = Assignment { rule_id: None, at: at(5), ..given(lead, Some(me), Some(other)) };
    assert_eq!(give(&store, scope, &[first]).await + give(&store, scope, &[second]).await, 2);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(assignment::had(&mut tx, scope, &[lead]).await.unwrap()[&lead], [me, other]);
    tx.undo().await.unwrap();
    let mut since = assignment::given_since(&*store, scope, NOW).await.unwrap();
    since.sort_unstable();
    let mut expected = vec![(me, Some(rule), 1), (other, None, 1)];
    expected.sort_unstable();
    assert_eq!(since, expected);
    assert_eq!(assignment::given_since(&*store, scope, at(1)).await.unwrap().len(), 1);
    let open = assignment::open_of(&*store, scope, &[me, other]).await.unwrap();
    assert_eq!((open[&me], open[&other]), (0, 1));
    assert_eq!(assignment::left_behind(&*store, scope, 10).await.unwrap(), []);
}

async fn leads_that_lie_idle_are_found_until_they_are_touched(store: TestStore) {
    let scope = tenant(&store).await;
    let me = user(&store, scope).await;
    let mut lead = a_lead("Asha Verma");
    (lead.owner_id, lead.phone) = (Some(me), personal("+919812300021"));
    leads::insert(&*store, scope, &lead).await.unwrap();
    let idle = async |before| {
        let mut tx = store.begin().await.unwrap();
        let found = assignment::idle(&mut tx, scope, at(before), 10).await.unwrap().len();
        tx.undo().await.unwrap();
        found
    };
    assert_eq!((idle(0).await, idle(1).await), (0, 1));
    let mut tx = store.begin().await.unwrap();
    assignment::touch(&mut tx, scope, &[lead.id], at(10)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((idle(10).await, idle(11).await), (0, 1));
    leads::count_attempt(&*store, scope, lead.id, Some(at(20)), at(30), at(20)).await.unwrap();
    assert_eq!((idle(20).await, idle(31).await), (0, 1), "called a moment ago");
}
