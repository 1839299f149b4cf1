//! Presence and claims.

use std::{collections::BTreeSet, sync::Arc};

use domain::{ids::CallId, ids::UserId};
use serde_json::json;
use storage::{
    Store, TenantScope,
    agents::{self, AgentState, AgentUpdate},
    device_checks, on_both_engines, queues,
    testing::TestStore,
    users,
};

use crate::support::{NOW, a_queue, at, tenant, user, uuid};

on_both_engines! {
    members_of_the_queue_and_the_one_agent_are_candidates,
    of_many_calls_one_gets_the_agent,
    many_calls_and_many_agents_are_matched_one_to_one,
    an_agent_who_is_not_available_cannot_be_claimed,
    an_old_fence_changes_nothing,
    a_state_read_before_another_write_is_refused,
    answered_calls_are_counted_by_the_tenants_day,
    the_last_check_of_each_agent_is_shown_and_old_ones_go,
}

async fn the_last_check_of_each_agent_is_shown_and_old_ones_go(store: TestStore) {
    let scope = tenant(&store).await;
    let (asha, ravi, idle) = (user(&store, scope).await, user(&store, scope).await, user(&store, scope).await);
    let figures = json!({ "microphone": null });
    for n in 0..30 {
        let verdict = if n == 29 { "bad" } else { "good" };
        device_checks::add(&*store, scope, asha, at(n), "desktop", verdict, &figures).await.unwrap();
    }
    device_checks::add(&*store, scope, ravi, at(7), "browser", "fair", &figures).await.unwrap();
    // The same instant again: the later word counts.
    device_checks::add(&*store, scope, ravi, at(7), "browser", "good", &figures).await.unwrap();
    device_checks::prune(&*store, scope, asha).await.unwrap();

    let own = device_checks::of_user(&*store, scope, asha).await.unwrap();
    assert_eq!(own.len(), device_checks::KEPT as usize);
    assert_eq!((own[0].at, own[0].verdict.as_str(), &own[0].figures), (at(29), "bad", &figures));
    assert_eq!(own.last().unwrap().at, at(10));
    let latest = device_checks::latest(&*store, scope).await.unwrap();
    let of =
        |who| latest.iter().filter(|check| check.user_id == who).map(|check| check.verdict.clone()).collect::<Vec<_>>();
    assert_eq!((of(asha), of(ravi), of(idle)), (vec!["bad".to_owned()], vec!["good".to_owned()], vec![]));
}

fn to(state: AgentState) -> AgentUpdate {
    AgentUpdate { state, call_id: None, since: at(1), detail: json!({}) }
}

async fn available(store: &Store, scope: TenantScope) -> UserId {
    let user = user(store, scope).await;
    agents::ensure(store, scope, user, NOW).await.unwrap();
    assert!(agents::update(store, scope, user, 0, &to(AgentState::Available)).await.unwrap());
    user
}

async fn members_of_the_queue_and_the_one_agent_are_candidates(store: TestStore) {
    let scope = tenant(&store).await;
    let (member, left, other) =
        (available(&store, scope).await, available(&store, scope).await, available(&store, scope).await);
    let queue = a_queue(vec![member, left]);
    queues::insert(&*store, scope, &queue).await.unwrap();
    let mut gone = users::get(&*store, scope, left).await.unwrap().unwrap();
    gone.active = false;
    users::update(&*store, scope, &gone).await.unwrap();
    let mut without_phone = users::get(&*store, scope, other).await.unwrap().unwrap();
    without_phone.phone = None;
    users::update(&*store, scope, &without_phone).await.unwrap();
    let reached = users::get(&*store, scope, member).await.unwrap().unwrap();

    let found = agents::candidates(&*store, scope, Some(queue.id), None).await.unwrap();
    let [one] = &found[..] else { panic!("{found:?}") };
    assert_eq!((one.agent.user_id, one.has_phone), (member, true));
    assert_eq!((one.role, &one.skills, &one.languages), (reached.role, &reached.skills, &reached.languages));
    assert_eq!(one.max_concurrent_calls, reached.max_concurrent_calls);
    assert_eq!(one.agent, agents::get(&*store, scope, member).await.unwrap().unwrap());

    let asked = async |queue, only| {
        let found = agents::candidates(&*store, scope, queue, only).await.unwrap();
        found.into_iter().map(|one| (one.agent.user_id, one.has_phone)).collect::<BTreeSet<_>>()
    };
    assert_eq!(asked(None, Some(other)).await, BTreeSet::from([(other, false)]), "a transfer to an agent");
    assert_eq!(asked(Some(queue.id), Some(other)).await, BTreeSet::from([(member, true), (other, false)]));
    assert_eq!(asked(None, None).await, BTreeSet::new());
    let elsewhere = tenant(&store).await;
    assert!(agents::candidates(&*store, elsewhere, Some(queue.id), Some(member)).await.unwrap().is_empty());
}

async fn of_many_calls_one_gets_the_agent(store: TestStore) {
    let scope = tenant(&store).await;
    let agent = available(&store, scope).await;
    let store = Arc::new(store);
    let claims: Vec<_> = (0..24)
        .map(|_| {
            let (store, call) = (Arc::clone(&store), CallId::new(uuid()));
            tokio::spawn(async move { (call, agents::claim(&**store, scope, agent, call, at(2)).await.unwrap()) })
        })
        .collect();
    let mut winners = Vec::new();
    for claim in claims {
        if let (call, Some(fence)) = claim.await.unwrap() {
            winners.push((call, fence));
        }
    }
    assert_eq!(winners.len(), 1);
    let row = agents::get(&**store, scope, agent).await.unwrap().unwrap();
    assert_eq!((row.state, row.call_id, row.fence), (AgentState::Reserved, Some(winners[0].0), 1));
}

