//! The server inside the desktop app: one computer, nothing to install.

use std::{net::SocketAddr, path::PathBuf};

use crate::{
    config::{Config, MediaConfig},
    demo::{Demo, DemoAccount},
    running::{self, StartError},
};

#[derive(Debug, Clone)]
pub struct EmbeddedConfig {
    pub data_dir: PathBuf,
    /// Sample people and a labelled simulator whose customers call.
    pub demo: bool,
}

/// The built-in server. It listens on loopback only.
pub struct Running {
    pub base_url: String,
    /// Whom to sign in, in a demo.
    pub agent: Option<DemoAccount>,
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
        ..Config::default()
    };
    let server = running::Running::start(&settings, config.demo).await?;
    let demo = if config.demo { Some(Demo::start(&server, &settings.data_dir).await?) } else { None };
    if let Some(demo) = &demo {
        demo.call_by_themselves(&server);
    }
    Ok(Running {
        base_url: server.base_url.clone(),
        agent: demo.as_ref().map(|demo| demo.accounts.agent.clone()),
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
