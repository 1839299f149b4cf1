//! `switchboard serve`

use std::net::SocketAddr;

use clap::Args;

use super::{Place, Problem, output};
use crate::{config::Config, running::Running};

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    addresses: Addresses,
}

/// Flags that go before file and environment.
#[derive(Args, Clone)]
pub struct Addresses {
    /// Address of the HTTP server; port 0 takes a free one.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// The one UDP port for sound.
    #[arg(long)]
    pub media_udp: Option<SocketAddr>,
    /// Folder with the built screens.
    #[arg(long)]
    pub ui_dir: Option<std::path::PathBuf>,
}

impl Addresses {
    pub(super) fn apply(&self, config: &mut Config) {
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        if let Some(udp) = self.media_udp {
            config.media.udp = udp;
        }
        if let Some(folder) = &self.ui_dir {
            config.ui_dir.clone_from(folder);
        }
    }
}

pub(super) async fn run(serve: Serve) -> Result<(), Problem> {
    let mut config = serve.place.load()?;
    serve.addresses.apply(&mut config);
    output::start_log(&config.log);
    let running = Running::start(&config, false).await?;
    output::say(&format!("{}{}", crate::process::ANSWERS_AT, running.base_url));
    wait_for_end().await;
    running.stop().await;
    Ok(())
}

/// Ctrl+C, or the word of the system that starts and stops services.
pub(super) async fn wait_for_end() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    drop(interrupted.await);
}
