#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

/// Gives large blocks back at once: the system's allocator keeps tens of megabytes for each thread that once checked a password.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // Here alone: the macro writes files, and of two targets that are compiled at once one reads what the other has half written.
    // The window stays empty then.
    switchboard_desktop::run(tauri::generate_context!())
}
