//! The `switchboard` program.

use std::process::ExitCode;

use clap::Parser;
use switchboard_server::commands::{self, Command};

/// A call centre on one computer, or for many.
#[derive(Parser)]
#[command(name = "switchboard", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match commands::run(arguments.command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            commands::say_problem(&problem);
            ExitCode::FAILURE
        }
    }
}
