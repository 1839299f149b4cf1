//! A demo tenant on a server in a process of its own, beside simulated services in this one.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use domain::pii::Personal;

use crate::{
    config::{Config, MediaConfig},
    demo::{DemoAccount, DemoAccounts},
    keys::random_hex,
    process::{Place, ProcessError, ServerProcess},
    running::{Running, StartError},
    seed::{self, SeedPlan},
    services::Services,
};

#[derive(Debug, thiserror::Error)]
pub enum StandaloneError {
    #[error("the demo tenant cannot be made: {0}")]
    Seed(#[from] StartError),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("the server cannot be killed: {0}")]
    Kill(#[from] io::Error),
    #[error("the server runs already")]
    Running,
}

/// What to make.
#[derive(Debug, Clone)]
pub struct StandalonePlan {
    /// A `switchboard` program.
    pub program: PathBuf,
    /// A folder without data in it.
    pub data_dir: PathBuf,
    /// As in the configuration; empty is SQLite in the data folder.
    pub database: String,
    pub agents: u32,
}

/// The server may be killed and started again; the simulated services, and whoever is connected, see it go and come.
pub struct Standalone {
    pub accounts: DemoAccounts,
    /// Everybody who takes calls.
    pub agents: Vec<DemoAccount>,
    pub services: Services,
    pub base_url: String,
    pub server: Server,
}

/// The server's place, and its process while it runs.
pub struct Server {
    place: Place,
    address: SocketAddr,
    process: Option<ServerProcess>,
}

impl Standalone {
    pub async fn start(plan: &StandalonePlan) -> Result<Self, StandaloneError> {
        let password = Personal::new(format!("load-{}", random_hex(8)));
        let seed = SeedPlan { password, agents: plan.agents, calls: 0, ..SeedPlan::default() };
        let any = Config::default().listen;
        let config = Config {
            data_dir: plan.data_dir.clone(),
            database: plan.database.clone(),
            listen: (any.ip(), 0).into(),
            media: MediaConfig { udp: (any.ip(), 0).into(), ..MediaConfig::default() },
            ..Config::default()
        };
        let running = Running::start(&config, false).await?;
        let made = async {
            let accounts = seed::tenant(&running.backend, &seed).await?;
            let admin = seed::sign_in(&running.backend, &accounts.admin).await?;
            Ok::<_, StartError>((accounts, Services::start(&running.backend, &admin).await?))
        }
        .await;
        running.stop().await;
        let (accounts, services) = made?;
        let log = plan.data_dir.join("server.log");
        let place = Place {
            program: plan.program.clone(),
            data_dir: plan.data_dir.clone(),
            database: plan.database.clone(),
            log,
        };
        let process = ServerProcess::start(&place, None).await?;
        services.announce(&accounts.number, &process.base_url);
        let base_url = process.base_url.clone();
        let server = Server { place, address: process.address, process: Some(process) };
        Ok(Self { accounts, agents: seed::agents(&seed), services, base_url, server })
    }
}

impl Server {
    /// The running process; `None` after [`kill`](Self::kill).
    pub const fn process(&self) -> Option<&ServerProcess> {
        self.process.as_ref()
    }

    /// Folder of the database, the keys, the spool and the recordings.
    pub fn data_dir(&self) -> &Path {
        &self.place.data_dir
    }

    pub async fn kill(&mut self) -> Result<(), StandaloneError> {
        match self.process.take() {
            Some(process) => Ok(process.kill().await?),
            None => Ok(()),
        }
    }

    /// Starts the server again on the address that it had.
    pub async fn start_again(&mut self) -> Result<(), StandaloneError> {
        if self.process.is_some() {
            return Err(StandaloneError::Running);
        }
        self.process = Some(ServerProcess::start(&self.place, Some(self.address)).await?);
        Ok(())
    }
}
