//! The ways that SIP takes to us and from us: by TLS, by IPv6, by the records of a trunk's domain, and changes in a call.

use std::{net::Ipv4Addr, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use server::config::SipConfig;
use switchboard_tests::{
    Engine,
    dns::{NameServer, Service, Zone},
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
    sip::{Certificates, Manner, SipPeer},
    sip_on_any_port,
};

/// An agent calls the customer; once both hear each other, the agent hangs up.
async fn calls_out(exchange: &Exchange, peer: &SipPeer) {
    let desk = exchange.desk().await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed = exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    desk.ear.hears(600.0, "the person called").await;
    peer.ear.hears(1_000.0, "the agent").await;
    let id = placed.text("id");
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    peer.request("BYE").await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
}

/// The customer calls; once both hear each other, the customer hangs up.
async fn calls_in(exchange: &Exchange, peer: &SipPeer, server: std::net::SocketAddr) {
    let mut desk = exchange.desk().await;
    let call = peer.call(server, CUSTOMER, NUMBER).await;
    assert_eq!(call.answer.status(), 200, "{:?}", call.answer);
    let offer = desk.answer_next().await;
    desk.ear.hears(600.0, "the caller").await;
    peer.ear.hears(1_000.0, "the agent").await;
    peer.hang_up(&call).await;
    exchange.ended(&offer.call_id.to_string()).await;
    desk.phone.sign_out().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_come_and_go_by_tls() {
    let certificates = Certificates::make();
    let peer = SipPeer::start_by_tls(&certificates).await;
    let mut settings = trunk("Carrier", peer.address(), 1);
    settings["settings"]["host"] = json!(format!("localhost:{}", peer.address().port()));
    settings["settings"]["transport"] = json!("tls");
    let sip = SipConfig {
        tls: sip_on_any_port().tcp,
        certificate: certificates.certificate(),
        key: certificates.key(),
        trusted: certificates.certificate(),
        ..sip_on_any_port()
    };
    let exchange = Exchange::open_speaking(Engine::Sqlite, vec![settings], sip).await;
    let test = json!({ "trunk_id": exchange.trunk["id"] });
    let tested = exchange.server.ask(Method::POST, "/settings/sip/test", &exchange.admin, Some(test)).await;
    assert_eq!(tested.body["ok"], true, "{tested:?}");
    calls_in(&exchange, &peer, exchange.tls.unwrap()).await;
    calls_out(&exchange, &peer).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shows_a_certificate_that_nobody_vouches_for_is_not_spoken_to() {
    let (certificates, stranger) = (Certificates::make(), Certificates::make());
    let peer = SipPeer::start_by_tls(&stranger).await;
    let mut settings = trunk("Carrier", peer.address(), 1);
    settings["settings"]["host"] = json!(format!("localhost:{}", peer.address().port()));
    settings["settings"]["transport"] = json!("tls");
    let sip = SipConfig { trusted: certificates.certificate(), ..sip_on_any_port() };
    let exchange = Exchange::open_speaking(Engine::Sqlite, vec![settings], sip).await;
    let test = json!({ "trunk_id": exchange.trunk["id"] });
    let tested = exchange.server.ask(Method::POST, "/settings/sip/test", &exchange.admin, Some(test)).await;
    assert_eq!(tested.body["ok"], false, "{tested:?}");
    assert!(peer.requests("OPTIONS").is_empty());
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_come_and_go_by_ipv6() {
    let peer = SipPeer::start_on_ipv6().await;
    let mut settings = trunk("Carrier", peer.address(), 1);
    settings["settings"]["peers"] = json!([]);
    let here = ["127.0.0.1:0", "[::1]:0"].map(|at| at.parse().unwrap()).to_vec();
    let sip = SipConfig { udp: here.into_iter().rev().collect(), ..sip_on_any_port() };
    let exchange = Exchange::open_speaking(Engine::Sqlite, vec![settings], sip).await;
    assert!(exchange.sip.is_ipv6(), "{}", exchange.sip);
    calls_in(&exchange, &peer, exchange.sip).await;
    calls_out(&exchange, &peer).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_of_a_domain_are_tried_in_their_order() {
    let (broken, silent, peer) = (SipPeer::start().await, SipPeer::start().await, SipPeer::start().await);
    broken.set_manner(Manner::Refuses("503 Service Unavailable"));
    silent.set_manner(Manner::Silent);
    let service = |priority, of: &SipPeer, host| Service { priority, weight: 10, port: of.address().port(), host };
    let servers = vec![
        service(30, &peer, "c.carrier.test"),
        service(10, &broken, "a.carrier.test"),
        service(20, &silent, "b.carrier.test"),
    ];
    let zone = Zone {
        addresses: ["a.carrier.test", "b.carrier.test", "c.carrier.test"]
            .map(|name| (name, Ipv4Addr::LOCALHOST))
            .into(),
        services: [("_sip._udp.carrier.test", servers)].into(),
    };
    let names = NameServer::start(zone).await;
    let mut settings = trunk("Carrier", peer.address(), 1);
    settings["settings"]["host"] = json!("carrier.test");
    settings["settings"]["peers"] = json!([]);
    let sip = SipConfig { name_servers: vec![names.address], ..sip_on_any_port() };
    let exchange = Exchange::open_speaking(Engine::Sqlite, vec![settings], sip).await;
    calls_out(&exchange, &peer).await;
    assert_eq!(broken.requests("INVITE").len(), 1);
    let invite = peer.request("INVITE").await;
    assert!(invite.start.contains("@carrier.test"), "{}", invite.start);
    // Calls from the domain's servers are the trunk's.
    calls_in(&exchange, &peer, exchange.sip).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_domain_without_records_is_found_by_its_addresses() {
    let peer = SipPeer::start().await;
    let zone = Zone { addresses: [("carrier.test", Ipv4Addr::LOCALHOST)].into(), ..Zone::default() };
    let names = NameServer::start(zone).await;
    let mut settings = trunk("Carrier", peer.address(), 1);
    settings["settings"]["host"] = json!(format!("carrier.test:{}", peer.address().port()));
    settings["settings"]["peers"] = json!([]);
    let sip = SipConfig { name_servers: vec![names.address], ..sip_on_any_port() };
    let exchange = Exchange::open_speaking(Engine::Sqlite, vec![settings], sip).await;
    calls_out(&exchange, &peer).await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_holds_and_takes_back() {
    let peer = SipPeer::start().await;
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let mut desk = exchange.desk().await;
    let call = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    let offer = desk.answer_next().await;
    peer.ear.hears(1_000.0, "the agent").await;
    let held = peer.send(&call, "UPDATE", &peer.description("sendonly"), "").await;
    assert!(held.status() == 200 && held.body.contains("a=recvonly"), "{held:?}");
    peer.ear.clear();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(peer.ear.seconds() < 0.2, "{} s of sound on hold", peer.ear.seconds());
    let alive = peer.send(&call, "UPDATE", "", "Session-Expires: 1800;refresher=uac\r\nSupported: timer\r\n").await;
    assert!(alive.status() == 200 && alive.body.is_empty(), "{alive:?}");
    assert!(alive.field("session-expires").starts_with("1800"), "{alive:?}");
    let back = peer.send(&call, "UPDATE", &peer.description("sendrecv"), "").await;
    assert_eq!(back.status(), 200, "{back:?}");
    peer.ear.hears(1_000.0, "the agent again").await;
    peer.hang_up(&call).await;
    exchange.ended(&offer.call_id.to_string()).await;
    let over = |sip: &Value| sip["trunks"][0]["state"]["calls_now"] == 0;
    exchange.server.until("/settings/sip", &exchange.admin, "the line is free", over).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_without_sound_is_agreed_on_anew_and_two_offers_at_once_give_way() {
    let peer = SipPeer::start().await;
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let mut desk = exchange.desk().await;
    let call = peer.call(exchange.sip, CUSTOMER, NUMBER).await;
    let offer = desk.answer_next().await;
    desk.ear.hears(600.0, "the caller").await;
    peer.set_manner(Manner::Refuses("491 Request Pending"));
    peer.falls_silent(&call);
    let ours = peer.request("INVITE").await;
    assert!(ours.field("to").contains(";tag=") && ours.body.contains("m=audio"), "{ours:?}");
    // Ours is not settled: theirs has to wait (RFC 3261 section 14.2).
    assert_eq!(peer.turn(&call, "sendrecv").await.status(), 491);
    peer.set_manner(Manner::Answers { after: Duration::from_millis(50) });
    desk.ear.hears(600.0, "the caller again").await;
    assert!(peer.requests("INVITE").len() >= 2, "ours was asked again");
    peer.ear.hears(1_000.0, "the agent").await;
    assert_eq!(peer.turn(&call, "sendrecv").await.status(), 200);
    peer.hang_up(&call).await;
    exchange.ended(&offer.call_id.to_string()).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_that_wants_longer_intervals_has_them() {
    let peer = SipPeer::start().await;
    peer.set_manner(Manner::WantsLong { least_s: 3_600 });
    let mut settings = trunk("Carrier", peer.address(), 1);
    settings["settings"]["kind"] = json!("register");
    settings["settings"]["username"] = json!("office");
    settings["password"] = json!("of the office");
    let exchange = Exchange::open(Engine::Sqlite, vec![settings]).await;
    let registered = |sip: &Value| sip["trunks"][0]["state"]["registered"] == true;
    exchange.server.until("/settings/sip", &exchange.admin, "we are registered", registered).await;
    assert_eq!(peer.requests("REGISTER").last().unwrap().field("expires"), "3600");
    calls_out(&exchange, &peer).await;
    assert_eq!(peer.requests("INVITE").len(), 2, "once too short, once as it is wanted");
    // Taken away, it is not registered any more.
    let none = json!({ "trunks": [], "extensions": [] });
    assert!(exchange.server.ask(Method::PUT, "/settings/sip", &exchange.admin, Some(none)).await.status.is_success());
    let began = std::time::Instant::now();
    while !peer.requests("REGISTER").iter().any(|one| one.field("expires") == "0") {
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", peer.requests("REGISTER"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_to_a_domain_go_by_its_proxy() {
    let peer = SipPeer::start().await;
    let names = NameServer::start(Zone::default()).await;
    let mut settings = trunk("Carrier", peer.address(), 1);
    settings["settings"]["host"] = json!("office.test");
    settings["settings"]["proxy"] = json!(peer.address().to_string());
    settings["settings"]["peers"] = json!([]);
    let sip = SipConfig { name_servers: vec![names.address], ..sip_on_any_port() };
    let exchange = Exchange::open_speaking(Engine::Sqlite, vec![settings], sip).await;
    calls_out(&exchange, &peer).await;
    let invite = peer.request("INVITE").await;
    assert!(invite.start.contains("@office.test"), "{}", invite.start);
    assert!(invite.field("route").contains(&peer.address().to_string()), "{invite:?}");
    // Calls from the proxy are the trunk's.
    calls_in(&exchange, &peer, exchange.sip).await;
    exchange.server.stop().await;
}
