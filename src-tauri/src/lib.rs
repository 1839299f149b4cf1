//! The desktop shell of Switchboard: windows, tray, notifications, keychain. What the phone does is in `phone`.

mod attention;
mod commands;
mod dial;
mod engine;
mod follow;
mod launch;
mod logs;
mod notify;
mod perform;
mod seen;
mod server_address;
mod settings;
mod shell;
mod tokens;
mod tray;
mod tray_state;
mod webview;
mod windows;
mod words;

use std::{error::Error, path::PathBuf, process::ExitCode, sync::Mutex, time::Duration};

use clap::Parser;
use serde_json::json;
use tauri::{AppHandle, Manager, RunEvent, WindowEvent};
use tracing_appender::non_blocking::WorkerGuard;

use crate::{
    attention::Seen,
    engine::BuiltIn,
    launch::Launch,
    shell::{Computer, Shell, Start},
    tray::Tray,
};

pub(crate) const SETTINGS_FILE: &str = "desktop.json";
/// Where everything of the app is kept, instead of the system's place.
const DATA_DIR_VARIABLE: &str = "SWITCHBOARD_DATA_DIR";
/// So long the first page waits for the session to be restored, so that the sign-in form does not flash up.
const SIGN_IN_BEFORE_PAGE: Duration = Duration::from_secs(3);
/// Enough to hang up, sign off and close the database; after that the process ends anyway.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Runs the app until it is quit. `context`: its settings with the page, from `tauri::generate_context!`.
pub fn run(context: tauri::Context) -> ExitCode {
    let launch = Launch::parse();
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("a crypto provider was installed before");
    }
    let builder = tauri::Builder::default();
    #[cfg(target_os = "macos")]
    let builder = builder.on_web_content_process_terminate(webview::load_again);
    let built = builder
        // First, so that a second start gets no further than handing over its arguments.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _folder| started_again(app, &arguments)))
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_autostart::Builder::new().args(["--minimized"]).build())
        .plugin(remembered_places())
        .on_permission_request(|_, kind| webview::refuse(&kind))
        .on_window_event(on_window_event)
        .invoke_handler(tauri::generate_handler![
            commands::computer::app_info,
            commands::computer::choose_server,
            commands::computer::quit_app,
            commands::computer::restart_app,
            commands::computer::set_autostart,
            commands::requests::api_bytes,
            commands::requests::api_request,
            commands::requests::outbox_again,
            commands::requests::outbox_discard,
            commands::requests::outbox_put,
            commands::requests::outbox_state,
            commands::session::register_tenant,
            commands::session::session_state,
            commands::session::sign_in,
            commands::session::sign_out,
            commands::session::snapshot,
            commands::sound::phone_also_ring_on,
            commands::sound::phone_choose_device,
            commands::sound::phone_media_session,
            commands::sound::phone_order_devices,
            commands::sound::phone_set_muted,
            commands::sound::phone_set_processing,
            commands::sound::phone_start_check,
            commands::sound::phone_state,
            commands::sound::phone_test_ring,
            commands::views::dial_waiting,
            commands::views::open_monitor_window,
            commands::views::show_mini,
        ])
        .setup(move |app| set_up(app.handle(), launch))
        .build(context);
    match built {
        Ok(app) => {
            let code = app.run_return(on_run_event);
            u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            tracing::error!(%error, "the app did not start");
            eprintln!("Switchboard did not start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends with the app: the server inside it, and the writer of the log file.
struct Running {
    built_in: Mutex<BuiltIn>,
    _log: WorkerGuard,
}

fn set_up(app: &AppHandle, launch: Launch) -> Result<(), Box<dyn Error>> {
    let (folder, logs) = places(app)?;
    std::fs::create_dir_all(&folder)?;
    let log = logs::start(&logs)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), folder = %folder.display(), "starting");
    app.manage(Running { built_in: Mutex::new(None), _log: log });

    let tray = Tray::new(app, {
        let app = app.clone();
        move |chosen| perform::chosen(&app, chosen)
    });
    let tray = tray.map_err(|error| tracing::warn!(%error, "no tray icon")).ok();
    let fixed = launch.demo || launch.server.is_some();
    app.manage(Shell::new(tray, Computer { settings_file: folder.join(SETTINGS_FILE), logs, server_is_fixed: fixed }));

    notify::listen(app, {
        let app = app.clone();
        move |choice| shell::of(&app).saw(&app, Seen::Notified(choice))
    })?;
    shell::of(app).keep_number(launch.number());
    let hidden = launch.minimized && shell::of(app).has_tray();
    windows::make_main(app, !hidden)?;
    exit_on_signals(app.clone());
    tauri::async_runtime::spawn(start_engine(app.clone(), launch, folder));
    Ok(())
}

/// The data folder and the log folder.
fn places(app: &AppHandle) -> tauri::Result<(PathBuf, PathBuf)> {
    match std::env::var_os(DATA_DIR_VARIABLE) {
        Some(folder) => {
            let folder = PathBuf::from(folder);
            let logs = folder.join("logs");
            Ok((folder, logs))
        }
        None => Ok((app.path().app_data_dir()?, app.path().app_log_dir()?)),
    }
}

async fn start_engine(app: AppHandle, launch: Launch, folder: PathBuf) {
    match engine::start(&launch, folder).await {
        Ok((engine, built_in)) => {
            let events = engine.phone.events();
            tauri::async_runtime::spawn(follow::follow(app.clone(), engine.clone(), events));
            let agent = engine.demo.as_ref().map(|demo| demo.accounts.agent.clone());
            if let Some(demo) = &engine.demo {
                eprintln!("{}", demo.how_to_be_the_others());
            }
            if let Ok(mut slot) = app.state::<Running>().built_in.lock() {
                *slot = built_in;
            }
            let signing_in = tauri::async_runtime::spawn(engine::sign_in_again(engine.phone.clone(), agent));
            // Usually done at once; behind a slow keychain or server the page shows first, and hears of it later.
            if tokio::time::timeout(SIGN_IN_BEFORE_PAGE, signing_in).await.is_err() {
                tracing::info!("the page does not wait for the sign-in");
            }
            shell::of(&app).started(Start::Ready(engine));
        }
        Err(error) => {
            tracing::error!(%error, "start failed");
            shell::of(&app).started(Start::Failed(error.to_string()));
        }
    }
}

fn on_run_event(app: &AppHandle, event: RunEvent) {
    // macOS hands a link over by an event, others as an argument.
    #[cfg(target_os = "macos")]
    if let RunEvent::Opened { urls } = &event {
        urls.iter().for_each(|url| opened(app, url.as_str()));
    }
    if matches!(event, RunEvent::Exit) {
        stop(app);
    }
}

#[cfg(target_os = "macos")]
fn opened(app: &AppHandle, link: &str) {
    match dial::number_in(link) {
        Ok(number) => {
            shell::of(app).keep_number(Some(number.clone()));
            perform::emit(app, "dial", json!({ "number": number }));
        }
        Err(error) => tracing::warn!(%error, "link left alone"),
    }
}

fn started_again(app: &AppHandle, arguments: &[String]) {
    perform::chosen(app, tray::Chosen::Open);
    match Launch::try_parse_from(arguments) {
        Ok(launch) => {
            if let Some(number) = launch.number() {
                perform::emit(app, "dial", json!({ "number": number }));
            }
        }
        Err(error) => tracing::warn!(kind = ?error.kind(), "arguments of a second start left alone"),
    }
}

fn on_window_event(window: &tauri::Window, event: &WindowEvent) {
    if window.label() != windows::MAIN {
        return;
    }
    let app = window.app_handle();
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            close_main(app, window);
        }
        WindowEvent::Focused(_) | WindowEvent::Resized(_) => shell::of(app).look_at_main(app),
        _ => {}
    }
}

