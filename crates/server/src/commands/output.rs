//! What the program prints. Everything else goes to the log.

use std::io::Write;

use backend::error::BackendError;
use tracing_subscriber::EnvFilter;

use super::Problem;
use crate::config::LogConfig;

/// One line on standard output. A reader that has gone is no reason to stop.
pub(super) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

pub(super) fn say_json(value: &serde_json::Value) {
    say(&value.to_string());
}

/// How far a long work is, on one line of standard error that is written over.
pub(super) fn say_progress(bytes: u64, total: u64, rows: u64) {
    use std::io::IsTerminal as _;
    let mut out = std::io::stderr().lock();
    if total > 0 && out.is_terminal() {
        drop(write!(out, "\r{:3} %  {rows} rows ", bytes.min(total) * 100 / total).and_then(|()| out.flush()));
    }
}

/// What a long work does now, on a line of standard error.
pub(super) fn say_step(step: &dyn std::fmt::Display) {
    drop(writeln!(std::io::stderr(), "{step}"));
}

pub(super) fn say_problem(problem: &Problem) {
    drop(writeln!(std::io::stderr(), "switchboard: {problem}"));
}

/// With each field that is wrong, and what is expected of it.
pub(super) fn in_words(error: BackendError) -> Problem {
    match error {
        BackendError::InvalidFields(fields) => {
            let words = fields.iter().map(|field| format!("{}: {}", field.field, field.problem));
            words.collect::<Vec<_>>().join("; ").into()
        }
        other => other.into(),
    }
}

/// Logs go to standard error.
pub(super) fn start_log(config: &LogConfig) {
    // It writes whole messages, with the numbers in them, at every level below.
    let quiet = "rsipstack=error";
    let filter = EnvFilter::try_new(format!("{quiet},{}", config.filter))
        .unwrap_or_else(|_| EnvFilter::new(format!("{quiet},info")));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process keeps the first log.
    if config.json {
        drop(log.json().try_init());
    } else {
        drop(log.try_init());
    }
}
