//! What an agent does in a call out that meets in a conference at Twilio: a recorded message on an answering machine, keys to a menu.

use std::{sync::Arc, time::Duration};

use media::dtmf::ToneDetector;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::twilio::{CallHandle, CallOutcome, Destination, EndedBy, Happening, Misbehaviour};
use switchboard_tests::{Engine, PATIENCE, on_both_databases, sound::longest_with};
use wire::live::LiveEvent;

use crate::{
    conference::{CUSTOMER, World, tone},
    voicemail::{self, SECONDS},
};

on_both_databases!(
    a_machine_in_a_conference_hears_the_whole_message_and_the_agent_is_free_at_once,
    the_agents_key_leaves_the_message_in_a_conference,
    keys_are_heard_by_the_customer_alone_who_stays_in_the_conference,
);

/// Of the customer's own side, so that what they hear is told from it.
const RATE: usize = 8_000;

/// A call out under way, with the agent at their telephone and the customer on the line.
struct Called {
    world: World,
    path: String,
    agent: CallHandle,
    customer: CallHandle,
}

impl Called {
    /// `answered_by`: what the carrier says of the customer, three seconds after they took the telephone up.
    async fn on(engine: Engine, message: bool, answered_by: &'static str, wrong: Misbehaviour) -> Self {
        let world = World::on(engine).await;
        if message {
            voicemail::choose(&world.server, &world.admin, "Please call back", true).await;
        }
        let me = world.ask(Method::GET, "/me", &world.agent, None).await;
        let id = me.body["user"]["id"].as_str().or(me.body["id"].as_str()).expect("an id").to_owned();
        let campaign = json!({ "name": "Spring", "state": "active", "caller_id": null, "script": [], "dispositions": [],
            "hours": { "days": [1, 2, 3, 4, 5, 6, 7], "from_minute": 0, "to_minute": 1440 }, "recording": true,
            "detect_machines": true, "agent_ids": [id] });
        let campaign = world.ask(Method::POST, "/campaigns", &world.admin, Some(campaign)).await.text("id");
        let picks = Destination { ring_ms: 200, ..Destination::person(tone(CUSTOMER, 600.0, 60)) };
        world.carrier.set_destination(CUSTOMER, Destination { answered_by, detection_ms: 3_000, ..picks });
        world.carrier.misbehave(wrong);
        let place = json!({ "lead_id": null, "number": CUSTOMER, "campaign_id": campaign, "by_phone": true });
        let placed = world.ask(Method::POST, "/calls", &world.agent, Some(place)).await;
        let agent = world.agent_asked().await;
        agent.press("1");
        let customer = world.next_telephone().await;
        Self { path: format!("/calls/{}", placed.text("id")), world, agent, customer }
    }

    async fn talk(&self) {
        let talking = |live: &Value| live["status"] == "in_progress";
        self.world.live(&self.path, "they talk", talking).await;
        self.world.room(&self.path, "both are there", |there| there.len() == 2).await;
    }

    /// In the app. The report that the customer is in the room may still be on its way, and that is said.
    async fn press(&self, digits: &str) {
        let began = std::time::Instant::now();
        let (path, body) = (format!("{}/digits", self.path), json!({ "digits": digits }));
        loop {
            let answer = self.world.server.ask(Method::POST, &path, &self.world.agent, Some(body.clone())).await;
            if answer.status.is_success() {
                return;
            }
            assert_eq!(answer.code(), "wrong_call_state", "{answer:?}");
            assert!(began.elapsed() < PATIENCE, "nobody is there to hear keys: {answer:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn suggested(&mut self) -> Option<String> {
        let ended = |event| match event {
            LiveEvent::CallEnded { suggested_outcome, .. } => Some(suggested_outcome),
            _ => None,
        };
        self.world.desk.event("the end of the agent's part", ended).await
    }

    async fn heard(&self) -> Arc<CallOutcome> {
        tokio::time::timeout(PATIENCE, self.customer.outcome()).await.expect("the call ends").expect("an outcome")
    }

    async fn history(&self) -> Value {
        let over = |detail: &Value| detail["row"]["status"] == "completed";
        self.world.server.until(&self.path, &self.world.admin, "the call is over", over).await
    }
}

fn whole(outcome: &CallOutcome) {
    let heard = voicemail::heard_s(outcome);
    let seconds = f64::from(SECONDS);
    assert!((seconds - 0.2..=seconds + 0.2).contains(&heard), "{heard} s were heard");
}

fn events<'a>(detail: &'a Value, kind: &str) -> Vec<&'a Value> {
    voicemail::events(detail, kind)
}