/// The phone goes on without the window.
fn close_main(app: &AppHandle, window: &tauri::Window) {
    let shell = shell::of(app);
    let to_tray = shell.has_tray();
    let done = if to_tray { window.hide() } else { window.minimize() };
    if let Err(error) = done {
        tracing::warn!(%error, "window not closed");
    }
    if shell.explain_close_now()
        && let Err(error) = notify::explain_close(app, to_tray, shell.words())
    {
        tracing::warn!(%error, "closing not explained");
    }
    shell.look_at_main(app);
}

/// Size and place of the windows that a person moves; not whether they were shown.
fn remembered_places() -> tauri::plugin::TauriPlugin<tauri::Wry> {
    use tauri_plugin_window_state::{Builder, StateFlags};

    Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .with_denylist(&[windows::MINI])
        .build()
}

/// A log-out or a shut-down ends the app as Quit does.
fn exit_on_signals(app: AppHandle) {
    #[cfg(unix)]
    tauri::async_runtime::spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};

        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return tracing::warn!("signals are not watched");
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.exit(0);
    });
    #[cfg(not(unix))]
    drop(app);
}

fn stop(app: &AppHandle) {
    tauri::async_runtime::block_on(async {
        let stopped = tokio::time::timeout(STOP_WITHIN, async {
            let built_in = app.state::<Running>().built_in.lock().ok().and_then(|mut slot| slot.take());
            if let Some(running) = built_in {
                running.stop().await;
            }
        })
        .await;
        if stopped.is_err() {
            tracing::warn!("not everything stopped in time");
        }
    });
    tracing::info!("stopped");
}
