//! What was begun is ended, however the request or the server was cut off in between.

use std::time::Duration;

use domain::{
    ids::{CallId, TenantId},
    pii::Personal,
    time::UnixMillis,
};
use serde_json::{Value, json};
use storage::{
    Store, TenantScope,
    call_log::{self, NewCall, NewEvent, Projection},
    calls::{CallStatus, Direction},
    recordings::RecordingState,
};
use switchboard_tests::{
    Engine, TestServer,
    carrier::{CUSTOMER, NUMBER, TestCarrier},
    desk::Desk,
    on_both_databases,
    talk::Talk,
};
use wire::live::LiveEvent;

on_both_databases!(
    a_call_begins_though_its_number_cannot_be_noted,
    a_row_without_a_call_is_taken_up_when_the_carrier_asks_again,
    a_webhook_that_was_kept_and_cut_off_is_worked_on_at_the_next_start,
    events_of_another_server_do_not_stop_the_log,
    events_that_the_database_refuses_wait_and_the_admin_is_told,
    the_last_events_are_written_before_the_server_ends,
    the_file_of_a_stored_recording_does_not_stay_in_the_spool,
);

struct Setting {
    server: TestServer,
    admin: String,
    tenant: TenantId,
    carrier: TestCarrier,
}

impl Setting {
    async fn make(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let carrier = TestCarrier::of(&server, &admin, &[]).await;
        let tenant = server.running.backend.authenticate(&admin).await.expect("signed in").tenant;
        Self { server, admin, tenant, carrier }
    }

    fn store(&self) -> &Store {
        self.server.running.backend.store()
    }

    fn scope(&self) -> TenantScope {
        TenantScope::system(self.tenant)
    }

    async fn kinds(&self, call: CallId) -> Vec<String> {
        let events = call_log::events(self.store(), self.scope(), call).await.expect("events");
        events.into_iter().map(|event| event.kind).collect()
    }

    async fn is_closed(&self, call: CallId) {
        let began = std::time::Instant::now();
        loop {
            let row = storage::calls::get(self.store(), self.scope(), call).await.expect("a row");
            if row.is_some_and(|row| row.closed) {
                return;
            }
            assert!(began.elapsed() < switchboard_tests::PATIENCE, "the call is not closed");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn id(text: &str) -> CallId {
    text.parse().expect("an id")
}

async fn a_call_begins_though_its_number_cannot_be_noted(engine: Engine) {
    let setting = Setting::make(engine).await;
    setting.server.database().refuse_writes("numbers").await;
    let said = setting.carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let path = format!("/calls/{}/live", said.call());
    let greeting = |live: &Value| live["status"] == "greeting";
    setting.server.until(&path, &setting.admin, "the call is under way", greeting).await;
    setting.server.stop().await;
}

/// The row of a call, made by a server that died behind it.
async fn row_without_a_call(setting: &Setting, like: CallId, sid: &str) -> CallId {
    let log = call_log::load(setting.store(), setting.scope(), like).await.expect("a log").expect("a call");
    let call = CallId::new(uuid::Uuid::now_v7());
    let mut facts = log.facts.into_inner();
    facts["id"] = json!(call);
    facts["provider_call_id"] = json!(sid);
    let row = NewCall {
        id: call,
        direction: Direction::Inbound,
        provider: "twilio".to_owned(),
        customer_number: Personal::new(CUSTOMER.to_owned()),
        started_at: backend::clock::now(),
        simulated: false,
        recording: RecordingState::Off,
        facts: Personal::new(facts),
    };
    call_log::create(setting.store(), setting.scope(), &row, &[], &projection(sid)).await.expect("the row is new");
    call
}

fn projection(sid: &str) -> Projection {
    Projection {
        status: CallStatus::Greeting,
        closed: false,
        provider_call_id: Some(sid.to_owned()),
        lead_id: None,
        agent_id: None,
        queue_id: None,
        campaign_id: None,
        came_by: Vec::new(),
        queued_at: None,
        answered_at: None,
        ended_at: None,
        wait_ms: 0,
        ring_ms: 0,
        talk_ms: 0,
    }
}

async fn a_row_without_a_call_is_taken_up_when_the_carrier_asks_again(engine: Engine) {
    let setting = Setting::make(engine).await;
    let first = setting.carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let call = row_without_a_call(&setting, id(&first.call()), "CA2").await;
    let again = || setting.carrier.voice("CA2", CUSTOMER, NUMBER);
    let (one, other) = tokio::join!(again(), again());
    assert_eq!(one.call(), call.to_string(), "the customer is connected to the call that has a row");
    assert_eq!(other.call(), call.to_string(), "so does the copy");
    setting.carrier.status("CA2", "completed", "2").await;
    setting.is_closed(call).await;
    let kinds = setting.kinds(call).await;
    assert_eq!(kinds.first().map(String::as_str), Some("received"), "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| *kind == "provider_ended").count(), 1, "one actor: {kinds:?}");
    setting.server.stop().await;
}

async fn a_webhook_that_was_kept_and_cut_off_is_worked_on_at_the_next_start(engine: Engine) {
    let setting = Setting::make(engine).await;
    setting.server.database().refuse_writes("calls").await;
    let failed = setting.carrier.voice("CA1", CUSTOMER, NUMBER).await;
    assert_eq!(failed.status, 503, "{failed:?}");
    let calls = setting.server.ask(reqwest::Method::GET, "/calls", &setting.admin, None).await;
    assert_eq!(calls.body["items"], json!([]));
    setting.server.database().allow_writes("calls").await;

    let Setting { server, tenant, admin, carrier } = setting;
    let server = server.start_again().await;
    let setting = Setting { server, tenant, admin, carrier };
    let calls = setting.server.ask(reqwest::Method::GET, "/calls", &setting.admin, None).await;
    let row = &calls.body["items"][0];
    assert_eq!(row["customer_number"], CUSTOMER, "the customer who called is known: {calls:?}");
    let left = storage::inbox::unprocessed(setting.store(), UnixMillis(i64::MAX), 10).await.expect("the inbox");
    assert_eq!(left, [], "it is done with");
    setting.server.stop().await;
}

async fn events_of_another_server_do_not_stop_the_log(engine: Engine) {
    let setting = Setting::make(engine).await;
    let said = setting.carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let call = id(&said.call());
    while setting.kinds(call).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let event = NewEvent {
        at: backend::clock::now(),
        kind: "server_restarted".to_owned(),
        data: Personal::new(json!({ "kind": "server_restarted" })),
    };
    let seq = u32::try_from(setting.kinds(call).await.len()).expect("few");
    call_log::append(setting.store(), setting.scope(), call, seq, &[event], (&projection("CA1"), None))
        .await
        .expect("a row");
    setting.carrier.status("CA1", "completed", "2").await;
    setting.is_closed(call).await;
    let kinds = setting.kinds(call).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "provider_ended").count(), 1, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| *kind == "server_restarted").count(), 1, "{kinds:?}");
    setting.server.stop().await;
}

async fn events_that_the_database_refuses_wait_and_the_admin_is_told(engine: Engine) {
    let setting = Setting::make(engine).await;
    let mut admin = Desk::sign_in(&setting.server, "admin@owner.example").await;
    // On PostgreSQL the refusal of the other tests counts as an outage; this is none on either.
    let said = setting.carrier.voice("CA1", CUSTOMER, NUMBER).await;
    let call = id(&said.call());
    while setting.kinds(call).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    setting.server.database().run("ALTER TABLE call_events RENAME TO call_events_gone").await;
    setting.carrier.status("CA1", "completed", "2").await;
    let told = |event| match event {
        LiveEvent::Notice { notice } if notice.code == "call_log_not_written" => Some(notice),
        _ => None,
    };
    let notice = admin.event("a word to the admin", told).await;
    assert_eq!(notice.call_id, Some(call));
    setting.server.database().run("ALTER TABLE call_events_gone RENAME TO call_events").await;
    setting.is_closed(call).await;
    let kinds = setting.kinds(call).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "provider_ended").count(), 1, "{kinds:?}");
    admin.phone.sign_out().await;
    setting.server.stop().await;
}

