//! Calls through an Exotel account, with what it does wrong: none is lost.

use std::{sync::Arc, time::Duration};

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::{
    customer::{CustomerScript, Step},
    exotel::{Ended, Happening, Misbehaviour},
    twilio::Destination,
};
use switchboard_tests::{
    Engine, TestServer,
    desk::Desk,
    exotel::{CALLER, EXOPHONE, ExotelAccount, GREETING},
    on_both_databases,
};

on_both_databases!(an_inbound_call_of_a_flow_is_answered_recorded_and_ended_by_either_side);

/// Says a tone for a while, then hangs up.
pub fn tone(seconds: u64) -> Arc<CustomerScript> {
    let steps = vec![Step::Tone { hertz: 600.0, ms: seconds * 1000, level_dbfs: -12.0 }, Step::HangUp];
    Arc::new(CustomerScript { steps, ..(*CustomerScript::silent(CALLER)).clone() })
}

pub struct World {
    pub server: TestServer,
    pub admin: String,
    pub agent_id: String,
    pub account: ExotelAccount,
    pub desk: Desk,
}

impl World {
    pub async fn on(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let (_, agent_id) = server.user(&admin, "owner", Role::Telecaller).await;
        let account = ExotelAccount::of(&server, &admin, std::slice::from_ref(&agent_id)).await;
        let desk = Desk::sign_in(&server, "telecaller@owner.example").await;
        desk.available().await;
        Self { server, admin, agent_id, account, desk }
    }

    pub async fn end(self) {
        self.desk.phone.sign_out().await;
        self.server.stop().await;
    }

    async fn only_call(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let one = |page: &Value| page["items"].as_array().is_some_and(|rows| rows.len() == 1 && is_it(&rows[0]));
        self.server.until("/calls", &self.admin, what, one).await["items"][0].clone()
    }
}

