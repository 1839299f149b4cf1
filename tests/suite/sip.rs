//! Calls by SIP against a peer that speaks it in its own words: both ways, both ends, hold, keys, refusals and limits.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::config::SipConfig;
use switchboard_tests::{
    Engine,
    desk::Desk,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
    on_both_databases,
    sip::{Manner, SipPeer},
    sip_on_any_port,
};

on_both_databases!(
    a_caller_and_an_agent_hear_each_other_and_are_recorded,
    an_agent_calls_out_and_the_second_trunk_takes_what_the_first_cannot,
);

async fn a_caller_and_an_agent_hear_each_other_and_are_recorded(engine: Engine) {
    let peer = SipPeer::start().await;
    let exchange = Exchange::open(engine, vec![trunk("Carrier", peer.address(), 1)]).await;
    let mut desk = exchange.desk().await;
    let call = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    assert_eq!(call.answer.status(), 200, "{:?}", call.answer);
    let offer = desk.answer_next().await;
    assert!(offer.caller.ends_with("21"), "{}", offer.caller);
    desk.ear.hears(600.0, "the caller").await;
    peer.ear.hears(1_000.0, "the agent").await;
    let id = offer.call_id.to_string();
    let live = format!("/calls/{id}/live");
    exchange
        .server
        .until(&live, &exchange.admin, "it is recorded", |live| live["recording"]["kind"] == "recording")
        .await;

    // Hold by the other side, and back.
    let held = peer.turn(&call, "sendonly").await;
    assert!(held.status() == 200 && held.body.contains("a=recvonly"), "{held:?}");
    peer.ear.clear();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(peer.ear.seconds() < 0.2, "{} s of sound on hold", peer.ear.seconds());
    let back = peer.turn(&call, "sendrecv").await;
    assert_eq!(back.status(), 200);
    peer.ear.hears(1_000.0, "the agent again").await;

    peer.hang_up(&call).await;
    let detail = exchange.ended(&id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    let stored = |detail: &Value| detail["receipt"]["state"]["kind"] == "stored";
    exchange.server.until(&format!("/calls/{id}"), &exchange.admin, "the recording is stored", stored).await;
    let state = exchange.server.ask(Method::GET, "/settings/sip", &exchange.admin, None).await.body;
    assert_eq!(state["trunks"][0]["state"]["calls_now"], 0, "{state}");
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

async fn an_agent_calls_out_and_the_second_trunk_takes_what_the_first_cannot(engine: Engine) {
    let (broken, peer) = (SipPeer::start().await, SipPeer::start().await);
    broken.set_manner(Manner::Refuses("503 Service Unavailable"));
    let trunks = vec![trunk("First", broken.address(), 1), trunk("Second", peer.address(), 2)];
    let exchange = Exchange::open(engine, trunks).await;
    let desk = exchange.desk().await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed = exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    let id = placed.text("id");
    let invite = peer.request("INVITE").await;
    assert!(invite.start.contains(CUSTOMER), "{}", invite.start);
    assert!(
        invite.field("from").contains(NUMBER) && invite.field("p-asserted-identity").contains(NUMBER),
        "{invite:?}"
    );
    assert_eq!(broken.requests("INVITE").len(), 1, "each trunk is asked once");
    desk.ear.hears(600.0, "the person called").await;
    peer.ear.hears(1_000.0, "the agent").await;
    let hung_up = exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    assert!(hung_up.status.is_success(), "{hung_up:?}");
    peer.request("BYE").await;
    let detail = exchange.ended(&id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

async fn settled(exchange: &Exchange, desk: &Desk, peer: &SipPeer, (answer, status): (&'static str, &str)) {
    peer.set_manner(Manner::Refuses(answer));
    desk.available().await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed =
        exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER, "again": true }))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    let detail = exchange.ended(&placed.text("id")).await;
    assert_eq!(detail["row"]["status"], status, "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_becomes_of_a_call_is_what_the_trunk_says() {
    let peer = SipPeer::start().await;
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let desk = exchange.desk().await;
    settled(&exchange, &desk, &peer, ("486 Busy Here", "busy")).await;
    settled(&exchange, &desk, &peer, ("404 Not Found", "failed")).await;
    settled(&exchange, &desk, &peer, ("480 Temporarily Unavailable", "no_answer")).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_who_hangs_up_while_it_rings_cancels() {
    let peer = SipPeer::start().await;
    peer.set_manner(Manner::Rings);
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let desk = exchange.desk().await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed = exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
    peer.request("INVITE").await;
    let id = placed.text("id");
    let ringing = format!("/calls/{id}/live");
    exchange.server.until(&ringing, &exchange.admin, "it rings", |live| live["status"] == "ringing").await;
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    peer.request("CANCEL").await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_wrong_numbers_and_nonsense_are_refused() {
    let peer = SipPeer::start().await;
    let mut settings = trunk("Carrier", peer.address(), 1);
    settings["settings"]["limits"]["concurrent"] = json!(1);
    let exchange = Exchange::open(Engine::Sqlite, vec![settings]).await;
    let wrong = peer.call(exchange.sip, CUSTOMER, "+918000009999").await;
    assert_eq!(wrong.answer.status(), 404, "{:?}", wrong.answer);
    let unknown = exchange.server.ask(Method::GET, "/numbers/unknown", &exchange.admin, None).await.body;
    assert_eq!(unknown[0]["number"], "+918000009999", "{unknown}");
    let video = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n";
    let codecs = peer.call_with(exchange.sip, CUSTOMER, NUMBER, video, "").await;
    assert_eq!(codecs.answer.status(), 488, "{:?}", codecs.answer);
    let extension = peer.call_with(exchange.sip, CUSTOMER, NUMBER, video, "Require: unheard-of\r\n").await;
    assert_eq!(extension.answer.status(), 420, "{:?}", extension.answer);
    // A second call beyond the limit.
    let first = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    assert_eq!(first.answer.status(), 200);
    let second = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    assert_eq!(second.answer.status(), 503, "{:?}", second.answer);
    peer.hang_up(&first).await;
    // The trunk is taken away: the same address is a stranger's now.
    let gone = exchange
        .server
        .ask(Method::PUT, "/settings/sip", &exchange.admin, Some(json!({ "trunks": [], "extensions": [] })))
        .await;
    assert_eq!(gone.status, StatusCode::OK, "{gone:?}");
    let stranger = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    assert_eq!(stranger.answer.status(), 403, "{:?}", stranger.answer);
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_checked_kept_and_shown_without_passwords() {
    let peer = SipPeer::start().await;
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let put = async |body: Value| exchange.server.ask(Method::PUT, "/settings/sip", &exchange.admin, Some(body)).await;
    let mut bad = trunk("", peer.address(), 1);
    bad["settings"]["host"] = json!("not a host");
    bad["settings"]["kind"] = json!("register");
    bad["settings"]["codecs"] = json!(["g729"]);
    let refused = put(json!({ "trunks": [bad], "extensions": [] })).await;
    let fields: Vec<String> = refused.body["fields"]
        .as_array()
        .unwrap_or_else(|| panic!("{refused:?}"))
        .iter()
        .filter_map(|one| one["field"].as_str().map(str::to_owned))
        .collect();
    for field in ["trunks[0].name", "trunks[0].host", "trunks[0].username", "trunks[0].password", "trunks[0].codecs"] {
        assert!(fields.iter().any(|one| one == field), "{field} in {fields:?}");
    }
    let mut changed =
        json!({ "id": exchange.trunk["id"], "settings": exchange.trunk["settings"], "password": "very secret" });
    changed["settings"]["username"] = json!("owner");
    let saved = put(json!({ "trunks": [changed], "extensions": [] })).await;
    assert_eq!(saved.body["trunks"][0]["has_password"], true, "{saved:?}");
    assert!(!saved.body.to_string().contains("very secret"));
    // Another host: the password was not entered for it.
    let mut moved =
        json!({ "id": exchange.trunk["id"], "settings": saved.body["trunks"][0]["settings"], "password": null });
    moved["settings"]["host"] = json!("elsewhere.example");
    let saved = put(json!({ "trunks": [moved], "extensions": [] })).await;
    assert_eq!(saved.body["trunks"][0]["has_password"], false, "{saved:?}");
    let test = json!({ "trunk_id": exchange.trunk["id"] });
    let tested = exchange.server.ask(Method::POST, "/settings/sip/test", &exchange.admin, Some(test)).await;
    assert_eq!(tested.body["ok"], false, "{tested:?}");
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_that_is_there_says_so() {
    let peer = SipPeer::start().await;
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let test = json!({ "trunk_id": exchange.trunk["id"] });
    let tested = exchange.server.ask(Method::POST, "/settings/sip/test", &exchange.admin, Some(test)).await;
    assert_eq!(tested.body["ok"], true, "{tested:?}");
    peer.request("OPTIONS").await;
    exchange.server.stop().await;
}

/// The agent's telephone, set up beside the trunk.
async fn with_telephone(exchange: &Exchange, password: &str) {
    let users = exchange.server.ask(Method::GET, "/users", &exchange.admin, None).await.body;
    let agent =
        users["items"].as_array().unwrap().iter().find(|one| one["role"] == "telecaller").unwrap()["id"].clone();
    let trunk = json!({ "id": exchange.trunk["id"], "settings": exchange.trunk["settings"], "password": null });
    let extension = json!({ "id": null, "username": "101", "user_id": agent, "password": password });
    let body = json!({ "trunks": [trunk], "extensions": [extension] });
    let saved = exchange.server.ask(Method::PUT, "/settings/sip", &exchange.admin, Some(body)).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_telephone_is_an_agents_device() {
    let (customer, phone) = (SipPeer::start().await, SipPeer::start().await);
    phone.voice.set(1_400);
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", customer.address(), 1)]).await;
    with_telephone(&exchange, "of the telephone").await;
    assert_eq!(phone.register(exchange.sip, "101", "of the telephone").await.status(), 200);
    let there = |sip: &Value| sip["extensions"][0]["registered_from"] == "127.0.0.1";
    exchange.server.until("/settings/sip", &exchange.admin, "it is registered", there).await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let available = json!({ "kind": "available" });
    let asked = exchange.server.ask(Method::PUT, "/agents/me/state", &token, Some(available)).await;
    assert!(asked.status.is_success(), "{asked:?}");
    let free =
        |agents: &Value| agents.as_array().is_some_and(|all| all.iter().any(|one| one["state"]["kind"] == "available"));
    exchange.server.until("/agents", &exchange.admin, "the agent is available by the telephone alone", free).await;

    let call = customer.call(exchange.sip, CUSTOMER, NUMBER).await;
    assert_eq!(call.answer.status(), 200, "{:?}", call.answer);
    phone.request("INVITE").await;
    phone.ear.hears(600.0, "the customer").await;
    customer.ear.hears(1_400.0, "the agent").await;
    let calls = exchange.server.ask(Method::GET, "/calls", &exchange.admin, None).await.body;
    let id = calls["items"][0]["id"].as_str().unwrap().to_owned();
    let live = format!("/calls/{id}/live");
    let both = |live: &Value| live["both_heard"] == true && live["recording"]["kind"] == "recording";
    exchange.server.until(&live, &exchange.admin, "both are heard and recorded", both).await;
    phone.hang_up(&phone.taken().await).await;
    customer.request("BYE").await;
    let detail = exchange.ended(&id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    exchange.server.stop().await;
}

/// Many telephones give up at an algorithm that they do not know, whatever is beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn telephones_are_asked_for_md5_alone_unless_sha_256_is_wanted() {
    for (digest_sha256, asked) in [(false, &["MD5"][..]), (true, &["SHA-256", "MD5"][..])] {
        let phone = SipPeer::start().await;
        let sip = SipConfig { digest_sha256, ..sip_on_any_port() };
        let trunks = vec![trunk("Carrier", phone.address(), 1)];
        let exchange = Exchange::open_speaking(Engine::Sqlite, trunks, sip).await;
        with_telephone(&exchange, "of the telephone").await;
        assert_eq!(phone.algorithms(exchange.sip, "101").await, asked);
        assert_eq!(phone.register(exchange.sip, "101", "of the telephone").await.status(), 200, "{asked:?}");
        exchange.server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_guesses_a_telephones_password_is_locked_out() {
    let phone = SipPeer::start().await;
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", phone.address(), 1)]).await;
    with_telephone(&exchange, "of the telephone").await;
    for _ in 0..5 {
        assert_eq!(phone.register(exchange.sip, "101", "a guess").await.status(), 403);
    }
    let right = phone.register(exchange.sip, "101", "of the telephone").await;
    assert_eq!(right.status(), 403, "the right one comes too late");
    assert!(right.field("retry-after").parse::<u32>().is_ok_and(|wait| wait > 30), "{right:?}");
    let nobody = phone.register(exchange.sip, "999", "a guess").await;
    assert_eq!(nobody.status(), 403, "nothing tells which names there are");
    exchange.server.stop().await;
}
