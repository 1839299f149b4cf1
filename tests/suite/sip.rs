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
async fn who_finds_the_queue_full_is_told_and_hung_up_on() {
    let (first, second) = (SipPeer::start().await, SipPeer::start().await);
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", first.address(), 1)]).await;
    let queues = exchange.server.ask(Method::GET, "/queues", &exchange.admin, None).await.body;
    let mut queue =
        queues.as_array().and_then(|all| all.iter().find(|one| one["name"] == "Sales")).cloned().expect("it");
    queue["max_size"] = json!(1);
    let path = format!("/queues/{}", queue["id"].as_str().unwrap_or_default());
    let changed = exchange.server.ask(Method::PUT, &path, &exchange.admin, Some(queue)).await;
    assert!(changed.status.is_success(), "{changed:?}");
    let waits = first.call(exchange.sip, CUSTOMER, NUMBER).await;
    let queued = |calls: &Value| calls["items"][0]["status"] == "queued";
    exchange.server.until("/calls", &exchange.admin, "the first waits", queued).await;

    let full = second.call(exchange.sip, "+919812300022", NUMBER).await;
    assert_eq!(full.answer.status(), 200, "{:?}", full.answer);
    second.request("BYE").await;
    let words = include_bytes!("../../crates/backend/voices/all-busy-en.ulaw");
    let words: Vec<i16> = words.iter().map(|byte| media::g711::Law::Pcmu.decode(*byte)).collect();
    assert!(second.ear.heard_all_of(&words), "{} s were heard", second.ear.seconds());
    let gone = |calls: &Value| {
        let rows = calls["items"].as_array().cloned().unwrap_or_default();
        rows.iter().any(|row| row["status"] == "no_answer") && rows.iter().any(|row| row["status"] == "queued")
    };
    exchange.server.until("/calls", &exchange.admin, "the second is let go, the first waits", gone).await;
    first.hang_up(&waits).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_trunk_must_not_carry_goes_by_the_next_and_its_day_ends_when_it_is_spent() {
    let (abroad, peer) = (SipPeer::start().await, SipPeer::start().await);
    let (mut first, mut second) = (trunk("Abroad", abroad.address(), 1), trunk("Home", peer.address(), 2));
    first["settings"]["limits"]["prefixes"] = json!(["44"]);
    second["settings"]["limits"]["prefixes"] = json!(["91"]);
    second["settings"]["limits"]["daily_spend"] = json!(100);
    second["settings"]["limits"]["per_minute"] = json!(100);
    let exchange = Exchange::open(Engine::Sqlite, vec![first, second]).await;
    let desk = exchange.desk().await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let id = exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await.text("id");
    peer.ear.hears(1_000.0, "the agent").await;
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    exchange.ended(&id).await;
    let spent = |sip: &Value| sip["trunks"][1]["state"]["spent_today"] == 100;
    exchange.server.until("/settings/sip", &exchange.admin, "a minute is paid for", spent).await;
    desk.available().await;
    let body = json!({ "number": CUSTOMER, "again": true });
    exchange.server.ask(Method::POST, "/calls", &token, Some(body)).await;
    let refused =
        |calls: &Value| calls["items"].as_array().is_some_and(|all| all.len() == 2 && all[0]["status"] == "failed");
    exchange.server.until("/calls", &exchange.admin, "no trunk may carry it", refused).await;
    assert_eq!((abroad.requests("INVITE").len(), peer.requests("INVITE").len()), (0, 1));
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_that_answers_nonsense_costs_one_call_and_no_more() {
    const NO_CODEC: &str =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n";
    let (mad, peer) = (SipPeer::start().await, SipPeer::start().await);
    let exchange =
        Exchange::open(Engine::Sqlite, vec![trunk("Mad", mad.address(), 1), trunk("Sane", peer.address(), 2)]).await;
    let desk = exchange.desk().await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let place = async || {
        let body = json!({ "number": CUSTOMER, "again": true });
        exchange.server.ask(Method::POST, "/calls", &token, Some(body)).await.text("id")
    };
    // It was answered: a second trunk would call the person twice.
    for body in ["", "nonsense", NO_CODEC] {
        mad.set_manner(Manner::AnswersWith(body));
        let detail = exchange.ended(&place().await).await;
        assert_eq!(detail["row"]["status"], "failed", "{body}: {detail}");
        desk.available().await;
    }
    assert_eq!(peer.requests("INVITE").len(), 0);
    let began = std::time::Instant::now();
    while mad.requests("BYE").len() < 3 {
        assert!(began.elapsed() < Duration::from_secs(10), "what was answered is hung up");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    mad.set_manner(Manner::Babbles(&["SIP/2.0 999 What\r\n\r\n", "SIP/2.0\r\n", "\0\0\0\0", "GET / HTTP/1.1\r\n\r\n"]));
    let id = place().await;
    peer.ear.hears(1_000.0, "the agent, by the other trunk").await;
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    let detail = exchange.ended(&id).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trunks_are_asked_whether_they_are_there() {
    let (silent, peer) = (SipPeer::start().await, SipPeer::start().await);
    silent.set_manner(Manner::Silent);
    let kept = |name: &str, of: &SipPeer, priority| {
        let mut trunk = trunk(name, of.address(), priority);
        trunk["settings"]["keep_alive_s"] = json!(10);
        trunk
    };
    let trunks = vec![kept("Silent", &silent, 1), kept("There", &peer, 2)];
    let exchange = Exchange::open(Engine::Sqlite, trunks).await;
    let known = |sip: &Value| {
        let (silent, there) = (&sip["trunks"][0]["state"], &sip["trunks"][1]["state"]);
        silent["reachable"] == false
            && silent["problem"].is_string()
            && there["reachable"] == true
            && there["round_trip_ms"].is_number()
    };
    exchange.server.until("/settings/sip", &exchange.admin, "their state is shown", known).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_can_acknowledge_provisional_answers_is_answered_without_a_delay() {
    let peer = SipPeer::start().await;
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let body = peer.description("sendrecv");
    let call = peer.call_with(exchange.sip, CUSTOMER, NUMBER, &body, "Supported: 100rel\r\n").await;
    assert_eq!(call.answer.status(), 200, "{:?}", call.answer);
    assert!(call.answer.sound().is_some(), "{:?}", call.answer);
    let arrived = peer.arrivals();
    assert!(arrived.iter().any(|one| one == "180 INVITE"), "{arrived:?}");
    assert!(!arrived.iter().any(|one| one.starts_with("183") || one.ends_with("PRACK")), "{arrived:?}");
    peer.hang_up(&call).await;
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
async fn who_answers_while_the_call_is_cancelled_is_hung_up_on() {
    let peer = SipPeer::start().await;
    peer.set_manner(Manner::AnswersTooLate);
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let desk = exchange.desk().await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let id = exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await.text("id");
    let ringing = format!("/calls/{id}/live");
    exchange.server.until(&ringing, &exchange.admin, "it rings", |live| live["status"] == "ringing").await;
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    for method in ["CANCEL", "ACK", "BYE"] {
        peer.request(method).await;
    }
    exchange.ended(&id).await;
    let free = |sip: &Value| sip["trunks"][0]["state"]["calls_now"] == 0;
    exchange.server.until("/settings/sip", &exchange.admin, "the line is free", free).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_written_and_shown_as_the_trunk_wants_it() {
    for (caller_id, from, identity) in [
        (json!({ "kind": "always", "number": "+918000000009" }), "sip:08000000009@", "sip:08000000009@"),
        (json!({ "kind": "withheld" }), "sip:anonymous@anonymous.invalid", ""),
    ] {
        let peer = SipPeer::start().await;
        let mut settings = trunk("Carrier", peer.address(), 1);
        settings["settings"]["number_format"] = json!("national");
        settings["settings"]["prefix"] = json!("7");
        settings["settings"]["caller_id"] = caller_id;
        let exchange = Exchange::open(Engine::Sqlite, vec![settings]).await;
        let desk = exchange.desk().await;
        let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
        exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
        let invite = peer.request("INVITE").await;
        assert!(invite.start.starts_with("INVITE sip:709812300021@"), "{invite:?}");
        assert!(invite.field("from").contains(from), "{invite:?}");
        assert!(invite.field("p-asserted-identity").contains(identity), "{invite:?}");
        assert_eq!(invite.field("privacy"), if identity.is_empty() { "id" } else { "" }, "{invite:?}");
        peer.ear.hears(1_000.0, "the agent").await;
        desk.phone.sign_out().await;
        exchange.server.stop().await;
    }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_telephone_is_an_agents_device() {
    let (customer, phone) = (SipPeer::start().await, SipPeer::start().await);
    phone.voice.set(1_400);
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", customer.address(), 1)]).await;
    exchange.set_up_telephone("of the telephone").await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_dials_on_the_telephone_that_is_registered() {
    const PASSWORD: &str = "of the telephone";
    let (customer, phone, other) = (SipPeer::start().await, SipPeer::start().await, SipPeer::start().await);
    phone.voice.set(1_400);
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", customer.address(), 1)]).await;
    exchange.set_up_telephone(PASSWORD).await;
    assert_eq!(phone.register(exchange.sip, "101", PASSWORD).await.status(), 200);
    let there = |sip: &Value| sip["extensions"][0]["registered_from"] == "127.0.0.1";
    exchange.server.until("/settings/sip", &exchange.admin, "it is registered", there).await;
    let dial = async |password: &str, to: &str| phone.dial(exchange.sip, ("101", password), to).await;
    assert_eq!(dial("a guess", CUSTOMER).await.answer.status(), 403);
    // Somebody else with its name, where it is not: one of the trunk's callers, who dials a number that is not ours.
    assert_eq!(other.call(exchange.sip, "101", CUSTOMER).await.answer.status(), 404);
    let away = dial(PASSWORD, CUSTOMER).await;
    assert_eq!(away.answer.status(), 480, "the agent is offline: {:?}", away.answer);
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let asked =
        exchange.server.ask(Method::PUT, "/agents/me/state", &token, Some(json!({ "kind": "available" }))).await;
    assert!(asked.status.is_success(), "{asked:?}");

    // As it is dialed in the organisation's country.
    let call = dial(PASSWORD, "09812300021").await;
    assert_eq!(call.answer.status(), 200, "{:?}", call.answer);
    let invite = customer.request("INVITE").await;
    assert!(invite.start.contains(CUSTOMER) && invite.field("from").contains(NUMBER), "{invite:?}");
    phone.ear.hears(600.0, "the customer").await;
    customer.ear.hears(1_400.0, "the agent").await;
    let calls = exchange.server.ask(Method::GET, "/calls", &exchange.admin, None).await.body;
    let row = &calls["items"][0];
    assert_eq!((&row["direction"], &row["status"]), (&json!("outbound"), &json!("in_progress")), "{calls}");
    phone.hang_up(&call).await;
    customer.request("BYE").await;
    let detail = exchange.ended(row["id"].as_str().unwrap()).await;
    assert_eq!(detail["row"]["status"], "completed", "{detail}");

    // What holds for calls from the app holds here.
    assert_eq!(dial(PASSWORD, "112").await.answer.status(), 404);
    let listed = json!({ "number": CUSTOMER, "reason": "asked" });
    let listed = exchange.server.ask(Method::POST, "/do-not-call", &exchange.admin, Some(listed)).await;
    assert!(listed.status.is_success(), "{listed:?}");
    assert_eq!(dial(PASSWORD, CUSTOMER).await.answer.status(), 403);
    assert_eq!(customer.requests("INVITE").len(), 1, "nobody else was called");
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
        exchange.set_up_telephone("of the telephone").await;
        assert_eq!(phone.algorithms(exchange.sip, "101").await, asked);
        assert_eq!(phone.register(exchange.sip, "101", "of the telephone").await.status(), 200, "{asked:?}");
        exchange.server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_guesses_a_telephones_password_is_locked_out() {
    let phone = SipPeer::start().await;
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", phone.address(), 1)]).await;
    exchange.set_up_telephone("of the telephone").await;
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
