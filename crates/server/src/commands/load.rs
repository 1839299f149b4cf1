//! `switchboard load`

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::{Problem, output};
use crate::{
    config::LogConfig,
    load::{self, LoadPlan},
};

#[derive(Args)]
pub struct LoadArguments {
    /// Customers who call, all at once.
    #[arg(long, default_value_t = 20)]
    calls: usize,
    /// Agents who are signed in.
    #[arg(long, default_value_t = 30)]
    agents: u32,
    /// Empty folder for the server's data; a temporary one when left out.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// `postgres://user@host/database` without tables; SQLite when left out.
    #[arg(long, default_value = "")]
    database: String,
    /// Program to run as the server, to measure another build; this one when left out.
    #[arg(long)]
    server_program: Option<PathBuf>,
    /// Kill the server so many seconds after the first call, and start it again.
    #[arg(long)]
    kill_after: Option<u64>,
    /// File for the figures as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
}

pub(super) async fn run(arguments: LoadArguments) -> Result<(), Problem> {
    output::start_log(&LogConfig { filter: "warn,rtc_dtls=error".to_owned(), json: false });
    let temporary = std::env::temp_dir().join(format!("switchboard-load-{}", std::process::id()));
    let data_dir = arguments.data_dir.clone().unwrap_or_else(|| temporary.clone());
    std::fs::create_dir_all(&data_dir)?;
    let program = match arguments.server_program {
        Some(program) => program,
        None => std::env::current_exe()?,
    };
    let plan = LoadPlan {
        program,
        data_dir,
        database: arguments.database,
        calls: arguments.calls,
        agents: arguments.agents,
        kill_after: arguments.kill_after.map(Duration::from_secs),
    };
    let result = load::run(&plan).await;
    if arguments.data_dir.is_none() && result.as_ref().is_ok_and(load::Figures::is_good) {
        std::fs::remove_dir_all(temporary)?;
    }
    let figures = result?;
    output::say(&figures.to_string());
    if let Some(out) = arguments.out {
        std::fs::write(out, serde_json::to_string_pretty(&figures)?)?;
    }
    if figures.is_good() { Ok(()) } else { Err("not every call came through whole; see above".into()) }
}
