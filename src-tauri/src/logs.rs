//! Log lines to stdout and to one file a day. Personal data stays out by its types (`domain::pii`), not by filters.

use std::{
    io::{self, IsTerminal},
    path::Path,
};

use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{Builder, InitError, Rotation},
};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Two working weeks.
const FILES_KEPT: usize = 14;
const DEFAULT_FILTER: &str = "info,webrtc=warn,rtc=warn,sqlx=warn,tao=warn,wry=warn,zbus=warn";

#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("the log folder cannot be made: {0}")]
    Folder(#[from] io::Error),
    #[error("the log file cannot be opened: {0}")]
    File(#[from] InitError),
}

/// Starts logging. `RUST_LOG` changes what is logged. Lines are written by a thread of their own, until the guard is
/// dropped.
pub fn start(dir: &Path) -> Result<WorkerGuard, LogError> {
    std::fs::create_dir_all(dir)?;
    let file = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("switchboard")
        .filename_suffix("log")
        .max_log_files(FILES_KEPT)
        .build(dir)?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = || EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let started = tracing_subscriber::registry()
        .with(fmt::layer().with_ansi(false).with_writer(writer).with_filter(filter()))
        .with(fmt::layer().with_target(false).with_ansi(io::stdout().is_terminal()).with_filter(filter()))
        .try_init();
    if let Err(error) = started {
        // Somebody else's subscriber is in place (a test's): its output is as good.
        tracing::debug!(%error, "logging was already on");
    }
    Ok(guard)
}
