//! Carries out what [`crate::attention`] decided and what was chosen in the tray. Failures are logged: a window that
//! cannot be raised must not stop a call.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use phone::{Phone, RequestError};
use serde::Serialize;
use serde_json::json;
use tauri::{AppHandle, Emitter, Manager};
use wire::agents::{AgentState, AskedAgentState};

use crate::{attention::Act, notify, shell, tray::Chosen, tray_state::QuietTime, windows};

pub fn act(app: &AppHandle, act: Act) {
    match act {
        Act::Raise => on_main(app, "raise", windows::raise),
        Act::Lower => on_main(app, "lower", windows::lower),
        Act::Open => {
            on_main(app, "open", windows::open);
            emit(app, "navigate", json!({ "path": "/desk" }));
        }
        Act::Notify(offer) => logged("notify", notify::ring(app, &offer, shell::of(app).words())),
        Act::Remind(due) => logged("remind", notify::remind(app, &due, shell::of(app).words())),
        Act::CloseNotification => logged("close the notification", notify::ring_over(app)),
        Act::Mini(show) => in_background(app, move |app| async move {
            logged("mini window", windows::show_mini(&app, show));
        }),
        Act::Answer { call_id, fence } => {
            in_background(app, move |app| ask(app, "answer", async move |phone| phone.answer(call_id, fence).await))
        }
        Act::Decline { call_id, fence } => {
            in_background(app, move |app| ask(app, "decline", async move |phone| phone.decline(call_id, fence).await))
        }
    }
}

pub fn chosen(app: &AppHandle, chosen: Chosen) {
    let shell = shell::of(app);
    match chosen {
        Chosen::Open => on_main(app, "open", windows::open),
        Chosen::Quit => app.exit(0),
        Chosen::Available => {
            shell.keep_quiet_timer(None);
            ask_for(app, AskedAgentState::Available);
        }
        Chosen::Break => {
            shell.keep_quiet_timer(None);
            ask_for(app, AskedAgentState::Break { reason: shell.words().pause.into() });
        }
        Chosen::Quiet(quiet) => {
            let quiet = quiet.from(Timestamp::now(), &TimeZone::system(), shell.words());
            ask_for(app, AskedAgentState::Break { reason: quiet.reason.clone() });
            let timer = quiet.ends_at.map(|ends_at| {
                let app = app.clone();
                tauri::async_runtime::spawn(end_quiet(app, quiet, ends_at)).inner().abort_handle()
            });
            shell.keep_quiet_timer(timer);
        }
    }
}

/// Sends an event to every window.
pub fn emit(app: &AppHandle, event: &str, payload: impl Serialize + Clone) {
    if let Err(error) = app.emit(event, payload) {
        tracing::warn!(event, %error, "event not delivered to the windows");
    }
}

async fn end_quiet(app: AppHandle, quiet: QuietTime, ends_at: Timestamp) {
    let left = Duration::try_from(ends_at.duration_since(Timestamp::now())).unwrap_or_default();
    tokio::time::sleep(left).await;
    // Another break since then is the agent's own wish.
    let still = matches!(shell::of(&app).agent_state(), Some(AgentState::Break { reason }) if reason == quiet.reason);
    if still {
        ask_for(&app, AskedAgentState::Available);
    }
}

fn ask_for(app: &AppHandle, state: AskedAgentState) {
    in_background(app, move |app| ask(app, "change of state", async move |phone| phone.set_agent_state(&state).await));
}

/// Asks the server through the phone; what it says shows in the live feed and on the page.
async fn ask<T, F>(app: AppHandle, what: &'static str, request: impl FnOnce(Phone) -> F)
where
    F: Future<Output = Result<T, RequestError>>,
{
    match shell::of(&app).engine().await {
        Ok(engine) => logged(what, request(engine.phone).await.map(drop)),
        Err(error) => tracing::warn!(?error, what, "not done"),
    }
}

fn in_background<F>(app: &AppHandle, work: impl FnOnce(AppHandle) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    tauri::async_runtime::spawn(work(app.clone()));
}

fn on_main(app: &AppHandle, what: &'static str, work: fn(&tauri::WebviewWindow) -> tauri::Result<()>) {
    if let Some(window) = app.get_webview_window(windows::MAIN) {
        logged(what, work(&window));
    }
}

fn logged<E: std::fmt::Display>(what: &'static str, outcome: Result<(), E>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, what, "not done");
    }
}
