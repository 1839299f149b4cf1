//! The server inside the desktop app: one computer, nothing to install.

use std::{net::SocketAddr, path::PathBuf};

use crate::{
    config::{Config, MediaConfig},
    demo::{Demo, DemoAccounts},
    running::{self, StartError},
};

#[derive(Debug, Clone)]
pub struct EmbeddedConfig {
    pub data_dir: PathBuf,
    /// Sample people and a labelled simulator whose customers call.
    pub demo: bool,
    /// The built screens, for browsers of this computer; none are served without.
    pub ui_dir: Option<PathBuf>,
}

/// The built-in server. It listens on loopback only.
pub struct Running {
    pub base_url: String,
    /// Who can sign in, in a demo.
    pub accounts: Option<DemoAccounts>,
    /// A browser of this computer can be used as well.
    pub has_screens: bool,
    server: running::Running,
    demo: Option<Demo>,
}

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// # Errors
/// [`StartError`] says what is in the way.
pub async fn start(config: EmbeddedConfig) -> Result<Running, StartError> {
    let settings = Config {
        data_dir: config.data_dir,
        listen: ANY_PORT,
        media: MediaConfig { udp: ANY_PORT, ..MediaConfig::default() },
        ui_dir: config.ui_dir.unwrap_or_default(),
        // It listens on loopback only: who sets it up sits at this computer.
        private_targets: true,
        ..Config::default()
    };
    let server = running::Running::start(&settings, config.demo).await?;
    let demo = if config.demo { Some(Demo::start(&server, &settings.data_dir).await?) } else { None };
    if let Some(demo) = &demo {
        demo.call_by_themselves(&server);
    }
    Ok(Running {
        base_url: server.base_url.clone(),
        accounts: demo.as_ref().map(|demo| demo.accounts.clone()),
        has_screens: !settings.ui_dir.as_os_str().is_empty() && settings.ui_dir.join("index.html").exists(),
        server,
        demo,
    })
}

impl Running {
    pub async fn stop(self) {
        if let Some(demo) = self.demo {
            demo.stop();
        }
        self.server.stop().await;
    }
}
