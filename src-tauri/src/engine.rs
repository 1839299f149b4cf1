//! Starts what the window talks to: the built-in server when it is wanted, and the phone.

use std::{path::PathBuf, sync::Arc, time::Duration};

use phone::{AudioBackend, DeviceOptions, Phone, PhoneConfig, RequestError};
use server::{
    demo::{DemoAccount, DemoAccounts},
    embedded::{self, EmbeddedConfig, Running},
};
use url::Url;
use wire::{
    accounts::{DeviceKind, SignIn},
    agents::AskedAgentState,
};

use crate::{
    launch::Launch,
    settings::{ServerChoice, Settings, SettingsError},
    tokens::Keychain,
};

/// The shorter delay; at one call on a desktop its cost does not matter.
const FRAME: Duration = Duration::from_millis(10);
const RETRY_RESTORE: Duration = Duration::from_secs(3);

/// Everything behind the window. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub phone: Phone,
    pub keychain: Arc<Keychain>,
    pub demo: Option<Arc<DemoPeople>>,
}

/// Whom a demo lets sign in, and where else than in this window.
pub struct DemoPeople {
    pub accounts: DemoAccounts,
    /// For a browser of this computer, when screens are served to it.
    pub browser: Option<String>,
}

/// The server inside this app, when there is one.
pub type BuiltIn = Option<Running>;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("the built-in server did not start: {0}")]
    Server(#[from] server::StartError),
    #[error("the built-in server has no address that can be used: {0}")]
    Address(#[from] url::ParseError),
    #[error("the phone did not start: {0}")]
    Phone(#[from] phone::StartError),
}

impl DemoPeople {
    /// For the terminal that the demo was started from.
    pub fn how_to_be_the_others(&self) -> String {
        let DemoAccounts { supervisor, admin, .. } = &self.accounts;
        let place = self.browser.as_deref().unwrap_or("in this window, after signing out");
        let line = |role: &str, who: &DemoAccount| format!("  {role:<11} {}  {}", who.email, who.password.reveal());
        format!(
            "Demo: be somebody else at the same time\n  where       {place}\n{}\n{}",
            line("supervisor", supervisor),
            line("admin", admin)
        )
    }
}

/// Starts all of it, and signs in again as whoever was signed in last.
pub async fn start(launch: &Launch, folder: PathBuf) -> Result<(Engine, BuiltIn), StartError> {
    let settings = Settings::load(&folder.join(crate::SETTINGS_FILE))?;
    let choice = match (&launch.server, launch.demo) {
        (Some(url), _) => ServerChoice::Remote { url: url.clone() },
        (None, true) => ServerChoice::BuiltIn,
        (None, false) => settings.server,
    };
    let (server_url, account, token_file, built_in) = match choice {
        ServerChoice::Remote { url } => {
            let account = url.origin().ascii_serialization();
            // Each server its own file: none is ever shown the token of another.
            let file = format!("refresh-token-{}", account.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
            (url, account, file, None)
        }
        ServerChoice::BuiltIn => {
            let data_dir = folder.join(if launch.demo { "demo" } else { "server" });
            let account = format!("built-in:{}", data_dir.display());
            let running =
                embedded::start(EmbeddedConfig { data_dir, demo: launch.demo, ui_dir: launch.ui_dir.clone() }).await?;
            (Url::parse(&running.base_url)?, account, "refresh-token".to_owned(), Some(running))
        }
    };
    let keychain = Arc::new(Keychain::new(account, folder.join(token_file)));
    let phone = Phone::start(PhoneConfig {
        server_url,
        data_dir: folder.join("phone"),
        audio: AudioBackend::Devices(DeviceOptions::default()),
        token_store: keychain.clone(),
        user_agent: concat!("Switchboard/", env!("CARGO_PKG_VERSION")).into(),
        frame: FRAME,
    })?;
    let demo = built_in.as_ref().and_then(|running| {
        let accounts = running.accounts.clone()?;
        let browser = running.has_screens.then(|| running.base_url.clone());
        Some(Arc::new(DemoPeople { accounts, browser }))
    });
    Ok((Engine { phone, keychain, demo }, built_in))
}

/// Signs in with the kept token, or as the sample agent of a demo, who takes calls at once. While the server cannot be
/// reached the window shows the sign-in page, and this goes on trying until somebody has signed in.
pub async fn sign_in_again(phone: Phone, sample: Option<DemoAccount>) {
    let is_demo = sample.is_some();
    match phone.restore().await {
        Ok(Some(_)) => {}
        Ok(None) => {
            let Some(DemoAccount { email, password, .. }) = sample else { return };
            let sign_in = SignIn { email, password, device: DeviceKind::Desktop };
            if let Err(error) = phone.sign_in(sign_in).await {
                return tracing::error!(%error, "the demo's agent cannot sign in");
            }
        }
        Err(error) => {
            tracing::info!(%error, "not signed in again yet");
            tauri::async_runtime::spawn(go_on_trying(phone));
            return;
        }
    }
    if is_demo {
        take_calls(&phone).await;
    }
}

/// Until the sound is connected the server shows the agent as not reachable; the first customer calls after that.
async fn take_calls(phone: &Phone) {
    if let Err(error) = phone.set_agent_state(&AskedAgentState::Available).await {
        tracing::warn!(%error, "the demo's agent takes no calls by itself");
    }
}

async fn go_on_trying(phone: Phone) {
    while phone.me().is_none() {
        tokio::time::sleep(RETRY_RESTORE).await;
        if !matches!(phone.restore().await, Err(RequestError::Unreachable(_))) {
            return;
        }
    }
}