async fn many_calls_and_many_agents_are_matched_one_to_one(store: TestStore) {
    let scope = tenant(&store).await;
    let mut team = Vec::new();
    for _ in 0..4 {
        team.push(available(&store, scope).await);
    }
    let (store, team) = (Arc::new(store), Arc::new(team));
    let calls: Vec<_> = (0..12)
        .map(|_| {
            let (store, team, call) = (Arc::clone(&store), Arc::clone(&team), CallId::new(uuid()));
            tokio::spawn(async move {
                for agent in team.iter() {
                    if agents::claim(&**store, scope, *agent, call, at(2)).await.unwrap().is_some() {
                        return Some((call, *agent));
                    }
                }
                None
            })
        })
        .collect();
    let mut matched = Vec::new();
    for call in calls {
        matched.extend(call.await.unwrap());
    }
    assert_eq!(matched.len(), 4);
    for (call, agent) in matched {
        assert_eq!(agents::get(&**store, scope, agent).await.unwrap().unwrap().call_id, Some(call));
    }
}

async fn an_agent_who_is_not_available_cannot_be_claimed(store: TestStore) {
    let scope = tenant(&store).await;
    let agent = available(&store, scope).await;
    let call = CallId::new(uuid());
    for (version, state) in
        [AgentState::Offline, AgentState::Break, AgentState::WrapUp, AgentState::Unreachable].into_iter().enumerate()
    {
        let version = u32::try_from(version).unwrap() + 1;
        assert!(agents::update(&*store, scope, agent, version, &to(state)).await.unwrap());
        assert_eq!(agents::claim(&*store, scope, agent, call, at(2)).await.unwrap(), None, "{state:?}");
    }
    assert!(agents::update(&*store, scope, agent, 5, &to(AgentState::Available)).await.unwrap());
    let mut gone = users::get(&*store, scope, agent).await.unwrap().unwrap();
    gone.active = false;
    users::update(&*store, scope, &gone).await.unwrap();
    assert_eq!(agents::claim(&*store, scope, agent, call, at(2)).await.unwrap(), None, "not active");
    assert!(agents::list(&*store, scope).await.unwrap().is_empty());
}

async fn an_old_fence_changes_nothing(store: TestStore) {
    let scope = tenant(&store).await;
    let agent = available(&store, scope).await;
    let (first, second) = (CallId::new(uuid()), CallId::new(uuid()));
    assert_eq!(agents::claim(&*store, scope, agent, first, at(2)).await.unwrap(), Some(1));
    let free = to(AgentState::Available);
    assert!(!agents::release(&*store, scope, agent, second, 1, &free).await.unwrap(), "another call's");
    assert!(agents::release(&*store, scope, agent, first, 1, &free).await.unwrap());
    assert!(!agents::release(&*store, scope, agent, first, 1, &free).await.unwrap(), "twice");
    assert_eq!(agents::claim(&*store, scope, agent, second, at(3)).await.unwrap(), Some(2));
    assert!(!agents::update_claimed(&*store, scope, agent, 1, &free).await.unwrap());
    let answered = AgentUpdate { call_id: Some(second), ..to(AgentState::OnCall) };
    assert!(agents::update_claimed(&*store, scope, agent, 2, &answered).await.unwrap());
    let row = agents::get(&*store, scope, agent).await.unwrap().unwrap();
    assert_eq!((row.state, row.call_id, row.fence), (AgentState::OnCall, Some(second), 2));
}

async fn a_state_read_before_another_write_is_refused(store: TestStore) {
    let scope = tenant(&store).await;
    let agent = available(&store, scope).await;
    let read = agents::get(&*store, scope, agent).await.unwrap().unwrap();
    agents::claim(&*store, scope, agent, CallId::new(uuid()), at(2)).await.unwrap().unwrap();
    assert!(!agents::update(&*store, scope, agent, read.version, &to(AgentState::Break)).await.unwrap());
    let now = agents::get(&*store, scope, agent).await.unwrap().unwrap();
    let paused = AgentUpdate { detail: json!({"break_after_call": true}), call_id: now.call_id, ..to(now.state) };
    assert!(agents::update(&*store, scope, agent, now.version, &paused).await.unwrap());
    let after = agents::get(&*store, scope, agent).await.unwrap().unwrap();
    assert_eq!(after.detail, json!({"break_after_call": true}));
    agents::ensure(&*store, scope, agent, at(9)).await.unwrap();
    assert_eq!(agents::get(&*store, scope, agent).await.unwrap(), Some(after), "making it again changes nothing");
}

async fn answered_calls_are_counted_by_the_tenants_day(store: TestStore) {
    let scope = tenant(&store).await;
    let agent = available(&store, scope).await;
    for (day, ms, expected) in [("2027-01-15", 1, 1), ("2027-01-15", 2, 2), ("2027-01-16", 3, 1)] {
        agents::count_call(&*store, scope, agent, day, at(ms)).await.unwrap();
        let row = agents::get(&*store, scope, agent).await.unwrap().unwrap();
        assert_eq!((row.calls_day.as_str(), row.calls_today, row.last_call_at), (day, expected, Some(at(ms))));
    }
}
