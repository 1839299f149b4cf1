use tauri::{AppHandle, State};

use super::{Refusal, Reply};
use crate::{attention::Seen, shell::Shell, windows};

/// The number of the link that started the app, once. Links that come later are events `dial`.
#[tauri::command]
pub async fn dial_waiting(shell: State<'_, Shell>) -> Reply<Option<String>> {
    Ok(shell.take_number())
}

// Async, because making a window inside a synchronous command deadlocks on Windows.
#[tauri::command]
pub async fn open_monitor_window(app: AppHandle) -> Reply<()> {
    windows::open_monitor(&app).map_err(|error| Refusal::NoAnswer(error.to_string()))
}

/// Keeps the small window on the screen during this call, or lets it go.
#[tauri::command]
pub async fn show_mini(app: AppHandle, shell: State<'_, Shell>, show: bool) -> Reply<()> {
    shell.saw(&app, Seen::MiniAsked(show));
    Ok(())
}
