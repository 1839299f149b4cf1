//! SIPp (<https://sipp.sourceforge.net>): scenarios, and many calls at once.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::Method;
use serde_json::json;
use switchboard_tests::{
    Engine,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
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

/// An agent calls out, and the trunk wants to know who we are.
pub async fn challenged() -> String {
    let at = free_port();
    let mut settings = trunk("SIPp", at, 1);
    settings["settings"]["username"] = json!("acme");
    settings["password"] = json!("of-the-trunk");
    let exchange = Exchange::open(Engine::Sqlite, vec![settings]).await;
    let desk = exchange.desk().await;
    let folder = tempfile::tempdir().unwrap();
    let path = scenarios().join("challenge.xml").display().to_string();
    let port = at.port().to_string();
    let taking = ["-sf", &path, "-i", "127.0.0.1", "-p", &port, "-nostdin", "-m", "1", "-timeout", "30"];
    let mut sipp = Program::start(folder.path(), "sipp", &taking);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed = exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    let id = placed.text("id");
    let talks = |live: &serde_json::Value| live["status"] == "in_progress";
    exchange.server.until(&format!("/calls/{id}/live"), &exchange.admin, "it is answered", talks).await;
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    assert!(sipp.ends().await, "SIPp is not content: {}", tail(&sipp.said()));
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
    "answered by digest".to_owned()
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
