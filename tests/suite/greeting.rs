//! Recorded greetings: played by the bridge to a trunk's callers, by Twilio to its own, and passed over when they cannot be.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::twilio::CallHandle;
use switchboard_tests::{
    Engine, PATIENCE, TestServer,
    carrier::{self, TestCarrier},
    desk::Desk,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
    on_both_databases,
    sip::SipPeer,
};

use crate::{
    conference::{self, World},
    voicemail::{HERTZ, SECONDS, events, heard_s, message},
};

on_both_databases!(
    a_trunks_caller_hears_the_recorded_greeting_and_only_then_is_the_agent_offered_the_call,
    a_greeting_is_one_of_the_tenants_messages_until_it_is_deleted,
);

async fn added(server: &TestServer, admin: &str, name: &str) -> String {
    let added = server.ask(Method::POST, "/voicemail/messages", admin, Some(message(name, SECONDS))).await;
    assert_eq!(added.status, StatusCode::CREATED, "{added:?}");
    added.text("id")
}

/// An agent at an exchange whose number greets with a recorded message.
async fn greeting(engine: Engine, peer: &SipPeer) -> (Exchange, Desk) {
    let exchange = Exchange::open(engine, vec![trunk("Carrier", peer.address(), 1)]).await;
    exchange.greets_with(&added(&exchange.server, &exchange.admin, "Welcome").await).await;
    let desk = exchange.desk().await;
    (exchange, desk)
}

