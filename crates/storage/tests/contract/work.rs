//! Jobs, inbox, idempotent requests, audit.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{
    ids::{AuditId, DeliveryId, InboxId, JobId, LeadId},
    pii::Personal,
};
use serde_json::json;
use storage::{
    PageRequest, Store, TenantScope,
    audit::{self, AuditEntry},
    idempotency::{self, Begun},
    inbox::{self, Delivery, Received},
    jobs::{self, Enqueued, Failed, JobStatus, NewJob},
    on_both_engines,
    testing::TestStore,
    webhook_deliveries::{self, Tried, WebhookDelivery},
};

use crate::support::{NOW, at, call, next, personal, tenant, user, uuid};

const LEASE: Duration = Duration::from_secs(30);

on_both_engines! {
    a_job_is_made_once_for_its_key,
    every_job_is_claimed_by_exactly_one_worker,
    a_job_is_not_run_before_its_time,
    a_worker_takes_jobs_of_its_own_kind_only,
    done_jobs_are_forgotten_and_dead_ones_are_not,
    a_vanished_workers_job_goes_to_another_and_the_first_has_no_say,
    a_failing_job_is_repeated_then_dead_then_run_again_by_hand,
    a_worker_that_always_vanishes_ends_in_a_dead_job,
    a_webhooks_delivery_counts_its_tries_and_has_the_state_of_its_job,
    a_delivery_is_new_once,
    a_request_is_carried_out_once,
    an_unfinished_request_can_begin_again_after_a_while,
    the_audit_log_reads_newest_first,
}

fn a_job(key: &str) -> NewJob {
    NewJob {
        id: JobId::new(uuid()),
        kind: "transcribe".into(),
        once_key: key.into(),
        payload: Personal::new(json!({"language": "hi"})),
        call_id: None,
        max_attempts: 3,
        run_at: NOW,
        created_at: NOW,
    }
}

async fn enqueue(store: &Store, scope: TenantScope) -> JobId {
    let job = a_job(&next().to_string());
    assert_eq!(jobs::enqueue(store, scope, &job).await.unwrap(), Enqueued::New);
    job.id
}

async fn a_job_is_made_once_for_its_key(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let call_id = call(&store, scope).await;
    let first = NewJob { call_id: Some(call_id), ..a_job("transcribe/1") };
    assert_eq!(jobs::enqueue(&*store, scope, &first).await.unwrap(), Enqueued::New);
    let again = jobs::enqueue(&*store, scope, &a_job("transcribe/1")).await.unwrap();
    assert_eq!(again, Enqueued::Before(first.id));
    assert_eq!(jobs::enqueue(&*store, other, &a_job("transcribe/1")).await.unwrap(), Enqueued::New);
    let of_call = jobs::of_call(&*store, scope, call_id).await.unwrap();
    assert_eq!(of_call.iter().map(|job| (job.id, job.status)).collect::<Vec<_>>(), [(first.id, JobStatus::Waiting)]);
}

async fn every_job_is_claimed_by_exactly_one_worker(store: TestStore) {
    let scope = tenant(&store).await;
    for _ in 0..60 {
        enqueue(&store, scope).await;
    }
    let store = Arc::new(store);
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(job) = jobs::claim(&**store, "transcribe", at(1), LEASE).await.unwrap() {
                    mine.push(job.id);
                }
                mine
            })
        })
        .collect();
    let mut claims = BTreeMap::<JobId, u32>::new();
    for worker in workers {
        for id in worker.await.unwrap() {
            *claims.entry(id).or_default() += 1;
        }
    }
    assert_eq!(claims.len(), 60);
    assert!(claims.values().all(|times| *times == 1));
}

async fn a_job_is_not_run_before_its_time(store: TestStore) {
    let scope = tenant(&store).await;
    let job = NewJob { run_at: at(100), ..a_job("later") };
    jobs::enqueue(&*store, scope, &job).await.unwrap();
    assert_eq!(jobs::claim(&*store, "transcribe", at(99), LEASE).await.unwrap(), None);
    let claimed = jobs::claim(&*store, "transcribe", at(100), LEASE).await.unwrap().unwrap();
    assert_eq!((claimed.tenant, claimed.id, claimed.attempts), (scope.tenant(), job.id, 1));
    assert_eq!(claimed.payload, job.payload);
}

