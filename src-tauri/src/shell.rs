//! What the parts of the shell share: the engine once it is there, and what is known of the agent's desk.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::ids::UserId;
use tauri::{AppHandle, Manager};
use tokio::{sync::watch, task::AbortHandle};
use wire::{
    accounts::{UiLocale, User},
    agents::AgentState,
};

use crate::{
    attention::{Attention, Seen},
    engine::Engine,
    perform,
    settings::Settings,
    tray::Tray,
    tray_state::TrayState,
    windows,
    words::Words,
};

/// How far the start has come.
#[derive(Clone)]
pub enum Start {
    Under,
    Ready(Engine),
    /// Why, in a sentence for the user.
    Failed(String),
}

pub struct Shell {
    start: watch::Sender<Start>,
    desk: Mutex<Desk>,
    tray: Option<Tray>,
    pub computer: Computer,
}

/// What holds for this computer, whoever is signed in.
pub struct Computer {
    pub settings_file: PathBuf,
    pub logs: PathBuf,
    /// The server was named when the app was started: what is chosen would have no effect.
    pub server_is_fixed: bool,
}

/// Why there is no engine.
#[derive(Debug, Clone)]
pub enum NoEngine {
    /// In a sentence for the user.
    Failed(String),
    Closing,
}

#[derive(Default)]
struct Desk {
    attention: Attention,
    me: Option<UserId>,
    locale: Option<UiLocale>,
    state: Option<AgentState>,
    /// Ends a timed "do not disturb".
    quiet: Option<AbortHandle>,
    /// Number of the link that the app was started with, until the page has taken it.
    number: Option<String>,
}

impl Shell {
    pub fn new(tray: Option<Tray>, computer: Computer) -> Self {
        Self { start: watch::Sender::new(Start::Under), desk: Mutex::default(), tray, computer }
    }

    pub fn started(&self, start: Start) {
        self.start.send_replace(start);
    }

    /// The engine, as soon as it runs.
    ///
    /// # Errors
    /// Why it did not start.
    pub async fn engine(&self) -> Result<Engine, NoEngine> {
        let mut start = self.start.subscribe();
        let settled = start.wait_for(|start| !matches!(start, Start::Under)).await;
        match settled.as_deref() {
            Ok(Start::Ready(engine)) => Ok(engine.clone()),
            Ok(Start::Failed(why)) => Err(NoEngine::Failed(why.clone())),
            Ok(Start::Under) | Err(_) => Err(NoEngine::Closing),
        }
    }

    pub fn keep_number(&self, number: Option<String>) {
        self.desk().number = number;
    }

    pub fn take_number(&self) -> Option<String> {
        self.desk().number.take()
    }

    pub fn me(&self) -> Option<UserId> {
        self.desk().me
    }

    pub fn agent_state(&self) -> Option<AgentState> {
        self.desk().state.clone()
    }

    /// Closing may hide the window only where something brings it back.
    pub fn has_tray(&self) -> bool {
        self.tray.as_ref().is_some_and(Tray::is_seen)
    }

    pub fn signed_in(&self, user: &User) {
        {
            let mut desk = self.desk();
            desk.me = Some(user.id);
            desk.locale = Some(user.locale);
            desk.state = None;
        }
        self.show_tray();
    }

    pub fn signed_out(&self, app: &AppHandle) {
        {
            let mut desk = self.desk();
            desk.me = None;
            desk.state = None;
        }
        self.saw(app, Seen::SignedOut);
        self.show_tray();
    }

    pub fn words(&self) -> &'static Words {
        Words::of(self.desk().locale.unwrap_or(UiLocale::En))
    }

    pub fn now_in(&self, state: AgentState) {
        self.desk().state = Some(state);
        self.show_tray();
    }

    /// Takes note, and does what follows from it.
    pub fn saw(&self, app: &AppHandle, seen: Seen) {
        let (acts, call_changed) = {
            let mut desk = self.desk();
            let before = desk.attention.in_call();
            let acts = desk.attention.saw(seen);
            (acts, before != desk.attention.in_call())
        };
        if call_changed {
            self.show_tray();
        }
        for act in acts {
            perform::act(app, act);
        }
    }

    pub fn look_at_main(&self, app: &AppHandle) {
        if let Some(window) = app.get_webview_window(windows::MAIN) {
            self.saw(app, Seen::Window(windows::view(&window)));
        }
    }

    /// Replaces the timer of a "do not disturb"; `None` when the agent chose otherwise.
    pub fn keep_quiet_timer(&self, timer: Option<AbortHandle>) {
        let before = std::mem::replace(&mut self.desk().quiet, timer);
        if let Some(before) = before {
            before.abort();
        }
    }

    /// True the first time only, on this computer.
    pub fn explain_close_now(&self) -> bool {
        let explained = Settings::load(&self.computer.settings_file).and_then(|mut settings| {
            let first = !std::mem::replace(&mut settings.close_explained, true);
            if first {
                settings.save(&self.computer.settings_file)?;
            }
            Ok(first)
        });
        explained.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot tell whether closing was explained");
            false
        })
    }

    fn show_tray(&self) {
        let Some(tray) = &self.tray else { return };
        let (state, in_call) = {
            let desk = self.desk();
            let state = match (&desk.me, &desk.state) {
                (None, _) => TrayState::SignedOut,
                (Some(_), None) => TrayState::Offline,
                (Some(_), Some(state)) => TrayState::of(state),
            };
            (state, desk.attention.in_call())
        };
        if let Err(error) = tray.show(state, in_call, self.words()) {
            tracing::warn!(%error, "tray not changed");
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The shell of a running app; it is there from set-up to exit.
pub fn of(app: &AppHandle) -> tauri::State<'_, Shell> {
    app.state::<Shell>()
}
