//! Calls that meet in a conference at Twilio: the customer waits with music, the agent's own telephone is called, a key takes the
//! call, and a coach or a barger comes in by theirs.

use std::{sync::Arc, time::Duration};

use domain::role::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::{
    customer::{CustomerScript, Step},
    twilio::{CallHandle, Config, Destination, EndedBy, Happening, Misbehaviour, Number, Participant, SimulatedTwilio},
};
use switchboard_tests::{Answer, Engine, PATIENCE, TestServer, desk::Desk, on_both_databases, sound::longest_with};

on_both_databases!(
    a_customer_waits_with_music_and_the_agent_takes_the_call_by_a_key,
    a_coach_is_heard_by_the_agent_and_a_barger_by_all,
    an_agent_calls_out_by_their_own_telephone,
);

pub const NUMBER: &str = "+918045550111";
pub const CUSTOMER: &str = "+919800011111";
pub const AGENT: &str = "+919812300099";
const COACH: &str = "+919812300098";
const RATE: usize = 8_000;

pub fn tone(number: &str, hertz: f32, seconds: u64) -> Arc<CustomerScript> {
    let steps = vec![Step::Tone { hertz, ms: seconds * 1000, level_dbfs: -12.0 }, Step::HangUp];
    Arc::new(CustomerScript { steps, ..(*CustomerScript::silent(number)).clone() })
}

/// Listens for a minute.
fn quiet(number: &str) -> Arc<CustomerScript> {
    let steps = vec![Step::Pause { ms: 60_000 }, Step::HangUp];
    Arc::new(CustomerScript { steps, ..(*CustomerScript::silent(number)).clone() })
}

pub struct World {
    pub server: TestServer,
    pub admin: String,
    pub agent: String,
    manager: String,
    pub carrier: SimulatedTwilio,
    pub desk: Desk,
}

impl World {
    pub async fn on(engine: Engine) -> Self {
        let server = TestServer::start_on(engine, false).await;
        let admin = server.tenant("owner").await;
        let (agent, agent_id) = server.user(&admin, "owner", Role::Telecaller).await;
        let (manager, manager_id) = server.user(&admin, "owner", Role::Manager).await;
        for (id, phone) in [(&agent_id, AGENT), (&manager_id, COACH)] {
            let profile = json!({ "phone": phone });
            let changed = server.ask(Method::PATCH, &format!("/users/{id}"), &admin, Some(profile)).await;
            assert!(changed.status.is_success(), "{changed:?}");
        }
        let sid = format!("AC{}", "8".repeat(32));
        let voice_url = server.url("/webhooks/twilio/voice");
        let status_callback = Some(server.url("/webhooks/twilio/status"));
        let mut config = Config::on_loopback(&sid, "token");
        config.numbers = vec![Number { number: NUMBER.to_owned(), voice_url, fallback_url: None, status_callback }];
        let carrier = SimulatedTwilio::start(config).await.expect("a simulated account");
        let settings = json!({ "provider": "twilio", "account_sid": sid, "auth_token": "token",
            "api_base": carrier.base_url(), "public_url": "" });
        let saved = server.ask(Method::PUT, "/settings/carrier", &admin, Some(settings)).await;
        assert!(saved.status.is_success(), "{saved:?}");
        let queue = json!({ "name": "Sales", "strategy": "round_robin", "member_ids": [agent_id], "skills": [],
            "ring_s": 30, "wrap_up_s": 30, "max_size": 10, "max_wait_s": 120, "target_answer_s": 20, "recording": true });
        let queue = server.ask(Method::POST, "/queues", &admin, Some(queue)).await;
        assert!(queue.status.is_success(), "{queue:?}");
        let number = json!({ "number": NUMBER, "label": "Line", "queue_id": queue.text("id"), "campaign_id": null,
            "greeting": "This call is recorded.", "language": "en", "provider": "twilio", "media": "conference" });
        let number = server.ask(Method::POST, "/numbers", &admin, Some(number)).await;
        assert!(number.status.is_success(), "{number:?}");
        carrier.set_destination(AGENT, Destination { ring_ms: 200, ..Destination::person(tone(AGENT, 1_000.0, 60)) });
        carrier.set_destination(COACH, Destination { ring_ms: 200, ..Destination::person(tone(COACH, 1_500.0, 60)) });
        let desk = Desk::sign_in(&server, "telecaller@owner.example").await;
        desk.available().await;
        Self { server, admin, agent, manager, carrier, desk }
    }

    pub async fn next_telephone(&self) -> CallHandle {
        let next = tokio::time::timeout(PATIENCE, self.carrier.next_outbound_call()).await;
        next.expect("a telephone is called").expect("the account is there")
    }

