//! A server that runs: everything opened and joined.

use std::{net::SocketAddr, time::Duration};

use backend::{Backend, Options, Parts};
use bridge::BridgeConfig;
use storage::ServerLock;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    open::{self, OpenError},
    sole::{self, SoleError, SoleFolder},
};

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    NotAlone(#[from] SoleError),
    #[error(transparent)]
    Bridge(#[from] bridge::BridgeError),
    #[error("cannot listen on {address}: {error}. Is another server running?")]
    Listen { address: SocketAddr, error: std::io::Error },
    #[error("the server cannot start: {0}")]
    Backend(#[from] backend::error::BackendError),
}

/// A running server; it ends when [`Running::stop`] is called.
pub struct Running {
    pub backend: Backend,
    pub address: SocketAddr,
    /// `http://127.0.0.1:8470`: for programs on this machine.
    pub base_url: String,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    _folder: SoleFolder,
    database: ServerLock,
}

impl Running {
    /// Opens everything that `config` names and begins to answer. `demo` is shown to the screens.
    pub async fn start(config: &Config, demo: bool) -> Result<Self, StartError> {
        // A second server in the same process finds it installed; both use the same provider.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let data_dir = config.data_dir.clone();
        let folder = SoleFolder::take(open::folder(config)?)?;
        let (store, signing) = open::store(config).await?;
        let database = sole::sole_database(&store).await?;
        let bridge_config = BridgeConfig {
            udp_bind: config.media.udp,
            advertised: config.media.advertise.clone(),
            spool: data_dir.join("spool"),
        };
        let (bridge, bridge_events) = bridge::start(bridge_config).await?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|error| StartError::Listen { address: config.listen, error })?;
        let address = listener.local_addr().map_err(|error| StartError::Listen { address: config.listen, error })?;
        let base_url = format!("http://{}", reachable(address));
        let public_url = if config.public_url.is_empty() { base_url.clone() } else { config.public_url.clone() };
        let options = Options {
            public_url: public_url.trim_end_matches('/').to_owned(),
            ui_folder: Some(config.ui_dir.clone()).filter(|folder| !folder.as_os_str().is_empty()),
            trusted_proxies: config.trusted_proxies.clone(),
            data_folder: data_dir,
            demo,
            relays: config.media.turn.relays(),
            sip: config.sip.options(),
            // A demo's CRM runs beside it.
            private_targets: config.private_targets || demo,
        };
        let backend = Backend::start(Parts { store, bridge, bridge_events, secret: signing, options }).await?;
        tokio::spawn(move_to_current_key(backend.clone()));
        let stop = CancellationToken::new();
        let serving = tokio::spawn(api::serve(listener, backend.clone(), stop.clone()));
        tracing::info!(%base_url, %public_url, "the server answers");
        Ok(Self { backend, address, base_url, stop, serving, _folder: folder, database })
    }

    /// Stops answering, then lets what is under way end and be written; live sockets are cut after two seconds.
    pub async fn stop(self) {
        self.stop.cancel();
        let serving = self.serving;
        let abort = serving.abort_handle();
        if tokio::time::timeout(Duration::from_secs(2), serving).await.is_err() {
            abort.abort();
        }
        self.backend.stop().await;
        self.backend.store().close().await;
        self.database.release().await;
    }
}

/// Texts that are moved to the current sealing key at once; between two portions others get their turn.
const RESEAL_PORTION: u32 = 200;
const BETWEEN_PORTIONS: Duration = Duration::from_millis(200);

/// After a rotation: seals what is stored anew, portion by portion, beside the work.
async fn move_to_current_key(backend: Backend) {
    let mut moved = 0;
    loop {
        match storage::reseal(backend.store(), RESEAL_PORTION).await {
            Ok(progress) => {
                moved += progress.resealed;
                if progress.finished {
                    break;
                }
            }
            Err(error) => {
                tracing::error!(%error, "stored data could not be moved to the current sealing key; the next start goes on");
                return;
            }
        }
        tokio::time::sleep(BETWEEN_PORTIONS).await;
    }
    match backend.reseal_files().await {
        Ok(parts) => moved += parts,
        Err(error) => {
            tracing::error!(%error, "files of leads could not be moved to the current sealing key; the next start goes on");
            return;
        }
    }
    if moved > 0 {
        tracing::info!(moved, "all stored data is sealed with the current key");
    }
}

/// The wildcard address as one that a program on this machine can connect to.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], address.port())) } else { address }
}