async fn a_worker_takes_jobs_of_its_own_kind_only(store: TestStore) {
    let scope = tenant(&store).await;
    let other = NewJob { kind: "store_recording".into(), ..a_job("other") };
    jobs::enqueue(&*store, scope, &other).await.unwrap();
    assert_eq!(jobs::claim(&*store, "transcribe", NOW, LEASE).await.unwrap(), None);
    assert_eq!(jobs::claim(&*store, "store_recording", NOW, LEASE).await.unwrap().unwrap().id, other.id);
    assert_eq!(jobs::claim(&*store, "transcribe", at(120_000), LEASE).await.unwrap(), None, "nor one that was left");
}

async fn done_jobs_are_forgotten_and_dead_ones_are_not(store: TestStore) {
    let scope = tenant(&store).await;
    let (done, dead) = (enqueue(&store, scope).await, enqueue(&store, scope).await);
    for _ in 0..2 {
        let job = jobs::claim(&*store, "transcribe", NOW, LEASE).await.unwrap().unwrap();
        if job.id == done {
            assert!(jobs::complete(&*store, scope, done, job.lease, at(10)).await.unwrap());
        } else {
            assert_eq!(jobs::fail(&*store, scope, dead, job.lease, "no", None, at(10)).await.unwrap(), Failed::Dead);
        }
    }
    assert_eq!(jobs::purge(&*store, at(10)).await.unwrap(), 0);
    assert_eq!(jobs::purge(&*store, at(11)).await.unwrap(), 1);
    assert_eq!(jobs::get(&*store, scope, done).await.unwrap(), None);
    assert!(jobs::get(&*store, scope, dead).await.unwrap().is_some());
}

