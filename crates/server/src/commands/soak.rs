//! `switchboard soak`

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::{Problem, output};
use crate::{
    config::LogConfig,
    soak::{self, SoakFigures, SoakPlan},
};

#[derive(Args)]
pub struct SoakArguments {
    /// How long; an hour shows slow leaks.
    #[arg(long, default_value_t = 3)]
    minutes: u64,
    /// Customers on the line at any time.
    #[arg(long, default_value_t = 100)]
    calls: usize,
    /// Agents who take calls; each costs as much as a phone in a call.
    #[arg(long, default_value_t = 8)]
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
    /// File for the figures as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
}

pub(super) async fn run(arguments: SoakArguments) -> Result<(), Problem> {
    output::start_log(&LogConfig { filter: "error,rtc_dtls=off".to_owned(), json: false });
    let temporary = std::env::temp_dir().join(format!("switchboard-soak-{}", std::process::id()));
    let data_dir = arguments.data_dir.clone().unwrap_or_else(|| temporary.clone());
    std::fs::create_dir_all(&data_dir)?;
    let program = match arguments.server_program {
        Some(program) => program,
        None => std::env::current_exe()?,
    };
    let plan = SoakPlan {
        program,
        data_dir,
        database: arguments.database,
        calls: arguments.calls,
        agents: arguments.agents,
        length: Duration::from_secs(arguments.minutes * 60),
    };
    let result = soak::run(&plan).await;
    if arguments.data_dir.is_none() && result.as_ref().is_ok_and(SoakFigures::is_flat) {
        std::fs::remove_dir_all(temporary)?;
    }
    let figures = result?;
    output::say(&figures.to_string());
    if let Some(out) = arguments.out {
        std::fs::write(out, serde_json::to_string_pretty(&figures)?)?;
    }
    if figures.is_flat() { Ok(()) } else { Err("memory or open files grew; see above".into()) }
}
