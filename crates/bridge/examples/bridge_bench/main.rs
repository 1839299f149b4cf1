//! What carrying sound costs: the bridge in a process of its own under the load of real WebRTC devices and carrier legs,
//! and the same load, as plain RTP, for another media server. Driven by `scripts/bench bridge relay room legs`; prints one line
//! of JSON.
//!
//! `ours PART CALLS SECONDS [recorded]` starts this program again as the server and loads it; `rtp PID SECONDS` loads the
//! server PID with the flows that come on standard input; `secure` is the cost of the secure transport alone.

mod device;
mod figures;
mod flow;
mod load;
mod ours;
mod secure;
mod serve;
mod sound;

use std::{error::Error, io::Write};

pub type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", spool] => serve::run(spool),
        ["ours", part, count, seconds, rest @ ..] => {
            print(&ours::run(part, count.parse()?, seconds.parse()?, rest.contains(&"recorded"))?)
        }
        ["rtp", pid, seconds] => print(&flow::load_other(pid.parse()?, seconds.parse()?)?),
        ["secure"] => print(&secure::measure()?),
        _ => Err("usage: bridge_bench ours bridge|relay|room|legs COUNT SECONDS [recorded] | rtp PID SECONDS | secure"
            .into()),
    }
}

fn print(figures: &serde_json::Value) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{figures}")?)
}
