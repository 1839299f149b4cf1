//! The demo: a tenant with sample people, and a simulated carrier whose customers call. Everything simulated says so.

mod callers;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use backend::error::BackendError;
use domain::pii::Personal;
use serde::{Deserialize, Serialize};
use simulator::{speech_service::SimulatedSpeechService, twilio::SimulatedTwilio};
use tokio_util::sync::CancellationToken;

use crate::{
    keys::random_hex,
    running::{Running, StartError},
    seed::{self, SeedPlan},
    services::Services,
};

const FILE: &str = "demo-accounts.json";
/// Past calls of a demo: enough to fill the first pages of each screen.
const PAST_CALLS: u32 = 60;

/// Somebody who can sign in to the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DemoAccount {
    pub name: String,
    pub email: String,
    pub password: Personal<String>,
}

/// Made once per data folder and kept there, readable by its owner only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DemoAccounts {
    pub agent: DemoAccount,
    pub second_agent: DemoAccount,
    pub supervisor: DemoAccount,
    pub admin: DemoAccount,
    /// The number that customers call, E.164.
    pub number: String,
}

/// The demo beside a running server.
pub struct Demo {
    pub accounts: DemoAccounts,
    pub carrier: Arc<SimulatedTwilio>,
    /// Kept: dropping it ends the service.
    _speech: SimulatedSpeechService,
    stop: CancellationToken,
}

fn internal(error: impl ToString) -> StartError {
    StartError::Backend(BackendError::Internal(error.to_string()))
}

impl Demo {
    /// Seeds the data folder unless that was done before, and connects the simulator.
    pub async fn start(server: &Running, data_dir: &Path) -> Result<Self, StartError> {
        let path = data_dir.join(FILE);
        let accounts = match read(&path) {
            Some(accounts) => accounts,
            None => {
                let password = Personal::new(format!("demo-{}", random_hex(8)));
                let plan = SeedPlan { password, calls: PAST_CALLS, ..SeedPlan::default() };
                let accounts = seed::tenant(&server.backend, &plan).await?;
                write(&path, &accounts).map_err(internal)?;
                accounts
            }
        };
        let admin = seed::sign_in(&server.backend, &accounts.admin).await?;
        let services = Services::start(&server.backend, &admin).await?;
        services.announce(&accounts.number, &server.base_url);
        let Services { carrier, speech } = services;
        carrier.set_default_destination(Some(callers::whoever_is_called().map_err(internal)?));
        Ok(Self { accounts, carrier: Arc::new(carrier), _speech: speech, stop: CancellationToken::new() })
    }

    /// A customer calls whenever the demo agent is free.
    pub fn call_by_themselves(&self, server: &Running) {
        let number = self.accounts.number.clone();
        let email = self.accounts.agent.email.clone();
        tokio::spawn(callers::run(server.backend.clone(), self.carrier.clone(), number, email, self.stop.clone()));
    }

    pub fn stop(&self) {
        self.stop.cancel();
    }
}

fn read(path: &PathBuf) -> Option<DemoAccounts> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

fn write(path: &Path, accounts: &DemoAccounts) -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(accounts)?;
    crate::keys::write_private(path, &text)
}
