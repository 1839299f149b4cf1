//! The product against SIP software that others wrote: baresip and Linphone as customers, SIPp scenarios, Kamailio in between.
//! Prints a table, and fails when a row does. Everything stays on this machine. See scripts/interop.

#![expect(clippy::unwrap_used, reason = "a row stops at the first thing that is not as it should be")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod baresip;
mod bench;
mod kamailio;
mod linphone;
mod program;
mod rows;
mod sipp;
mod telephone;
mod wave;

use std::{
    panic::AssertUnwindSafe,
    process::ExitCode,
    time::{Duration, Instant},
};

use bench::Size;
use futures_util::FutureExt;

/// No row takes longer.
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = wanted.iter().position(|word| word == "--bench") {
        let size = if wanted.iter().any(|word| word == "--small") { Size::Small } else { Size::Full };
        bench::run(wanted.get(at + 1).map_or("sip", String::as_str), size).await;
        return ExitCode::SUCCESS;
    }
    let fast = wanted.iter().any(|word| word == "--fast");
    let names: Vec<&String> = wanted.iter().filter(|word| !word.starts_with("--")).collect();
    let mut failed = 0;
    println!("{:<66} {:>9}  result", "row", "time");
    for row in rows::all() {
        let asked = names.is_empty() || names.iter().any(|name| row.name.contains(name.as_str()));
        if !asked || (fast && !row.fast) {
            continue;
        }
        if let Some(missing) = program::missing(row.needs) {
            println!("{:<66} {:>9}  not run: {missing} is not installed (scripts/interop installs it)", row.name, "-");
            failed += 1;
            continue;
        }
        let began = Instant::now();
        let ran = tokio::time::timeout(LIMIT, AssertUnwindSafe((row.run)()).catch_unwind()).await;
        let said = match ran {
            Ok(Ok(said)) => format!("ok: {said}"),
            Ok(Err(panic)) => {
                failed += 1;
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                format!("FAILED: {}", text.unwrap_or_default().lines().next().unwrap_or_default())
            }
            Err(_) => {
                failed += 1;
                format!("FAILED: not done within {} s", LIMIT.as_secs())
            }
        };
        println!("{:<66} {:>7.1} s  {said}", row.name, began.elapsed().as_secs_f64());
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
