//! A softphone of others as an agent's telephone: it registers here, rings with the agent's offer, and is the agent's sound.

use std::{net::SocketAddr, path::Path};

use reqwest::Method;
use serde_json::{Value, json};
use switchboard_tests::{
    Engine,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
    sip::SipPeer,
};

use crate::program::{Program, tail};

pub const NAME: &str = "101";
pub const PASSWORD: &str = "of-the-telephone";

/// `start` begins the program, which registers at the address and answers by itself with a tone of 600 Hz; `hears` waits until it hears
/// 1,000 Hz.
pub async fn takes_a_call(
    start: impl AsyncFnOnce(&Path, SocketAddr) -> Program,
    hears: impl AsyncFnOnce(&Path, &Program),
) -> String {
    let customer = SipPeer::start().await;
    customer.voice.set(1_000);
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("Carrier", customer.address(), 1)]).await;
    let users = exchange.server.ask(Method::GET, "/users", &exchange.admin, None).await.body;
    let agent =
        users["items"].as_array().unwrap().iter().find(|one| one["role"] == "telecaller").unwrap()["id"].clone();
    let kept = json!({ "id": exchange.trunk["id"], "settings": exchange.trunk["settings"], "password": null });
    let telephone = json!({ "id": null, "username": NAME, "user_id": agent, "password": PASSWORD });
    let body = json!({ "trunks": [kept], "extensions": [telephone] });
    let saved = exchange.server.ask(Method::PUT, "/settings/sip", &exchange.admin, Some(body)).await;
    assert!(saved.status.is_success(), "{saved:?}");
    let folder = tempfile::tempdir().unwrap();
    let phone = start(folder.path(), exchange.sip).await;
    let there = |sip: &Value| sip["extensions"][0]["registered_from"] == "127.0.0.1";
    tokio::select! {
        _ = exchange.server.until("/settings/sip", &exchange.admin, "it is registered", there) => {}
        () = tokio::time::sleep(std::time::Duration::from_secs(15)) => panic!("not registered: {}", tail(&phone.said())),
    }
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let available = json!({ "kind": "available" });
    let asked = exchange.server.ask(Method::PUT, "/agents/me/state", &token, Some(available)).await;
    assert!(asked.status.is_success(), "{asked:?}");
    let free =
        |agents: &Value| agents.as_array().is_some_and(|all| all.iter().any(|one| one["state"]["kind"] == "available"));
    exchange.server.until("/agents", &exchange.admin, "the agent is available by the telephone", free).await;
    let call = customer.call(exchange.sip, CUSTOMER, NUMBER).await;
    assert_eq!(call.answer.status(), 200, "{:?}", call.answer);
    customer.ear.hears(600.0, "the telephone").await;
    hears(folder.path(), &phone).await;
    let calls = exchange.server.ask(Method::GET, "/calls", &exchange.admin, None).await.body;
    let id = calls["items"][0]["id"].as_str().unwrap().to_owned();
    customer.hang_up(&call).await;
    exchange.ended(&id).await;
    drop(phone);
    exchange.server.stop().await;
    "registered by digest, rang, heard both ways".to_owned()
}
