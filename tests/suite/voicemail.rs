//! A recorded message on the customer's answering machine: by the carrier's verdict and by the agent's key.

use std::f64::consts::TAU;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::twilio::{CallOutcome, EndedBy};
use switchboard_tests::{Engine, TestServer, calling_out::CallingOut, on_both_databases};
use wire::live::LiveEvent;

on_both_databases!(
    a_machine_hears_the_whole_message_and_the_agent_is_free_at_once,
    the_agents_key_leaves_the_message,
    messages_are_checked_chosen_and_deleted,
);

/// Of the message; the agent's voice is a tone of 1000 Hz.
pub const HERTZ: f64 = 440.0;
pub const SECONDS: u32 = 3;

/// As the API takes it.
pub fn message(name: &str, seconds: u32) -> Value {
    let sample = |n: u32| (12_000.0 * (TAU * HERTZ * f64::from(n) / 8_000.0).sin()) as i16;
    let pcm: Vec<i16> = (0..8_000 * seconds).map(sample).collect();
    json!({ "name": name, "sound": STANDARD.encode(media::wav::encode(8_000, 1, &pcm)) })
}

/// Seconds of the message in what the customer's side heard.
pub fn heard_s(outcome: &CallOutcome) -> f64 {
    let loud = |window: &&[i16]| {
        let (mut cosine, mut sine) = (0.0, 0.0);
        for (n, sample) in window.iter().enumerate() {
            let angle = TAU * HERTZ * n as f64 / 8_000.0;
            cosine += f64::from(*sample) * angle.cos();
            sine += f64::from(*sample) * angle.sin();
        }
        cosine.hypot(sine) / window.len() as f64 > 2_000.0
    };
    outcome.customer.heard.chunks_exact(400).filter(loud).count() as f64 * 0.05
}

pub async fn choose(server: &TestServer, admin: &str, name: &str, when_machine: bool) {
    let added = server.ask(Method::POST, "/voicemail/messages", admin, Some(message(name, SECONDS))).await;
    assert_eq!(added.status, StatusCode::CREATED, "{added:?}");
    let settings = json!({ "message_id": added.text("id"), "when_machine": when_machine });
    let saved = server.ask(Method::PUT, "/settings/voicemail", admin, Some(settings)).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
}

async fn suggested(world: &mut CallingOut) -> Option<String> {
    let ended = |event| match event {
        LiveEvent::CallEnded { suggested_outcome, .. } => Some(suggested_outcome),
        _ => None,
    };
    world.desk.event("the end of the agent's part", ended).await
}

/// Events of this kind.
pub fn events<'a>(detail: &'a Value, kind: &str) -> Vec<&'a Value> {
    detail["events"].as_array().into_iter().flatten().filter(|event| event["kind"] == kind).collect()
}

async fn a_machine_hears_the_whole_message_and_the_agent_is_free_at_once(engine: Engine) {
    let mut world = CallingOut::open(engine).await;
    choose(&world.server, &world.admin, "Please call back", true).await;
    world.answers("machine_end_beep");
    let path = world.place().await;
    assert_eq!(suggested(&mut world).await.as_deref(), Some("left_voicemail"));
    let still = world.carrier.calls().pop().expect("a call at the carrier").record();
    assert!(!still.status.is_final(), "the agent is free while the message plays");
    let outcome = world.outcome().await;
    assert_eq!(outcome.ended_by, EndedBy::Api);
    let heard = heard_s(&outcome);
    assert!((f64::from(SECONDS) - 0.2..=f64::from(SECONDS) + 0.2).contains(&heard), "{heard} s were heard");
    let detail = world.history(&path).await;
    assert_eq!(events(&detail, "voicemail_started")[0]["data"]["name"], "Please call back", "{detail}");
    assert_eq!(events(&detail, "voicemail_finished")[0]["data"]["whole"], true, "{detail}");
    assert!(events(&detail, "voicemail_dropped").is_empty(), "nobody pressed a key");
    world.end().await;
}

async fn the_agents_key_leaves_the_message(engine: Engine) {
    let mut world = CallingOut::open(engine).await;
    world.answers("human");
    let path = world.place().await;
    let talking = |live: &Value| live["status"] == "in_progress";
    world.server.until(&format!("{path}/live"), &world.admin, "the talk", talking).await;
    let leave = |body: Value| {
        let (server, token, path) = (&world.server, &world.token, format!("{path}/voicemail"));
        async move { server.ask(Method::POST, &path, token, Some(body)).await }
    };
    let none = leave(json!({})).await;
    assert_eq!((none.status, none.code()), (StatusCode::CONFLICT, "not_configured"), "{none:?}");
    choose(&world.server, &world.admin, "Please call back", false).await;
    let left = leave(json!({})).await;
    assert_eq!(left.status, StatusCode::NO_CONTENT, "{left:?}");
    assert_eq!(leave(json!({})).await.status, StatusCode::FORBIDDEN, "it is not the agent's call any more");
    assert_eq!(suggested(&mut world).await.as_deref(), Some("left_voicemail"));
    let outcome = json!({ "code": "left_voicemail", "sub_code": null, "notes": "", "fields": {},
        "made_at_ms": jiff::Timestamp::now().as_millisecond(), "then": "available" });
    let saved = world.server.ask(Method::POST, &format!("{path}/disposition"), &world.token, Some(outcome)).await;
    assert!(saved.status.is_success(), "{saved:?}");
    let outcome = world.outcome().await;
    let heard = heard_s(&outcome);
    assert!((f64::from(SECONDS) - 0.2..=f64::from(SECONDS) + 0.2).contains(&heard), "{heard} s were heard");
    let detail = world.history(&path).await;
    assert_eq!(events(&detail, "voicemail_dropped")[0]["data"]["message"]["name"], "Please call back", "{detail}");
    assert_eq!(detail["row"]["disposition"], "left_voicemail");
    world.end().await;
}

async fn messages_are_checked_chosen_and_deleted(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let admin = server.tenant("owner").await;
    let add = async |body: Value| server.ask(Method::POST, "/voicemail/messages", &admin, Some(body)).await;
    let long = add(message("Long", 61)).await;
    assert_eq!((long.status, &long.body["fields"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("sound")));
    let letter = add(json!({ "name": "Letter", "sound": STANDARD.encode("Dear customer") })).await;
    assert_eq!(letter.body["fields"][0]["field"], "sound", "{letter:?}");
    let minute = add(message("A minute", 60)).await;
    assert_eq!((minute.status, &minute.body["length_ms"]), (StatusCode::CREATED, &json!(60_000)), "{minute:?}");
    assert_eq!(add(message("A minute", 1)).await.code(), "already_exists");
    let id = minute.text("id");
    let chosen = json!({ "message_id": id, "when_machine": true });
    let saved = server.ask(Method::PUT, "/settings/voicemail", &admin, Some(chosen.clone())).await;
    assert_eq!((saved.status, &saved.body), (StatusCode::OK, &chosen));
    let gone = server.ask(Method::DELETE, &format!("/voicemail/messages/{id}"), &admin, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    let now = server.ask(Method::GET, "/settings/voicemail", &admin, None).await;
    assert_eq!(now.body["message_id"], Value::Null, "what is deleted is chosen no more");
    let again = server.ask(Method::PUT, "/settings/voicemail", &admin, Some(chosen)).await;
    assert_eq!(again.body["fields"][0]["field"], "message_id", "{again:?}");
    server.stop().await;
}
