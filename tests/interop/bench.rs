//! How fast calls are set up, and what is kept of one that has ended. Run in a release build by `scripts/bench sip`.

use std::{path::Path, time::Duration};

use switchboard_tests::{
    Engine,
    exchange::{Exchange, NUMBER, trunk},
};

use crate::program::{Program, free_port, tail};

/// Until transactions and dialogs of ended calls are forgotten (64 times T1, RFC 3261 section 17) and a moment.
const FORGOTTEN: Duration = Duration::from_secs(40);

/// Resident memory of this process, which the server is in, in kilobytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

/// CPU time of this process in seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    // Clock ticks are a hundredth of a second on Linux.
    (ticks(11) + ticks(12)) / 100.0
}

async fn burst(exchange: &Exchange, count: u32, a_second: u32) -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/scenarios/call.xml").display().to_string();
    let (server, count_text, rate) = (exchange.sip.to_string(), count.to_string(), a_second.to_string());
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
        &count_text,
        "-r",
        &rate,
        "-trace_rtt",
        "-rtt_freq",
        "1",
        "-timeout",
        "120",
    ];
    let mut sipp = Program::start(folder.path(), "sipp", &arguments);
    let content = sipp.ends().await;
    assert!(content, "SIPp is not content: {}", tail(&sipp.said()));
    let mut times = Vec::new();
    // SIPp writes beside the scenario.
    for place in [folder.path(), Path::new(&scenario).parent().unwrap()] {
        for entry in std::fs::read_dir(place).unwrap().flatten() {
            let path = entry.path();
            if path.to_string_lossy().ends_with("_rtt.csv") {
                let text = std::fs::read_to_string(&path).unwrap();
                times.extend(text.lines().filter_map(|line| line.split(';').nth(1)?.trim().parse::<f64>().ok()));
                std::fs::remove_file(path).unwrap();
            }
        }
    }
    times.sort_by(f64::total_cmp);
    times
}

fn at(times: &[f64], share: f64) -> f64 {
    times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

pub async fn run() {
    let mut settings = trunk("SIPp", free_port(), 1);
    settings["settings"]["limits"]["concurrent"] = serde_json::json!(0);
    let exchange = Exchange::open(Engine::Sqlite, vec![settings]).await;
    println!(
        "calls in by SIP, each routed to a queue, with a row and an RTP port; RustPBX here: 104 ms p50, 106 ms p99 at 50 a second"
    );
    println!(
        "{:>8} {:>7} {:>9} {:>9} {:>9} {:>14}",
        "a second", "calls", "p50 ms", "p99 ms", "max ms", "CPU ms a call"
    );
    for a_second in [20_u32, 50, 100] {
        let (before, count) = (cpu(), 20 * a_second);
        let times = burst(&exchange, count, a_second).await;
        let spent = (cpu() - before) * 1_000.0 / f64::from(count);
        println!(
            "{a_second:>8} {:>7} {:>9.1} {:>9.1} {:>9.1} {spent:>14.2}",
            times.len(),
            at(&times, 0.5),
            at(&times, 0.99),
            at(&times, 1.0),
        );
    }
    tokio::time::sleep(FORGOTTEN).await;
    let before = resident();
    let count = 2_000;
    burst(&exchange, count, 50).await;
    tokio::time::sleep(FORGOTTEN).await;
    let kept = resident().saturating_sub(before) as f64 / f64::from(count);
    println!("memory kept per ended call: {kept:.2} kB after {count} more calls (RustPBX here: 210 kB)");
    exchange.server.stop().await;
}