async fn a_vanished_workers_job_goes_to_another_and_the_first_has_no_say(store: TestStore) {
    let scope = tenant(&store).await;
    let id = enqueue(&store, scope).await;
    let first = jobs::claim(&*store, "transcribe", NOW, LEASE).await.unwrap().unwrap();
    assert!(jobs::extend(&*store, scope, id, first.lease, at(40_000)).await.unwrap());
    assert_eq!(jobs::claim(&*store, "transcribe", at(39_999), LEASE).await.unwrap(), None);
    let second = jobs::claim(&*store, "transcribe", at(40_000), LEASE).await.unwrap().unwrap();
    assert_eq!((second.id, second.attempts), (id, 2));
    assert!(!jobs::extend(&*store, scope, id, first.lease, at(99_000)).await.unwrap());
    assert!(!jobs::complete(&*store, scope, id, first.lease, at(41_000)).await.unwrap());
    let said = jobs::fail(&*store, scope, id, first.lease, "late", Some(at(50_000)), at(41_000)).await.unwrap();
    assert_eq!(said, Failed::NotMine);
    assert!(jobs::complete(&*store, scope, id, second.lease, at(42_000)).await.unwrap());
    assert!(!jobs::complete(&*store, scope, id, second.lease, at(42_000)).await.unwrap());
    let job = jobs::get(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((job.status, job.finished_at), (JobStatus::Done, Some(at(42_000))));
}

async fn a_failing_job_is_repeated_then_dead_then_run_again_by_hand(store: TestStore) {
    let scope = tenant(&store).await;
    let id = enqueue(&store, scope).await;
    for (attempt, now) in [(1, 0), (2, 1_000), (3, 2_000)] {
        let job = jobs::claim(&*store, "transcribe", at(now), LEASE).await.unwrap().unwrap();
        assert_eq!(job.attempts, attempt);
        let again = at(now + 1_000);
        let failed = jobs::fail(&*store, scope, id, job.lease, "engine refused", Some(again), at(now)).await.unwrap();
        assert_eq!(failed, if attempt < 3 { Failed::Again(again) } else { Failed::Dead });
        assert_eq!(
            jobs::claim(&*store, "transcribe", at(now + 999), LEASE).await.unwrap(),
            None,
            "not before its time"
        );
    }
    let dead = jobs::list(&*store, scope, Some(JobStatus::Dead), PageRequest::default()).await.unwrap().items;
    assert_eq!(
        dead.iter().map(|job| (job.id, job.last_error.as_deref())).collect::<Vec<_>>(),
        [(id, Some("engine refused"))]
    );
    let waiting = jobs::retry(&*store, scope, id, at(9_000)).await.unwrap().unwrap();
    assert_eq!((waiting.status, waiting.attempts, waiting.finished_at), (JobStatus::Waiting, 0, None));
    let job = jobs::claim(&*store, "transcribe", at(9_000), LEASE).await.unwrap().unwrap();
    assert_eq!(jobs::retry(&*store, scope, id, at(9_001)).await.unwrap(), None, "it is running");
    assert_eq!(jobs::fail(&*store, scope, id, job.lease, "no key", None, at(9_002)).await.unwrap(), Failed::Dead);
}

async fn a_worker_that_always_vanishes_ends_in_a_dead_job(store: TestStore) {
    let scope = tenant(&store).await;
    let id = enqueue(&store, scope).await;
    for n in 0..3 {
        assert_eq!(jobs::claim(&*store, "transcribe", at(n * 60_000), LEASE).await.unwrap().unwrap().id, id);
    }
    assert_eq!(jobs::claim(&*store, "transcribe", at(180_000), LEASE).await.unwrap(), None);
    let job = jobs::get(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!((job.status, job.attempts), (JobStatus::Dead, 3));
    assert!(job.last_error.is_some());
}

async fn a_delivery_is_new_once(store: TestStore) {
    let scope = tenant(&store).await;
    let make = || Delivery {
        id: InboxId::new(uuid()),
        provider: "twilio".into(),
        delivery_key: "CA1/ringing".into(),
        raw: personal("CallSid=CA1&From=%2B919812300021"),
        received_at: NOW,
    };
    let first = make();
    let store = Arc::new(store);
    assert_eq!(inbox::receive(&**store, scope, &first).await.unwrap(), Received::New);
    let copies: Vec<_> = (0..6)
        .map(|_| {
            let (store, copy) = (Arc::clone(&store), make());
            tokio::spawn(async move { inbox::receive(&**store, scope, &copy).await.unwrap() })
        })
        .collect();
    for copy in copies {
        assert_eq!(
            copy.await.unwrap(),
            Received::Duplicate { id: first.id, processed: false, received_at: first.received_at }
        );
    }
    assert_eq!(inbox::unprocessed(&**store, NOW, 10).await.unwrap(), []);
    assert_eq!(inbox::unprocessed(&**store, at(1), 10).await.unwrap(), [(scope.tenant(), first.clone())]);
    assert_eq!(inbox::purge(&**store, at(9)).await.unwrap(), 0, "not before it was done with");
    assert!(inbox::processed(&**store, scope, first.id, at(2)).await.unwrap());
    assert!(!inbox::processed(&**store, scope, first.id, at(3)).await.unwrap());
    let copy = inbox::receive(&**store, scope, &make()).await.unwrap();
    assert_eq!(copy, Received::Duplicate { id: first.id, processed: true, received_at: first.received_at });
    assert_eq!(inbox::purge(&**store, at(9)).await.unwrap(), 1);
}

async fn a_request_is_carried_out_once(store: TestStore) {
    let scope = tenant(&store).await;
    let (asha, other) = (user(&store, scope).await, user(&store, scope).await);
    let store = Arc::new(store);
    let tries: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                idempotency::begin(&**store, scope, asha, "k1", "hash", NOW, at(-60_000)).await.unwrap()
            })
        })
        .collect();
    let mut first = 0;
    for begun in tries {
        match begun.await.unwrap() {
            Begun::First => first += 1,
            Begun::Running => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(first, 1);
    let begin = async |user, hash: &str| {
        idempotency::begin(&**store, scope, user, "k1", hash, at(1), at(-60_000)).await.unwrap()
    };
    let answer = personal(r#"{"id":"x"}"#);
    idempotency::finish(&**store, scope, asha, "k1", 201, &answer).await.unwrap();
    assert_eq!(begin(asha, "hash").await, Begun::Done { status: 201, response: answer.clone() });
    assert_eq!(begin(asha, "other").await, Begun::Mismatch);
    assert_eq!(begin(other, "other").await, Begun::First, "keys are each user's own");
    assert!(idempotency::finish(&**store, scope, asha, "k1", 500, &answer).await.is_err());
    assert_eq!(idempotency::purge(&**store, at(1)).await.unwrap(), 1);
}

async fn an_unfinished_request_can_begin_again_after_a_while(store: TestStore) {
    let scope = tenant(&store).await;
    let user = user(&store, scope).await;
    let begin = async |now: i64, hash: &str| {
        idempotency::begin(&*store, scope, user, "k", hash, at(now), at(now - 60_000)).await.unwrap()
    };
    assert_eq!(begin(0, "h").await, Begun::First);
    assert_eq!(begin(60_000, "h").await, Begun::Running);
    assert_eq!(begin(60_001, "changed").await, Begun::Mismatch);
    assert_eq!(begin(60_001, "h").await, Begun::First);
    assert_eq!(begin(60_002, "h").await, Begun::Running);
    idempotency::abandon(&*store, scope, user, "k").await.unwrap();
    assert_eq!(begin(60_003, "changed").await, Begun::First);
}

async fn the_audit_log_reads_newest_first(store: TestStore) {
    let scope = tenant(&store).await;
    let person = user(&store, scope).await;
    for (ms, user_id) in [(1, Some(person)), (2, None)] {
        let entry = AuditEntry {
            id: AuditId::new(uuid()),
            at: at(ms),
            user_id,
            user_name: None,
            action: "lead.update".into(),
            subject: "lead/1".into(),
            data: Personal::new(json!({"from": "Asha"})),
        };
        audit::add(&*store, scope, &entry).await.unwrap();
    }
    let page = audit::list(&*store, scope, PageRequest::default()).await.unwrap();
    assert_eq!(
        page.items.iter().map(|entry| (entry.at, entry.user_id)).collect::<Vec<_>>(),
        [(at(2), None), (at(1), Some(person))]
    );
    assert!(page.items[1].user_name.is_some());
    assert_eq!(page.items[0].data.reveal(), &json!({"from": "Asha"}));
}

async fn a_webhooks_delivery_counts_its_tries_and_has_the_state_of_its_job(store: TestStore) {
    let (scope, other) = (tenant(&store).await, tenant(&store).await);
    let job = a_job("told");
    jobs::enqueue(&*store, scope, &job).await.unwrap();
    let mut delivery = WebhookDelivery {
        id: DeliveryId::new(uuid()),
        lead_id: LeadId::new(uuid()),
        event: "lead.created".into(),
        job_id: job.id,
        attempts: 0,
        http_status: None,
        last_error: None,
        delivered_at: None,
        created_at: NOW,
        job_status: Some(JobStatus::Waiting),
    };
    webhook_deliveries::insert(&*store, scope, &delivery).await.unwrap();
    let id = delivery.id;
    let get = async || webhook_deliveries::get(&*store, scope, id).await.unwrap().unwrap();
    assert_eq!(get().await, delivery);
    let refused = Tried { http_status: Some(503), error: Some("the answer was HTTP 503"), at: at(1) };
    webhook_deliveries::note(&*store, scope, delivery.id, refused).await.unwrap();
    let read = get().await;
    assert_eq!((read.attempts, read.http_status, read.delivered_at), (1, Some(503), None));
    let told = Tried { http_status: Some(204), error: None, at: at(2) };
    webhook_deliveries::note(&*store, other, delivery.id, told.clone()).await.unwrap();
    assert_eq!(get().await.attempts, 1, "it is not theirs");
    webhook_deliveries::note(&*store, scope, delivery.id, told).await.unwrap();
    (delivery.attempts, delivery.http_status, delivery.delivered_at) = (2, Some(204), Some(at(2)));
    let list = async |scope| webhook_deliveries::list(&*store, scope, PageRequest::default()).await.unwrap().items;
    assert_eq!(list(scope).await, [delivery.clone()]);
    assert_eq!(list(other).await, []);
    assert_eq!(webhook_deliveries::purge(&*store, at(1)).await.unwrap(), 1);
    assert_eq!(list(scope).await, []);
}