fn is_offered(desk: &mut Desk) -> bool {
    desk.live_so_far().iter().any(|message| message.contains(r#""kind":"offer""#))
}

/// The only call, once it is as wished for.
async fn only_call(exchange: &Exchange, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let one = |page: &Value| page["items"].as_array().is_some_and(|rows| rows.len() == 1 && is_it(&rows[0]));
    exchange.server.until("/calls", &exchange.admin, what, one).await["items"][0].clone()
}

fn is_whole(seconds: f64) -> bool {
    (f64::from(SECONDS) - 0.3..=f64::from(SECONDS) + 0.2).contains(&seconds)
}

async fn a_trunks_caller_hears_the_recorded_greeting_and_only_then_is_the_agent_offered_the_call(engine: Engine) {
    let peer = SipPeer::start().await;
    let (exchange, mut desk) = greeting(engine, &peer).await;
    let call = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    assert_eq!(call.answer.status(), 200, "{:?}", call.answer);
    peer.ear.is_heard("the greeting").await;
    let row = only_call(&exchange, "the call is greeted", |row| row["status"] == "greeting").await;
    let offer = desk.offer().await;
    let heard = peer.ear.seconds_with(HERTZ);
    assert!(is_whole(heard), "{heard} s of the greeting were heard before the offer");
    desk.phone.answer(offer.call_id, offer.fence).await.expect("the agent answers");
    desk.ear.hears(600.0, "the caller").await;
    peer.ear.hears(1_000.0, "the agent").await;
    assert_eq!(row["id"], offer.call_id.to_string());
    peer.hang_up(&call).await;
    let detail = exchange.ended(&offer.call_id.to_string()).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    let at = |kind: &str| events(&detail, kind)[0]["at_ms"].as_i64().expect("an instant");
    let between = at("greeting_finished") - at("carrier_attached");
    // Its end is told as the last frame goes out.
    assert!(between >= i64::from(SECONDS) * 1_000 - 100, "the greeting took {between} ms");
    assert!(at("routed") >= at("greeting_finished"), "{detail}");
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_hangs_up_during_the_greeting_has_abandoned_the_call() {
    let peer = SipPeer::start().await;
    let (exchange, mut desk) = greeting(Engine::Sqlite, &peer).await;
    let call = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    peer.ear.hears(HERTZ, "the greeting").await;
    peer.hang_up(&call).await;
    only_call(&exchange, "the call was abandoned", |row| row["status"] == "abandoned").await;
    assert!(!is_offered(&mut desk), "the agent was asked");
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_goes_on_without_a_greeting_whose_sound_cannot_be_read() {
    let peer = SipPeer::start().await;
    let (exchange, mut desk) = greeting(Engine::Sqlite, &peer).await;
    exchange.server.database().run("UPDATE voicemails SET sound = 'no base 64'").await;
    let call = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    desk.answer_next().await;
    peer.ear.hears(1_000.0, "the agent").await;
    let id = only_call(&exchange, "they talk", |row| row["status"] == "in_progress").await["id"].clone();
    peer.hang_up(&call).await;
    let detail = exchange.ended(id.as_str().expect("an id")).await;
    let at = |kind: &str| events(&detail, kind)[0]["at_ms"].as_i64().expect("an instant");
    assert!(at("greeting_finished") - at("carrier_attached") < 1_000, "{detail}");
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

async fn a_greeting_is_one_of_the_tenants_messages_until_it_is_deleted(engine: Engine) {
    let server = TestServer::start_on(engine, false).await;
    let (admin, stranger) = (server.tenant("owner").await, server.tenant("stranger").await);
    let (own, foreign) = (added(&server, &admin, "Welcome").await, added(&server, &stranger, "Welcome").await);
    let number = |provider: &str, message: &str| {
        json!({ "number": NUMBER, "label": "Main", "queue_id": null, "campaign_id": null, "greeting": "Welcome.",
            "greeting_message_id": message, "language": "en", "provider": provider, "media": "bridge" })
    };
    let make = async |body: Value| server.ask(Method::POST, "/numbers", &admin, Some(body)).await;
    for (provider, message) in [("sip", &foreign), ("exotel", &own)] {
        let refused = make(number(provider, message)).await;
        let field = &refused.body["fields"][0]["field"];
        let wrong = (StatusCode::UNPROCESSABLE_ENTITY, &json!("greeting_message_id"));
        assert_eq!((refused.status, field), wrong, "{provider}: {refused:?}");
    }
    let made = make(number("sip", &own)).await;
    assert_eq!((made.status, &made.body["greeting_message_id"]), (StatusCode::CREATED, &json!(own)), "{made:?}");
    let shown = async || server.ask(Method::GET, "/numbers", &admin, None).await.body[0]["greeting_message_id"].clone();
    assert_eq!(shown().await, json!(own));
    let gone = server.ask(Method::DELETE, &format!("/voicemail/messages/{own}"), &admin, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    assert_eq!(shown().await, Value::Null, "the number is left without a recorded greeting");
    let path = format!("/numbers/{}", made.text("id"));
    let again = server.ask(Method::PUT, &path, &admin, Some(number("sip", &own))).await;
    assert_eq!(again.body["fields"][0]["field"], "greeting_message_id", "{again:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twilio_is_told_to_play_it_and_gets_silence_once_it_was_deleted() {
    let server = TestServer::start_on(Engine::Sqlite, false).await;
    let admin = server.tenant("owner").await;
    let twilio = TestCarrier::of(&server, &admin, &[]).await;
    let id = added(&server, &admin, "Welcome").await;
    let mut number = server.ask(Method::GET, "/numbers", &admin, None).await.body[0].clone();
    number["greeting_message_id"] = json!(id);
    let path = format!("/numbers/{}", number["id"].as_str().expect("an id"));
    let saved = server.ask(Method::PUT, &path, &admin, Some(number)).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");

    let said = twilio.voice("CA1", carrier::CUSTOMER, carrier::NUMBER).await;
    let url = said.play_url().unwrap_or_else(|| panic!("no sound in {}", said.document));
    let document = &said.document;
    assert!(document.find("<Play>") < document.find("<Connect>") && !document.contains("<Say"), "{document}");
    let fetched = async || {
        let answer = reqwest::get(&url).await.expect("an answer");
        assert_eq!(
            (answer.status(), &answer.headers()["content-type"]),
            (StatusCode::OK, &"audio/wav".parse().unwrap())
        );
        answer.bytes().await.expect("a body").len()
    };
    // 16 bits at 8 kHz, behind the head of the file.
    assert_eq!(fetched().await, 44 + 16_000 * SECONDS as usize);
    let gone = server.ask(Method::DELETE, &format!("/voicemail/messages/{id}"), &admin, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    assert!(fetched().await < 500, "a carrier that asks too late goes on all the same");
    let said = twilio.voice("CA2", carrier::CUSTOMER, carrier::NUMBER).await;
    assert!(said.document.contains(">Welcome. This call is recorded.</Say>"), "{}", said.document);
    server.stop().await;
}

/// The caller hears the message, and then the agent is offered the call, which nobody takes.
async fn heard_at_twilio(world: &mut World, media: &str) {
    let mut number = world.ask(Method::GET, "/numbers", &world.admin, None).await.body[0].clone();
    let messages = world.ask(Method::GET, "/voicemail/messages", &world.admin, None).await;
    number["greeting_message_id"] = messages.body[0]["id"].clone();
    number["media"] = json!(media);
    let path = format!("/numbers/{}", number["id"].as_str().expect("an id"));
    world.ask(Method::PUT, &path, &world.admin, Some(number)).await;
    let script = conference::tone(conference::CUSTOMER, 600.0, 8);
    let call: CallHandle =
        world.carrier.place_inbound_call(conference::CUSTOMER, conference::NUMBER, script).expect("a call");
    world.desk.offer().await;
    let outcome = tokio::time::timeout(PATIENCE, call.outcome()).await.expect("the call ends").expect("an outcome");
    let heard = heard_s(&outcome);
    assert!(is_whole(heard), "{media}: {heard} s of the greeting were heard");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twilios_callers_hear_it_before_the_bridge_and_before_a_conference() {
    let mut world = World::on(Engine::Sqlite).await;
    added(&world.server, &world.admin, "Welcome").await;
    heard_at_twilio(&mut world, "bridge").await;
    heard_at_twilio(&mut world, "conference").await;
    world.end().await;
}