async fn a_machine_in_a_conference_hears_the_whole_message_and_the_agent_is_free_at_once(engine: Engine) {
    let mut called = Called::on(engine, true, "machine_end_beep", Misbehaviour::default()).await;
    assert_eq!(called.suggested().await.as_deref(), Some("left_voicemail"));
    let told = tokio::time::timeout(PATIENCE, called.agent.outcome()).await.expect("the agent's leg ends").unwrap();
    assert!(!called.customer.record().status.is_final(), "the agent is free while the message plays");
    assert_eq!(voicemail::heard_s(&told), 0.0, "the message is the machine's alone");
    let outcome = called.heard().await;
    assert_eq!(outcome.ended_by, EndedBy::Document, "Twilio hangs up behind the message");
    whole(&outcome);
    let detail = called.history().await;
    assert_eq!(events(&detail, "voicemail_started")[0]["data"]["name"], "Please call back", "{detail}");
    assert_eq!(events(&detail, "voicemail_finished")[0]["data"]["whole"], true, "{detail}");
    assert!(events(&detail, "voicemail_dropped").is_empty(), "nobody pressed a key");
    let stored = |detail: &Value| detail["receipt"]["state"]["kind"] == "stored";
    let detail = called.world.server.until(&called.path, &called.world.admin, "the talk is kept", stored).await;
    let recorded = detail["receipt"]["duration_ms"].as_u64().expect("a length");
    assert!(recorded < 1_000 * u64::from(SECONDS) + 1_500, "the message is not recorded: {recorded} ms");
    assert_eq!(called.world.carrier.debugger(), [], "nothing to complain of");
    called.world.end().await;
}

async fn the_agents_key_leaves_the_message_in_a_conference(engine: Engine) {
    let mut called = Called::on(engine, false, "human", Misbehaviour::default()).await;
    called.talk().await;
    voicemail::choose(&called.world.server, &called.world.admin, "Please call back", false).await;
    let path = format!("{}/voicemail", called.path);
    called.world.ask(Method::POST, &path, &called.world.agent, Some(json!({}))).await;
    assert_eq!(called.suggested().await.as_deref(), Some("left_voicemail"));
    whole(&*called.heard().await);
    let detail = called.history().await;
    assert_eq!(events(&detail, "voicemail_dropped")[0]["data"]["message"]["name"], "Please call back", "{detail}");
    assert_eq!(events(&detail, "voicemail_finished")[0]["data"]["whole"], true, "{detail}");
    called.world.end().await;
}

