//! How fast calls are set up and torn down, each routed to a queue and with a row and an RTP port, and what is kept of one that has
//! ended.

use std::time::Duration;

use super::{
    Size, at,
    load::{burst, exchange},
    process::{cpu, resident},
};

/// Until transactions and dialogs of ended calls are forgotten (64 times T1, RFC 3261 section 17) and a moment.
const FORGOTTEN: Duration = Duration::from_secs(40);

pub async fn run(size: Size) {
    let exchange = exchange().await;
    println!(
        "calls in by SIP, each routed to a queue, with a row and an RTP port; RustPBX here: 104 ms p50, 106 ms p99 at 50 a second"
    );
    println!(
        "{:>8} {:>7} {:>9} {:>9} {:>9} {:>14}",
        "a second", "calls", "p50 ms", "p99 ms", "max ms", "CPU ms a call"
    );
    for a_second in size.of(&[5_u32, 10][..], &[20, 50, 100, 200, 400][..]) {
        let (before, count) = (cpu(), size.of(4, 20) * a_second);
        let times = match burst(&exchange, count, *a_second).await {
            Ok(times) => times,
            Err(said) => {
                println!("{a_second:>8} calls failed: {said}");
                break;
            }
        };
        let spent = (cpu() - before) * 1_000.0 / f64::from(count);
        println!(
            "{a_second:>8} {:>7} {:>9.1} {:>9.1} {:>9.1} {spent:>14.2}",
            times.len(),
            at(&times, 0.5),
            at(&times, 0.99),
            at(&times, 1.0),
        );
    }
    let forgotten = size.of(Duration::from_secs(1), FORGOTTEN);
    tokio::time::sleep(forgotten).await;
    let (before, count) = (resident(), size.of(20, 2_000));
    burst(&exchange, count, size.of(10, 50)).await.unwrap();
    tokio::time::sleep(forgotten).await;
    let kept = (resident() - before) / f64::from(count);
    println!("memory kept per ended call: {kept:.2} kB after {count} more calls (RustPBX here: 210 kB)");
    exchange.server.stop().await;
}