async fn an_inbound_call_of_a_flow_is_answered_recorded_and_ended_by_either_side(engine: Engine) {
    let mut world = World::on(engine).await;
    let call = world.account.call(tone(60));
    let offer = world.desk.answer_next().await;
    assert!(offer.caller.contains('•'), "{}", offer.caller);
    world.desk.ear.hears(600.0, "the customer").await;
    assert!(call.wait_for(Duration::from_secs(20), |what| *what == Happening::StreamAudio).await, "the agent is heard");
    let spoken = Happening::Greeting { text: GREETING.to_owned() };
    assert!(call.record().happened.contains(&spoken), "{:?}", call.record().happened);
    let live = world.server.ask(Method::GET, &format!("/calls/{}/live", offer.call_id), &world.admin, None).await;
    assert_eq!(live.body["customer_number"], CALLER, "the leading zero is gone");
    // The agent hangs up: the stream ends, and with it the flow.
    world.desk.phone.hang_up(offer.call_id).await.expect("the agent hangs up");
    let outcome = tokio::time::timeout(Duration::from_secs(20), call.outcome()).await.expect("the call ends").unwrap();
    assert_eq!(outcome.ended, Ended::Flow);
    let path = format!("/calls/{}", offer.call_id);
    let stored = |detail: &Value| detail["receipt"]["state"]["kind"] == "stored";
    world.server.until(&path, &world.admin, "the recording is stored", stored).await;

    // And the customer.
    world.desk.available().await;
    let call = world.account.call(tone(4));
    let offer = world.desk.answer_next().await;
    let outcome = tokio::time::timeout(Duration::from_secs(20), call.outcome()).await.expect("the call ends").unwrap();
    assert_eq!(outcome.ended, Ended::Customer);
    let path = format!("/calls/{}", offer.call_id);
    let over = |detail: &Value| detail["row"]["status"] == "completed";
    world.server.until(&path, &world.admin, "the call is over", over).await;
    assert_eq!(world.account.carrier.complaints(), Vec::<String>::new());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_breaks_is_connected_again_by_the_flow() {
    let mut world = World::on(Engine::Sqlite).await;
    world.account.carrier.misbehave(Misbehaviour {
        break_stream_after: Some(Duration::from_secs(3)),
        duplicate_reports: true,
        forged_requests: true,
        passthru_posts_json: true,
        camel_case_stream: true,
        ..Misbehaviour::default()
    });
    let call = world.account.call(tone(60));
    let offer = world.desk.answer_next().await;
    world.desk.ear.hears(600.0, "the customer").await;
    let opened = |times: usize| {
        move |call: &simulator::exotel::CallHandle| {
            call.record().happened.iter().filter(|what| **what == Happening::StreamOpened).count() >= times
        }
    };
    for _ in 0..200 {
        if opened(2)(&call) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(opened(2)(&call), "{:?}", call.record().happened);
    world.desk.ear.clear();
    world.desk.ear.hears(600.0, "the customer again").await;
    world.desk.phone.hang_up(offer.call_id).await.expect("the agent hangs up");
    call.outcome().await.expect("the call ends");
    world.only_call("one call, and over", |row| row["status"] == "completed").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mulaw_stream_is_understood() {
    let mut world = World::on(Engine::Sqlite).await;
    world.account.carrier.misbehave(Misbehaviour { mulaw_stream: true, ..Misbehaviour::default() });
    let call = world.account.call(tone(60));
    let offer = world.desk.answer_next().await;
    world.desk.ear.hears(600.0, "the customer").await;
    assert!(call.wait_for(Duration::from_secs(20), |what| *what == Happening::StreamAudio).await);
    world.desk.phone.hang_up(offer.call_id).await.expect("the agent hangs up");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_and_replays_are_refused() {
    let world = World::on(Engine::Sqlite).await;
    let http = reqwest::Client::new();
    let url = world.account.url("passthru").to_owned();
    let status = |url: String, query: Vec<(&'static str, String)>| {
        let http = http.clone();
        async move { http.get(url).query(&query).send().await.expect("an answer").status().as_u16() }
    };
    let fields = |time: &str| {
        vec![
            ("CallSid", "c5797dcb".to_owned()),
            ("CallFrom", "09812300021".to_owned()),
            ("CallTo", "08047112233".to_owned()),
            ("Direction", "incoming".to_owned()),
            ("CurrentTime", time.to_owned()),
        ]
    };
    let now = || jiff::Timestamp::now().in_tz("Asia/Kolkata").unwrap().strftime("%Y-%m-%d %H:%M:%S").to_string();
    let stem = &url[..url.len() - "/passthru".len() - 64];
    let guessed = format!("{stem}{}/passthru", "0".repeat(64));
    assert_eq!(status(guessed, fields(&now())).await, 403, "another secret");
    assert_eq!(status(url.clone(), fields("2026-01-01 00:00:00")).await, 403, "sent long ago");
    assert_eq!(status(url.clone(), vec![("CallSid", "../../etc".to_owned())]).await, 400);
    let calls = world.server.ask(Method::GET, "/calls", &world.admin, None).await;
    assert_eq!(calls.body["items"].as_array().map(Vec::len), Some(0));
    let large = http.post(&url).body(vec![b'x'; 10 * 1024 * 1024]).send().await.map(|answer| answer.status());
    // Either the refusal or a connection that is closed while the body is still being sent.
    assert!(large.is_err() || large.is_ok_and(|status| status == StatusCode::PAYLOAD_TOO_LARGE));
    assert_eq!(status(url.clone(), fields(&now())).await, 200, "and the right one is taken");

    // An address that is not on the list is refused in spite of the secret.
    let saved =
        ExotelAccount::save(&world.server, &world.admin, &world.account.carrier.base_url(), json!(["203.0.113.0/24"]))
            .await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    assert_eq!(status(url.clone(), fields(&now())).await, 403);
    let wrong = ExotelAccount::save(&world.server, &world.admin, "", json!(["example.com"])).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_is_not_set_up_takes_the_second_branch_and_greets_with_nothing() {
    let world = World::on(Engine::Sqlite).await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let query = [("CallSid", "c1"), ("CallFrom", "09812300021"), ("CallTo", "08047119999"), ("Direction", "incoming")];
    let answer = http.get(world.account.url("passthru")).query(&query).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get("location")), (302, None));
    let greeting = http.get(world.account.url("greeting")).query(&query).send().await.unwrap();
    assert_eq!(greeting.headers()["content-type"], "text/plain");
    assert_eq!(greeting.text().await.unwrap(), " ");
    let unknown = world.server.ask(Method::GET, "/numbers/unknown", &world.admin, None).await;
    assert_eq!(unknown.body[0]["number"], "+918047119999");
    world.end().await;
}

/// The agent has a telephone in their profile.
pub async fn with_telephone(world: &World, number: &str) {
    let profile = json!({ "phone": number });
    let changed =
        world.server.ask(Method::PATCH, &format!("/users/{}", world.agent_id), &world.admin, Some(profile)).await;
    assert!(changed.status.is_success(), "{changed:?}");
}

pub const AGENT: &str = "+919812300099";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_telephones_are_joined_and_what_exotel_cannot_do_is_said() {
    let world = World::on(Engine::Sqlite).await;
    with_telephone(&world, AGENT).await;
    world.account.carrier.set_destination(AGENT, Destination { ring_ms: 200, ..Destination::person(tone(6)) });
    world.account.carrier.set_destination(CALLER, Destination { ring_ms: 200, ..Destination::person(tone(60)) });
    let token = world.server.sign_in("telecaller@owner.example").await.text("access_token");
    let place = json!({ "lead_id": null, "number": CALLER, "campaign_id": null, "by_phone": true });
    let placed = world.server.ask(Method::POST, "/calls", &token, Some(place)).await;
    assert!(placed.status.is_success(), "{placed:?}");
    let path = format!("/calls/{}", placed.text("id"));
    let talking = |live: &Value| live["status"] == "in_progress";
    let live = world.server.until(&format!("{path}/live"), &world.admin, "both are there", talking).await;
    assert_eq!(live["sound_at"], "carrier");
    let missing = live["unsupported"].as_array().cloned().unwrap_or_default();
    assert!(missing.contains(&json!("hold")) && missing.contains(&json!("hang_up")), "{missing:?}");
    let hold = world.server.ask(Method::POST, &format!("{path}/hold"), &token, None).await;
    assert_eq!((hold.status, hold.code()), (StatusCode::CONFLICT, "not_supported_by_carrier"));
    // The agent's telephone hangs up after six seconds.
    let over = |detail: &Value| detail["row"]["status"] == "completed";
    let detail = world.server.until(&path, &world.admin, "the call is over", over).await;
    assert!(detail["row"]["talk_ms"].as_u64().is_some_and(|ms| ms > 3_000), "{detail}");
    assert_eq!(world.account.carrier.complaints(), Vec::<String>::new());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_answers_at_the_other_telephone() {
    let world = World::on(Engine::Sqlite).await;
    with_telephone(&world, AGENT).await;
    world.account.carrier.set_destination(AGENT, Destination { ring_ms: 100, ..Destination::person(tone(60)) });
    let busy = Destination { answer: simulator::twilio::Answer::Busy, ring_ms: 100, ..Destination::person(tone(60)) };
    world.account.carrier.set_destination(CALLER, busy);
    let token = world.server.sign_in("telecaller@owner.example").await.text("access_token");
    let place = json!({ "lead_id": null, "number": CALLER, "campaign_id": null, "by_phone": true });
    let placed = world.server.ask(Method::POST, "/calls", &token, Some(place)).await;
    assert!(placed.status.is_success(), "{placed:?}");
    world.only_call("the call is busy", |row| row["status"] == "busy").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outbound_call_through_the_flow_meets_in_the_bridge() {
    let world = World::on(Engine::Sqlite).await;
    world.account.carrier.set_destination(CALLER, Destination { ring_ms: 200, ..Destination::person(tone(60)) });
    let token = world.server.sign_in("telecaller@owner.example").await.text("access_token");
    let place = json!({ "lead_id": null, "number": CALLER, "campaign_id": null });
    let placed = world.server.ask(Method::POST, "/calls", &token, Some(place)).await;
    assert!(placed.status.is_success(), "{placed:?}");
    world.desk.ear.hears(600.0, "the customer").await;
    let id = placed.text("id");
    let ended = world.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    assert!(ended.status.is_success(), "{ended:?}");
    let call = world.account.carrier.calls().pop().expect("a call at the carrier");
    let outcome = tokio::time::timeout(Duration::from_secs(20), call.outcome()).await.expect("the call ends").unwrap();
    assert_eq!(outcome.ended, Ended::Flow);
    assert_eq!(EXOPHONE, outcome.record.from);
    world.end().await;
}
