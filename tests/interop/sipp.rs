//! SIPp (<https://sipp.sourceforge.net>): scenarios, and many calls at once.

use std::path::{Path, PathBuf};

use switchboard_tests::{
    Engine,
    exchange::{Exchange, NUMBER, trunk},
};

use crate::program::{Program, free_port, tail};

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/scenarios")
}

async fn exchange() -> Exchange {
    let mut settings = trunk("SIPp", free_port(), 1);
    settings["settings"]["limits"]["concurrent"] = serde_json::json!(0);
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

/// So many calls, each routed to a queue and with a row of its own.
pub async fn calls(count: u32, a_second: u32) -> String {
    let exchange = exchange().await;
    let path = scenarios().join("call.xml").display().to_string();
    let (count_text, rate) = (count.to_string(), a_second.to_string());
    run(&exchange, &["-sf", &path, "-m", &count_text, "-r", &rate]).await;
    let rows = exchange.server.ask(reqwest::Method::GET, "/calls?limit=100", &exchange.admin, None).await.body;
    let seen = rows["items"].as_array().map_or(0, Vec::len);
    assert!(seen as u32 >= count.min(50), "{seen} rows of {count} calls");
    exchange.server.stop().await;
    format!("{count} calls, none failed")
}