    /// The agent's telephone rings, is taken up, and has heard the whisper.
    pub async fn agent_asked(&self) -> CallHandle {
        let call = self.next_telephone().await;
        assert_eq!(call.record().to, AGENT);
        let gathers = |what: &Happening| *what == Happening::Verb("Gather");
        assert!(call.wait_for(PATIENCE, gathers).await.is_some(), "the agent is asked for a key");
        call
    }

    pub async fn ask(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
        let answer = self.server.ask(method, path, token, body).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer
    }

    pub async fn only_call(&self) -> String {
        let one = |page: &Value| page["items"].as_array().is_some_and(|rows| rows.len() == 1);
        let page = self.server.until("/calls", &self.admin, "one call", one).await;
        format!("/calls/{}", page["items"][0]["id"].as_str().unwrap())
    }

    pub async fn live(&self, path: &str, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        self.server.until(&format!("{path}/live"), &self.admin, what, is_it).await
    }

    /// Until the conference of the call is as wished for.
    pub async fn room(&self, path: &str, what: &str, is_it: impl Fn(&[Participant]) -> bool) -> Vec<Participant> {
        let name = format!("call-{}", path.rsplit('/').next().unwrap());
        let began = std::time::Instant::now();
        loop {
            let there = self.carrier.participants(&name);
            if is_it(&there) {
                return there;
            }
            assert!(began.elapsed() < PATIENCE, "{what}: {there:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn call_in(&self) -> CallHandle {
        self.carrier.place_inbound_call(CUSTOMER, NUMBER, tone(CUSTOMER, 600.0, 60)).expect("the number is there")
    }

    pub async fn end(self) {
        self.desk.phone.sign_out().await;
        self.server.stop().await;
    }
}

fn is_recorded(live: &Value) -> bool {
    live["recording"]["kind"] == "recording"
}

async fn a_customer_waits_with_music_and_the_agent_takes_the_call_by_a_key(engine: Engine) {
    let mut world = World::on(engine).await;
    let wish = json!({ "delete_when_stored": true });
    world.ask(Method::PUT, "/settings/carrier-recordings", &world.admin, Some(wish)).await;
    let customer = world.call_in();
    let offer = world.desk.offer().await;
    let agent = world.agent_asked().await;
    // In the app it is shown, and taken at the telephone only.
    let session = world.desk.phone.answer(offer.call_id, offer.fence).await;
    assert!(session.is_err(), "{session:?}");
    let path = world.only_call().await;
    world.room(&path, "the customer waits", |there| there.len() == 1 && there[0].label == "customer").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    agent.press("1");
    let live = world.live(&path, "they talk", |live| live["status"] == "in_progress").await;
    assert_eq!(live["sound_at"], "conference");
    assert_eq!(live["unsupported"], json!([]));
    assert!(is_recorded(&live), "{live}");
    world.room(&path, "both are there", |there| there.len() == 2).await;
    tokio::time::sleep(Duration::from_secs(2)).await;

    world.ask(Method::POST, &format!("{path}/hold"), &world.agent, None).await;
    let on_hold = |there: &[Participant]| there.iter().any(|one| one.label == "customer" && one.hold);
    world.room(&path, "the customer is held", on_hold).await;
    world.ask(Method::POST, &format!("{path}/resume"), &world.agent, None).await;
    world.room(&path, "the customer is back", |there| there.iter().all(|one| !one.hold)).await;
    world.ask(Method::POST, &format!("{path}/recording/pause"), &world.agent, None).await;
    world.ask(Method::POST, &format!("{path}/recording/resume"), &world.agent, None).await;
    world.ask(Method::POST, &format!("{path}/hang-up"), &world.agent, None).await;

    let heard = tokio::time::timeout(PATIENCE, customer.outcome()).await.expect("the call ends").unwrap();
    assert_eq!(heard.ended_by, EndedBy::Api);
    let to_customer = longest_with(&heard.customer.heard, RATE, 1_000.0);
    assert!(to_customer > 1.0, "the customer hears the agent: {to_customer} s");
    let told = tokio::time::timeout(PATIENCE, agent.outcome()).await.expect("the agent's leg ends").unwrap();
    let to_agent = longest_with(&told.customer.heard, RATE, 600.0);
    assert!(to_agent > 1.0, "the agent hears the customer: {to_agent} s");
    let stored = |detail: &Value| detail["receipt"]["state"]["kind"] == "stored";
    let detail = world.server.until(&path, &world.admin, "the recording is stored", stored).await;
    assert_eq!(detail["receipt"]["channels"], 2);
    assert!(detail["receipt"]["read_back_at_ms"].is_number(), "{detail}");
    assert!(detail["receipt"]["duration_ms"].as_u64().is_some_and(|ms| ms > 2_000), "{detail}");
    let began = std::time::Instant::now();
    while !world.carrier.recordings().is_empty() {
        assert!(began.elapsed() < PATIENCE, "the carrier's copy is still there");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(world.carrier.debugger(), [], "nothing to complain of");
    world.end().await;
}

async fn a_coach_is_heard_by_the_agent_and_a_barger_by_all(engine: Engine) {
    let world = World::on(engine).await;
    let customer = world.carrier.place_inbound_call(CUSTOMER, NUMBER, quiet(CUSTOMER)).expect("the number is there");
    world.carrier.set_destination(AGENT, Destination { ring_ms: 200, ..Destination::person(quiet(AGENT)) });
    let agent = world.agent_asked().await;
    agent.press("1");
    let path = world.only_call().await;
    world.room(&path, "both are there", |there| there.len() == 2).await;

    let monitor = |mode: &str| json!({ "mode": mode, "media_session_id": null });
    world.ask(Method::PUT, &format!("{path}/monitor"), &world.manager, Some(monitor("whisper"))).await;
    let coach = world.next_telephone().await;
    assert_eq!(coach.record().to, COACH);
    let agent_sid = agent.sid().to_owned();
    let coaches =
        |there: &[Participant]| there.iter().any(|one| one.coaches.as_deref() == Some(&agent_sid) && !one.muted);
    world.room(&path, "the coach is heard by the agent", coaches).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.ask(Method::PUT, &format!("{path}/monitor"), &world.manager, Some(monitor("listen"))).await;
    let listens = |there: &[Participant]| there.iter().any(|one| one.call_sid == coach.sid() && one.muted);
    world.room(&path, "the coach only listens", listens).await;
    world.ask(Method::PUT, &format!("{path}/monitor"), &world.manager, Some(monitor("barge"))).await;
    let barges = |there: &[Participant]| there.iter().all(|one| !one.muted && one.coaches.is_none());
    world.room(&path, "the coach speaks to all", barges).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let none = json!({ "mode": null, "media_session_id": null });
    world.ask(Method::PUT, &format!("{path}/monitor"), &world.manager, Some(none)).await;
    world.room(&path, "the coach is gone", |there| there.len() == 2).await;

    // The agent puts the telephone down.
    agent.hang_up();
    let heard = tokio::time::timeout(PATIENCE, customer.outcome()).await.expect("the call ends").unwrap();
    let told = tokio::time::timeout(PATIENCE, agent.outcome()).await.expect("the leg ends").unwrap();
    let (at_agent, at_customer) =
        (longest_with(&told.customer.heard, RATE, 1_500.0), longest_with(&heard.customer.heard, RATE, 1_500.0));
    assert!(at_agent > 1.8, "the agent hears the coach: {at_agent} s");
    assert!(
        (0.5..1.8).contains(&at_customer),
        "the customer hears them barge and nothing of the whisper: {at_customer} s"
    );
    let over = |detail: &Value| detail["row"]["status"] == "completed";
    world.server.until(&path, &world.admin, "the call is over", over).await;
    world.end().await;
}

async fn an_agent_calls_out_by_their_own_telephone(engine: Engine) {
    let world = World::on(engine).await;
    world
        .carrier
        .set_destination(CUSTOMER, Destination { ring_ms: 200, ..Destination::person(tone(CUSTOMER, 600.0, 60)) });
    let place = json!({ "lead_id": null, "number": CUSTOMER, "campaign_id": null, "by_phone": true });
    let placed = world.ask(Method::POST, "/calls", &world.agent, Some(place)).await;
    let path = format!("/calls/{}", placed.text("id"));
    let agent = world.agent_asked().await;
    assert_eq!(world.carrier.calls().len(), 1, "the customer is not called before the agent is there");
    agent.press("1");
    let customer = world.next_telephone().await;
    assert_eq!((customer.record().to.as_str(), customer.record().from.as_str()), (CUSTOMER, NUMBER));
    world.live(&path, "they talk", |live| live["status"] == "in_progress").await;
    world.room(&path, "both are there", |there| there.len() == 2).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    customer.hang_up();
    let told = tokio::time::timeout(PATIENCE, agent.outcome()).await.expect("the agent's leg ends").unwrap();
    assert!(longest_with(&told.customer.heard, RATE, 600.0) > 1.0, "the agent hears the customer");
    let stored =
        |detail: &Value| detail["row"]["status"] == "completed" && detail["receipt"]["state"]["kind"] == "stored";
    world.server.until(&path, &world.admin, "the call is over and kept", stored).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_that_are_doubled_late_swapped_and_forged_change_nothing() {
    let world = World::on(Engine::Sqlite).await;
    world.carrier.misbehave(Misbehaviour {
        duplicate_callbacks: true,
        late_callbacks: Some(Duration::from_millis(150)),
        swapped_callbacks: true,
        forged_callbacks: true,
        ..Misbehaviour::default()
    });
    let customer = world.call_in();
    let agent = world.agent_asked().await;
    agent.press("1");
    let path = world.only_call().await;
    world.live(&path, "they talk", |live| live["status"] == "in_progress").await;
    world.room(&path, "both are there", |there| there.len() == 2).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    customer.hang_up();
    tokio::time::timeout(PATIENCE, agent.outcome()).await.expect("the agent's leg ends").unwrap();
    let stored =
        |detail: &Value| detail["row"]["status"] == "completed" && detail["receipt"]["state"]["kind"] == "stored";
    world.server.until(&path, &world.admin, "the call is over and kept", stored).await;
    assert_eq!(world.carrier.calls().len(), 2, "nobody was called twice");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_who_does_not_press_the_key_is_let_go_and_the_customer_waits_on() {
    let world = World::on(Engine::Sqlite).await;
    let customer = world.call_in();
    let agent = world.agent_asked().await;
    let path = world.only_call().await;
    agent.press("5");
    let outcome = tokio::time::timeout(PATIENCE, agent.outcome()).await.expect("the leg ends").unwrap();
    assert_eq!(outcome.ended_by, EndedBy::Document);
    world.live(&path, "the call waits again", |live| live["status"] == "queued").await;
    world.room(&path, "the customer is there", |there| there.len() == 1).await;
    customer.hang_up();
    let over = |detail: &Value| detail["row"]["status"] == "abandoned";
    world.server.until(&path, &world.admin, "the customer has left", over).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_telephone_nobody_is_asked() {
    let world = World::on(Engine::Sqlite).await;
    let me = world.ask(Method::GET, "/me", &world.agent, None).await;
    let id = me.body["user"]["id"].as_str().or(me.body["id"].as_str()).unwrap().to_owned();
    world.ask(Method::PATCH, &format!("/users/{id}"), &world.admin, Some(json!({ "phone": "" }))).await;
    let customer = world.call_in();
    let path = world.only_call().await;
    world.room(&path, "the customer waits", |there| there.len() == 1).await;
    let live = world.live(&path, "the call waits", |live| live["status"] == "queued").await;
    assert_eq!(live["agent_id"], Value::Null);
    let place = json!({ "lead_id": null, "number": "+919800022222", "campaign_id": null, "by_phone": true });
    let refused = world.server.ask(Method::POST, "/calls", &world.agent, Some(place)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{refused:?}");
    customer.hang_up();
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_is_called_at_their_telephone_while_no_app_of_theirs_runs() {
    let world = World::on(Engine::Sqlite).await;
    world.desk.phone.sign_out().await;
    let path = "/agents/me/state";
    let by_telephone = json!({ "kind": "available_by_telephone" });
    let asked = world.ask(Method::PUT, path, &world.agent, Some(by_telephone.clone())).await;
    assert_eq!(
        (&asked.body["state"]["kind"], &asked.body["by_telephone"]),
        (&json!("available"), &json!(true)),
        "{asked:?}"
    );
    // Longer than a silent app is waited for.
    tokio::time::sleep(Duration::from_secs(7)).await;
    let there = |agents: &Value| {
        let mine = agents.as_array().into_iter().flatten().find(|agent| agent["by_telephone"] == true);
        mine.is_some_and(|agent| agent["state"]["kind"] == "available" && agent["has_device"] == false)
    };
    world.server.until("/agents", &world.admin, "the agent is still available", there).await;
    let customer = world.call_in();
    let agent = world.agent_asked().await;
    agent.press("1");
    let call = world.only_call().await;
    world.room(&call, "both are there", |there| there.len() == 2).await;
    customer.hang_up();
    let over = |detail: &Value| detail["row"]["status"] == "completed";
    world.server.until(&call, &world.admin, "the call is over", over).await;
    world.ask(Method::PUT, path, &world.agent, Some(json!({ "kind": "offline" }))).await;
    let me = world.ask(Method::GET, "/me", &world.agent, None).await;
    let id = me.body["user"]["id"].as_str().or(me.body["id"].as_str()).unwrap().to_owned();
    world.ask(Method::PATCH, &format!("/users/{id}"), &world.admin, Some(json!({ "phone": "" }))).await;
    let refused = world.server.ask(Method::PUT, path, &world.agent, Some(by_telephone)).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "not_configured"), "{refused:?}");
    world.server.stop().await;
}
