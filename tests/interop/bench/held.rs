//! What a call takes that goes on: all of them wait in the queue with music, each with its dialog, its ports and its row.

use std::time::Duration;

use super::{
    Size,
    load::{burst, exchange, start},
    process::{cpu, resident},
};

const LOOKED_AT: Duration = Duration::from_secs(10);

pub async fn run(size: Size) {
    let exchange = exchange().await;
    let count = size.of(20_u32, 1_000);
    // What is made once is not theirs.
    burst(&exchange, size.of(5, 100), size.of(5, 50)).await.unwrap();
    let before = resident();
    let folder = tempfile::tempdir().unwrap();
    let sipp = start(folder.path(), &exchange, count, size.of(10, 50), 120_000);
    let all = |sip: &serde_json::Value| sip["trunks"][0]["state"]["calls_now"] == count;
    exchange.server.until("/settings/sip", &exchange.admin, "all calls are there", all).await;
    let spent = cpu();
    tokio::time::sleep(size.of(Duration::from_secs(2), LOOKED_AT)).await;
    let used = 100.0 * (cpu() - spent) / size.of(2.0, LOOKED_AT.as_secs_f64());
    let each = (resident() - before) / f64::from(count);
    println!("{count} calls held with music: {each:.1} kB each, {used:.0} % of a core for all");
    drop(sipp);
    exchange.server.stop().await;
}
