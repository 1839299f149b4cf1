//! What belongs to this computer rather than to a person: the server, the start with the system, the app's own end.

use phone::{RequestError, probe::probe};
use serde::Serialize;
use server::demo::DemoAccount;
use tauri::{AppHandle, State};
use tauri_plugin_autostart::ManagerExt;
use wire::error::{ApiError, ErrorCode, FieldError};

use super::{Refusal, Reply};
use crate::{
    engine::DemoPeople,
    server_address,
    settings::{ServerChoice, Settings},
    shell::Shell,
};

const USER_AGENT: &str = concat!("Switchboard/", env!("CARGO_PKG_VERSION"));

#[derive(Debug, Serialize)]
pub struct AppInfo {
    /// Null: the server inside this app.
    server_url: Option<String>,
    /// Named when the app was started; choosing another has no effect then.
    server_is_fixed: bool,
    logs: String,
    /// Null where the system does not say.
    autostart: Option<bool>,
    demo: Option<DemoInfo>,
}

/// How to be somebody else in a demo.
#[derive(Debug, Serialize)]
pub struct DemoInfo {
    /// For a browser of this computer; null when no screens are served to it.
    browser: Option<String>,
    people: [DemoPerson; 2],
}

#[derive(Debug, Serialize)]
pub struct DemoPerson {
    role: &'static str,
    name: String,
    email: String,
    /// Made up for this demo, and useless elsewhere.
    password: String,
}

impl DemoInfo {
    fn of(demo: &DemoPeople) -> Self {
        let person = |role, who: &DemoAccount| DemoPerson {
            role,
            name: who.name.clone(),
            email: who.email.clone(),
            password: who.password.reveal().clone(),
        };
        Self {
            browser: demo.browser.clone(),
            people: [person("manager", &demo.accounts.supervisor), person("tenant_admin", &demo.accounts.admin)],
        }
    }
}

/// Answers whether or not the engine could be started.
#[tauri::command]
pub async fn app_info(app: AppHandle, shell: State<'_, Shell>) -> Reply<AppInfo> {
    let engine = shell.engine().await.ok();
    let chosen = Settings::load(&shell.computer.settings_file).unwrap_or_default().server;
    let running = engine.as_ref().map(|engine| engine.phone.server_url().to_string());
    Ok(AppInfo {
        server_url: match (shell.computer.server_is_fixed, chosen) {
            (true, _) => running,
            (false, ServerChoice::Remote { url }) => Some(url.to_string()),
            (false, ServerChoice::BuiltIn) => None,
        },
        server_is_fixed: shell.computer.server_is_fixed,
        logs: shell.computer.logs.display().to_string(),
        autostart: app.autolaunch().is_enabled().ok(),
        demo: engine.and_then(|engine| engine.demo).map(|demo| DemoInfo::of(&demo)),
    })
}

/// Keeps the choice after the server has answered, and starts the app anew with it. A null `address` is the server
/// inside this app.
#[tauri::command]
pub async fn choose_server(app: AppHandle, shell: State<'_, Shell>, address: Option<String>) -> Reply<()> {
    let server = match address {
        None => ServerChoice::BuiltIn,
        Some(typed) => {
            let url = server_address::read(&typed).map_err(|error| wrong_address(error.to_string()))?;
            probe(&url, USER_AGENT).await.map_err(|error| {
                wrong_address(match error {
                    RequestError::Unreachable(why) => format!("nothing answers at this address: {why}"),
                    other => format!("no Switchboard server is at this address: {other}"),
                })
            })?;
            ServerChoice::Remote { url }
        }
    };
    // What is damaged is replaced: choosing is how a person gets out of it.
    let settings = Settings { server, ..Settings::load(&shell.computer.settings_file).unwrap_or_default() };
    settings.save(&shell.computer.settings_file).map_err(|error| Refusal::NoAnswer(error.to_string()))?;
    app.request_restart();
    Ok(())
}

#[tauri::command]
pub async fn restart_app(app: AppHandle) -> Reply<()> {
    app.request_restart();
    Ok(())
}

#[tauri::command]
pub async fn quit_app(app: AppHandle) -> Reply<()> {
    app.exit(0);
    Ok(())
}

/// Whether the app starts, into the tray, when this user signs in to the computer.
#[tauri::command]
pub async fn set_autostart(app: AppHandle, on: bool) -> Reply<()> {
    let autostart = app.autolaunch();
    let done = if on { autostart.enable() } else { autostart.disable() };
    done.map_err(|error| Refusal::NoAnswer(error.to_string()))
}

fn wrong_address(problem: String) -> Refusal {
    Refusal::Server(Box::new(ApiError {
        code: ErrorCode::InvalidFields,
        message: problem.clone(),
        fields: vec![FieldError { field: "address".to_owned(), problem }],
        retry_after_s: None,
        details: None,
        request_id: String::new(),
    }))
}
