//! The `switchboard` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    switchboard_server::commands::main().await
}
