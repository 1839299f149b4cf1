//! Paging: each row once, whatever happens between two pages.

use std::collections::BTreeSet;

use domain::ids::{CallId, JobId, LeadId};
use domain::pii::Personal;
use serde_json::json;
use storage::{
    Cursor, PageRequest, StorageError,
    calls::{self, CallFilter, CallStatus, Direction},
    jobs::{self, JobStatus, NewJob},
    leads::{self, Heat, LeadFilter},
    on_both_engines,
    testing::TestStore,
    users,
};

use crate::support::{
    a_call, a_lead, a_projection, a_user, at, call_with, campaign, personal, queue, tenant, user, uuid,
};

on_both_engines! {
    pages_show_each_call_once_though_more_arrive_between,
    every_call_filter_narrows_and_they_combine,
    every_lead_filter_narrows,
    users_and_jobs_are_paged,
    a_cursor_of_another_tenant_shows_nothing_of_it,
}

async fn pages_show_each_call_once_though_more_arrive_between(store: TestStore) {
    let scope = tenant(&store).await;
    // Three calls begin in each millisecond, so that the id has to break ties.
    let mut expected = Vec::new();
    for n in 0..24 {
        let mut new = a_call();
        new.started_at = at(n / 3);
        expected.push((new.started_at, call_with(&store, scope, new, a_projection()).await));
    }
    expected.sort_by(|a, b| b.cmp(a));
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let request = PageRequest::new(after, Some(5));
        let page = calls::list(&*store, scope, &CallFilter::default(), request).await.unwrap();
        assert!(page.items.len() <= 5);
        seen.extend(page.items.iter().map(|call| (call.started_at, call.id)));
        let mut newer = a_call();
        newer.started_at = at(1_000);
        call_with(&store, scope, newer, a_projection()).await;
        let Some(next) = page.next else { break };
        after = Some(Cursor::decode(&next.encode()).unwrap());
    }
    assert_eq!(seen, expected);
    assert!(matches!(PageRequest::parse(Some("nonsense"), None), Err(StorageError::InvalidCursor)));
}

async fn every_call_filter_narrows_and_they_combine(store: TestStore) {
    let scope = tenant(&store).await;
    let (agent, queue) = (user(&store, scope).await, queue(&store, scope).await);
    let lead = crate::support::lead(&store, scope).await;
    let mut wanted = a_projection();
    wanted.status = CallStatus::Completed;
    (wanted.agent_id, wanted.queue_id, wanted.lead_id) = (Some(agent), Some(queue), Some(lead));
    let mut new = a_call();
    new.started_at = at(500);
    new.direction = Direction::Outbound;
    let id = call_with(&store, scope, new, wanted).await;
    let saved = storage::dispositions::Disposition {
        save_key: "k".into(),
        call_id: id,
        user_id: agent,
        code: "interested".into(),
        sub_code: None,
        input: Personal::new(json!({})),
        result: Personal::new(json!({})),
        made_at: at(1),
        saved_at: at(1),
    };
    storage::dispositions::save(&*store, scope, &saved).await.unwrap();
    for _ in 0..2 {
        call_with(&store, scope, a_call(), a_projection()).await;
    }
    let none = CallFilter::default;
    let narrow = [
        CallFilter { status: Some(CallStatus::Completed), ..none() },
        CallFilter { direction: Some(Direction::Outbound), ..none() },
        CallFilter { agent_id: Some(agent), ..none() },
        CallFilter { queue_id: Some(queue), ..none() },
        CallFilter { lead_id: Some(lead), ..none() },
        CallFilter { disposition: Some("interested".into()), ..none() },
        CallFilter { from: Some(at(500)), ..none() },
        CallFilter {
            from: Some(at(1)),
            to: Some(at(501)),
            agent_id: Some(agent),
            search: Some("asha".into()),
            ..none()
        },
    ];
    let ids = async |filter: &CallFilter| -> Vec<CallId> {
        let page = calls::list(&*store, scope, filter, PageRequest::default()).await.unwrap();
        page.items.into_iter().map(|call| call.id).collect()
    };
    assert_eq!(ids(&none()).await.len(), 3);
    for filter in &narrow {
        assert_eq!(ids(filter).await, [id], "{filter:?}");
    }
    let neither = CallFilter { agent_id: Some(agent), status: Some(CallStatus::Abandoned), ..none() };
    assert_eq!(ids(&neither).await, []);
    assert_eq!(ids(&CallFilter { to: Some(at(500)), ..none() }).await.len(), 2);
}

