#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

/// Gives large blocks back at once: the system's allocator keeps tens of megabytes for each thread that once checked a password.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    switchboard_desktop::run()
}
