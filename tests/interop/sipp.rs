//! SIPp (<https://sipp.sourceforge.net>): scenarios, and many calls at once.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use reqwest::Method;
use serde_json::json;
use switchboard_tests::{
    Engine,
    exchange::{Exchange, NUMBER, trunk},
};

use crate::program::{Program, free_port, tail};

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/scenarios")
}

async fn exchange() -> Exchange {
    exchange_with(free_port()).await
}

/// Its trunk is at this address.
async fn exchange_with(trunk_at: SocketAddr) -> Exchange {
    let mut settings = trunk("SIPp", trunk_at, 1);
    settings["settings"]["limits"]["concurrent"] = json!(0);
    Exchange::open(Engine::Sqlite, vec![settings]).await
}

async fn run(exchange: &Exchange, more: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let server = exchange.sip.to_string();
    let mut arguments = vec![server.as_str(), "-i", "127.0.0.1", "-s", NUMBER, "-nostdin", "-timeout", "45"];
    arguments.extend(more);
    let mut sipp = Program::start(folder.path(), "sipp", &arguments);
    let content = sipp.ends().await;
    assert!(content, "SIPp is not content: {}", tail(&sipp.said()));
    sipp.said()
}

pub async fn scenario(name: &str) -> String {
    let exchange = exchange().await;
    let path = scenarios().join(name).display().to_string();
    run(&exchange, &["-sf", &path, "-m", "3", "-r", "1"]).await;
    exchange.server.stop().await;
    "3 calls".to_owned()
}

/// Each of these once.
pub async fn scenarios_once(names: &[&str]) -> String {
    let exchange = exchange().await;
    for name in names {
        let path = scenarios().join(name).display().to_string();
        run(&exchange, &["-sf", &path, "-m", "1"]).await;
    }
    exchange.server.stop().await;
    format!("{} of {}", names.len(), names.len())
}

/// The trunk wants its caller elsewhere, and is called for it.
pub async fn refer_followed() -> String {
    let at = free_port();
    let exchange = exchange_with(at).await;
    let folder = tempfile::tempdir().unwrap();
    let port = at.port().to_string();
    let called = ["-sn", "uas", "-i", "127.0.0.1", "-p", &port, "-nostdin"];
    let _called = Program::start(folder.path(), "sipp", &called);
    let path = scenarios().join("refer_followed.xml").display().to_string();
    run(&exchange, &["-sf", &path, "-m", "1"]).await;
    exchange.server.stop().await;
    "called, told of it, hung up on".to_owned()
}

/// A telephone with its password, and one without.
pub async fn authentication() -> String {
    let exchange = exchange().await;
    let users = exchange.server.ask(Method::GET, "/users", &exchange.admin, None).await.body;
    let agent =
        users["items"].as_array().unwrap().iter().find(|one| one["role"] == "telecaller").unwrap()["id"].clone();
    let trunk = json!({ "id": exchange.trunk["id"], "settings": exchange.trunk["settings"], "password": null });
    let telephone = json!({ "id": null, "username": "101", "user_id": agent, "password": "of-the-telephone" });
    let body = json!({ "trunks": [trunk], "extensions": [telephone] });
    let saved = exchange.server.ask(Method::PUT, "/settings/sip", &exchange.admin, Some(body)).await;
    assert!(saved.status.is_success(), "{saved:?}");
    for name in ["register.xml", "register_wrong.xml"] {
        let path = scenarios().join(name).display().to_string();
        run(&exchange, &["-sf", &path, "-m", "1"]).await;
    }
    exchange.server.stop().await;
    "registered and gone; a guess refused".to_owned()
}

/// So many calls, each routed to a queue and with a row of its own.
pub async fn calls(count: u32, a_second: u32) -> String {
    let exchange = exchange().await;
    let path = scenarios().join("call.xml").display().to_string();
    let (count_text, rate) = (count.to_string(), a_second.to_string());
    run(&exchange, &["-sf", &path, "-m", &count_text, "-r", &rate, "-d", "1000"]).await;
    let rows = exchange.server.ask(Method::GET, "/calls?limit=100", &exchange.admin, None).await.body;
    let seen = rows["items"].as_array().map_or(0, Vec::len);
    assert!(seen as u32 >= count.min(50), "{seen} rows of {count} calls");
    exchange.server.stop().await;
    format!("{count} calls, none failed")
}
