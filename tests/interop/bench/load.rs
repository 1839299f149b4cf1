//! SIPp as the customers, and the server that they call.

use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::json;
use switchboard_tests::{
    Engine,
    exchange::{Exchange, NUMBER, trunk},
};

use crate::program::{Program, free_port, tail};

/// A server whose trunk and queue take as many calls as come.
pub async fn exchange() -> Exchange {
    let mut settings = trunk("SIPp", free_port(), 1);
    settings["settings"]["limits"]["concurrent"] = json!(0);
    let exchange = Exchange::open(Engine::Sqlite, vec![settings]).await;
    let queues = exchange.server.ask(Method::GET, "/queues", &exchange.admin, None).await.body;
    for queue in queues.as_array().or(queues["items"].as_array()).unwrap() {
        let mut queue = queue.clone();
        let path = format!("/queues/{}", queue["id"].as_str().unwrap());
        queue["max_size"] = json!(10_000);
        queue["max_wait_s"] = json!(3_600);
        let saved = exchange.server.ask(Method::PUT, &path, &exchange.admin, Some(queue)).await;
        assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    }
    exchange
}

/// So many calls, each of so many milliseconds.
pub fn start(folder: &Path, exchange: &Exchange, count: u32, a_second: u32, millis: u32) -> Program {
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/scenarios/call.xml");
    // SIPp writes beside the scenario.
    let scenario_here = folder.join("call.xml");
    std::fs::copy(scenario, &scenario_here).unwrap();
    let (server, scenario) = (exchange.sip.to_string(), scenario_here.display().to_string());
    let [count, a_second, millis, most] = [count, a_second, millis, count].map(|number| number.to_string());
    let arguments = [
        server.as_str(),
        "-i",
        "127.0.0.1",
        "-s",
        NUMBER,
        "-nostdin",
        "-sf",
        &scenario,
        "-m",
        &count,
        "-r",
        &a_second,
        "-d",
        &millis,
        "-l",
        &most,
        "-trace_rtt",
        "-rtt_freq",
        "1",
        "-timeout",
        "300",
    ];
    Program::start(folder, "sipp", &arguments)
}

/// Milliseconds from each INVITE to its 200, sorted.
///
/// # Errors
/// A call failed.
pub async fn burst(exchange: &Exchange, count: u32, a_second: u32) -> Result<Vec<f64>, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut sipp = start(folder.path(), exchange, count, a_second, 1_000);
    if !sipp.ends().await {
        return Err(tail(&sipp.said()));
    }
    let mut times = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
        if entry.path().to_string_lossy().ends_with("_rtt.csv") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            times.extend(text.lines().filter_map(|line| line.split(';').nth(1)?.trim().parse::<f64>().ok()));
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}