async fn every_lead_filter_narrows(store: TestStore) {
    let scope = tenant(&store).await;
    let (owner, campaign) = (user(&store, scope).await, campaign(&store, scope).await);
    let mut wanted = a_lead("Asha");
    (wanted.stage, wanted.heat) = ("visit".into(), Heat::Hot);
    (wanted.owner_id, wanted.campaign_id) = (Some(owner), Some(campaign));
    leads::insert(&*store, scope, &wanted).await.unwrap();
    leads::insert(&*store, scope, &a_lead("Vikram")).await.unwrap();
    let none = LeadFilter::default;
    for filter in [
        LeadFilter { stage: Some("visit".into()), ..none() },
        LeadFilter { heat: Some(Heat::Hot), ..none() },
        LeadFilter { owner_id: Some(owner), ..none() },
        LeadFilter { campaign_id: Some(campaign), ..none() },
        LeadFilter { search: Some("asha".into()), stage: Some("visit".into()), ..none() },
    ] {
        let page = leads::list(&*store, scope, &filter, PageRequest::default()).await.unwrap();
        assert_eq!(page.items.iter().map(|lead| lead.id).collect::<Vec<_>>(), [wanted.id], "{filter:?}");
    }
}

async fn users_and_jobs_are_paged(store: TestStore) {
    let scope = tenant(&store).await;
    let mut people = BTreeSet::new();
    for n in 0..7 {
        let mut person = a_user();
        person.created_at = at(n);
        users::insert(&*store, scope, &person, &personal("hash")).await.unwrap();
        people.insert(person.id);
        let job = NewJob {
            id: JobId::new(uuid()),
            kind: "transcribe".into(),
            once_key: n.to_string(),
            payload: Personal::new(json!({})),
            call_id: None,
            max_attempts: 1,
            run_at: at(0),
            created_at: at(n),
        };
        jobs::enqueue(&*store, scope, &job).await.unwrap();
    }
    let first = users::list(&*store, scope, PageRequest::new(None, Some(4))).await.unwrap();
    let second = users::list(&*store, scope, PageRequest::new(first.next, Some(4))).await.unwrap();
    assert!(first.items.iter().chain(&second.items).map(|user| user.created_at).is_sorted());
    assert_eq!(first.items.iter().chain(&second.items).map(|user| user.id).collect::<BTreeSet<_>>(), people);
    assert_eq!((first.items.len(), second.items.len(), second.next), (4, 3, None));

    let waiting = Some(JobStatus::Waiting);
    let first = jobs::list(&*store, scope, waiting, PageRequest::new(None, Some(7))).await.unwrap();
    assert_eq!((first.items.len(), first.next), (7, None), "a full last page says that it is the last");
    assert!(first.items.is_sorted_by_key(|job| std::cmp::Reverse(job.created_at)));
    let dead = jobs::list(&*store, scope, Some(JobStatus::Dead), PageRequest::default()).await.unwrap();
    assert_eq!(dead.items, []);
}

async fn a_cursor_of_another_tenant_shows_nothing_of_it(store: TestStore) {
    let (scope, stranger) = (tenant(&store).await, tenant(&store).await);
    for n in 0..3 {
        let mut lead = a_lead("Asha");
        lead.created_at = at(n);
        leads::insert(&*store, scope, &lead).await.unwrap();
    }
    let mine = leads::list(&*store, scope, &LeadFilter::default(), PageRequest::new(None, Some(1))).await.unwrap();
    let theirs =
        leads::list(&*store, stranger, &LeadFilter::default(), PageRequest::new(mine.next, None)).await.unwrap();
    let ids: Vec<LeadId> = theirs.items.iter().map(|lead| lead.id).collect();
    assert_eq!(ids, []);
}
