//! The `switchboard` program.

use std::process::ExitCode;

/// Gives large blocks back at once: the system's allocator keeps tens of megabytes for each thread that once checked a password.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    switchboard_server::commands::main().await
}
