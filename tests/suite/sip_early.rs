//! What is said and heard before a call is answered.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use switchboard_tests::{
    Engine,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
    sip::{Manner, SipPeer},
};

async fn placed(exchange: &Exchange) -> (String, String) {
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed = exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    (token, placed.text("id"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_network_plays_is_heard_and_the_agent_is_not_until_the_answer() {
    let peer = SipPeer::start().await;
    peer.set_manner(Manner::Announces { after: Duration::from_secs(5) });
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let desk = exchange.desk().await;
    let (token, id) = placed(&exchange).await;
    desk.ear.hears(600.0, "the announcement").await;
    let live = exchange.server.ask(Method::GET, &format!("/calls/{id}/live"), &exchange.admin, None).await.body;
    assert_eq!(live["status"], "ringing", "{live}");
    assert!(peer.ear.share_with(1_000.0) < 0.01, "the agent was heard before the answer");
    let acknowledged = peer.request("PRACK").await;
    let number = peer.request("INVITE").await.field("cseq").to_owned();
    assert_eq!(acknowledged.field("rack"), format!("776656 {number}"), "{acknowledged:?}");
    assert_ne!(live["recording"]["kind"], "recording", "nothing is recorded before the answer: {live}");
    peer.ear.hears(1_000.0, "the agent").await;
    desk.ear.hears(600.0, "the person called").await;
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_plays_nothing_is_heard_ringing() {
    let peer = SipPeer::start().await;
    peer.set_manner(Manner::Rings);
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let desk = exchange.desk().await;
    let (token, id) = placed(&exchange).await;
    desk.ear.is_heard("the ringing").await;
    desk.ear.clear();
    tokio::time::sleep(Duration::from_millis(6_500)).await;
    // 0.8 s of a tone in three.
    let share = desk.ear.share_with(400.0);
    assert!((0.1..0.5).contains(&share), "the ringing tone is {share} of {} s", desk.ear.seconds());
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    peer.request("CANCEL").await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_requires_provisional_answers_to_be_acknowledged_gets_them_and_is_heard() {
    let peer = SipPeer::start().await;
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", peer.address(), 1)]).await;
    let mut desk = exchange.desk().await;
    let offer = peer.description("sendrecv");
    let call = peer.call_with(exchange.sip, CUSTOMER, NUMBER, &offer, "Require: 100rel\r\n").await;
    assert_eq!((call.answer.status(), call.answer.body.as_str()), (200, ""), "{:?}", call.answer);
    let id = desk.answer_next().await.call_id.to_string();
    desk.ear.hears(600.0, "the caller").await;
    peer.ear.hears(1_000.0, "the agent").await;
    // The description, then the answer to its PRACK, then the answer to the call.
    let mut arrived = peer.arrivals();
    arrived.retain(|one| !one.starts_with("100"));
    arrived.dedup();
    assert_eq!(arrived[..3], ["183 INVITE", "200 PRACK", "200 INVITE"], "{arrived:?}");
    peer.hang_up(&call).await;
    assert_eq!(exchange.ended(&id).await["row"]["status"], "completed");
    desk.phone.sign_out().await;
    exchange.server.stop().await;
}