async fn keys_are_heard_by_the_customer_alone_who_stays_in_the_conference(engine: Engine) {
    let called = Called::on(engine, false, "human", Misbehaviour::default()).await;
    called.talk().await;
    let live = called.world.live(&called.path, "the call", |_| true).await;
    assert_eq!(live["unsupported"], json!([]), "the keypad is there");
    // One press at a time, as people do, and faster than they are played.
    for digits in ["1", "2", "*", "#", "09D"] {
        called.press(digits).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    called.world.room(&called.path, "both are there", |there| there.len() == 2).await;
    called.world.ask(Method::POST, &format!("{}/hang-up", called.path), &called.world.agent, None).await;
    let heard = called.heard().await;
    let keys = |pcm: &[i16]| ToneDetector::default().push(pcm).into_iter().map(|key| key.as_char()).collect::<String>();
    assert_eq!(keys(&heard.customer.heard), "12*#09D");
    let entered = |what: &&simulator::twilio::Moment| matches!(what.what, Happening::ConferenceEntered { .. });
    assert_eq!(heard.timeline.iter().filter(entered).count(), 1, "the customer never left");
    assert!(longest_with(&heard.customer.heard, RATE, 1_000.0) > 1.0, "they hear the agent as well");
    let told = tokio::time::timeout(PATIENCE, called.agent.outcome()).await.expect("the agent's leg ends").unwrap();
    assert_eq!(keys(&told.customer.heard), "", "the agent hears none");
    assert_eq!(called.world.carrier.debugger(), [], "nothing to complain of");
    called.world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubled_late_swapped_and_forged_reports_leave_one_message() {
    let wrong = Misbehaviour {
        duplicate_callbacks: true,
        late_callbacks: Some(Duration::from_millis(150)),
        swapped_callbacks: true,
        forged_callbacks: true,
        ..Misbehaviour::default()
    };
    let mut called = Called::on(Engine::Sqlite, true, "machine_end_silence", wrong).await;
    assert_eq!(called.suggested().await.as_deref(), Some("left_voicemail"));
    whole(&*called.heard().await);
    let detail = called.history().await;
    assert_eq!(events(&detail, "voicemail_started").len(), 1, "{detail}");
    assert_eq!(events(&detail, "voicemail_finished").len(), 1, "{detail}");
    assert_eq!(called.world.carrier.calls().len(), 2, "nobody was called twice");
    called.world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_report_of_the_hang_up_ends_the_call_all_the_same() {
    let mut called = Called::on(Engine::Sqlite, true, "machine_end_other", Misbehaviour::default()).await;
    assert_eq!(called.suggested().await.as_deref(), Some("left_voicemail"));
    called.world.carrier.misbehave(Misbehaviour { lost_callbacks: true, ..Misbehaviour::default() });
    whole(&*called.heard().await);
    let detail = called.history().await;
    assert_eq!(events(&detail, "voicemail_finished")[0]["data"]["whole"], true, "{detail}");
    called.world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_verdict_leaves_the_message_to_the_agent() {
    let wrong = Misbehaviour { lost_callbacks: true, ..Misbehaviour::default() };
    let called = Called::on(Engine::Sqlite, true, "machine_end_beep", wrong).await;
    let talking = |live: &Value| live["status"] == "in_progress";
    called.world.live(&called.path, "they talk", talking).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    called.world.live(&called.path, "they talk still", talking).await;
    let path = format!("{}/voicemail", called.path);
    called.world.ask(Method::POST, &path, &called.world.agent, Some(json!({}))).await;
    whole(&*called.heard().await);
    called.history().await;
    called.world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_was_deleted_meanwhile_ends_the_call_and_is_not_told_as_heard() {
    let mut called = Called::on(Engine::Sqlite, true, "machine_end_beep", Misbehaviour::default()).await;
    let messages = called.world.ask(Method::GET, "/voicemail/messages", &called.world.admin, None).await;
    let id = messages.body[0]["id"].as_str().expect("a message").to_owned();
    called.talk().await;
    called.world.ask(Method::DELETE, &format!("/voicemail/messages/{id}"), &called.world.admin, None).await;
    assert_eq!(called.suggested().await.as_deref(), Some("left_voicemail"));
    let outcome = called.heard().await;
    assert_eq!(voicemail::heard_s(&outcome), 0.0);
    let detail = called.history().await;
    assert_eq!(events(&detail, "voicemail_finished")[0]["data"]["whole"], false, "{detail}");
    called.world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_not_ours_plays_nothing() {
    let world = World::on(Engine::Sqlite).await;
    for token in ["x", "a.message.b.9999999999999.00"] {
        let answer =
            reqwest::get(world.server.url(&format!("/webhooks/twilio/play/{token}"))).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{token}");
    }
    world.end().await;
}