async fn the_last_events_are_written_before_the_server_ends(engine: Engine) {
    let talk = Talk::begin(TestServer::start_on(engine, false).await).await;
    let call = id(&talk.said.call());
    let tenant = talk.server.running.backend.authenticate(&talk.admin).await.expect("signed in").tenant;
    let hold = talk.server.database().hold_calls().await;
    let path = talk.path();
    let Talk { server, admin, carrier, leg, desk: _desk, .. } = talk;
    leg.cut();
    let lost = |live: &Value| live["status"] == "in_progress";
    server.until(&format!("{path}/live"), &admin, "the call goes on", lost).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    // The database is free again while the server is ending.
    let freed = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        tokio::task::spawn_blocking(move || drop(hold)).await.expect("the lock is given back");
    });
    let server = server.start_again().await;
    freed.await.expect("no panic");
    let setting = Setting { server, admin, tenant, carrier };
    let mut kinds = setting.kinds(call).await;
    while !kinds.iter().any(|kind| kind == "server_restarted") {
        tokio::time::sleep(Duration::from_millis(50)).await;
        kinds = setting.kinds(call).await;
    }
    let at = |kind: &str| kinds.iter().position(|one| one == kind);
    assert!(at("carrier_lost").is_some(), "{kinds:?}");
    assert!(at("carrier_lost") < at("server_restarted"), "{kinds:?}");
    setting.server.stop().await;
}

async fn the_file_of_a_stored_recording_does_not_stay_in_the_spool(engine: Engine) {
    let talk = Talk::begin(TestServer::start_on(engine, false).await).await;
    let path = talk.path();
    let recorded = |live: &Value| live["recording"]["kind"] == "recording";
    talk.server.until(&format!("{path}/live"), &talk.admin, "the call is recorded", recorded).await;
    talk.listen();
    talk.heard_throughout(1.0).await;
    talk.hang_up().await;
    let stored = |detail: &Value| detail["receipt"]["state"]["kind"] == "stored";
    talk.server.until(&path, &talk.admin, "the recording is stored", stored).await;
    let file = talk.server.folder.path().join("spool").join(format!("{}.opus", talk.said.call()));
    let Talk { server, .. } = talk;
    // The server died between the receipt and the end of the file.
    std::fs::write(&file, b"what was left").expect("the spool can be written");
    let server = server.start_again().await;
    assert!(!file.exists(), "it is stored elsewhere");
    server.stop().await;
}
