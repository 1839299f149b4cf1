//! A SIMULATED Exotel account that speaks the real protocol, contradictions and all.
//!
//! It runs one flow (Passthru, Greeting, Voicebot, Passthru, end), joins two telephones, and tells about both as Exotel does: in
//! local time without a zone, numbers with a leading zero, keys in quotation marks, reports in parts, forms or JSON as it
//! pleases, and sometimes not at all. <https://developer.exotel.com>, <https://support.exotel.com>

mod account;
mod call;
mod callbacks;
mod config;
mod flow;
mod rest;
mod stream;
mod two_numbers;
mod words;

use std::{net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, task::JoinHandle};

use crate::{customer::CustomerScript, twilio::Destination};
use account::Account;
pub use call::{CallHandle, CallOutcome, Ended, Happening};
pub use config::{Config, Flow, Misbehaviour};

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the simulated account cannot listen on {address}: {source}")]
    Bind { address: SocketAddr, source: std::io::Error },
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// The running account. Dropping it stops its server and hangs up its calls.
#[derive(Debug)]
pub struct SimulatedExotel {
    account: Arc<Account>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl SimulatedExotel {
    /// Shown wherever the account is named.
    pub const LABEL: &str = "SIMULATED Exotel account";

    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let as_error = |source| StartError::Bind { address: config.bind, source };
        let listener = TcpListener::bind(config.bind).await.map_err(as_error)?;
        let address = listener.local_addr().map_err(as_error)?;
        let account = Account::new(config, address)?;
        let app = rest::router(Arc::clone(&account));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!(%error, "the simulated Exotel account stopped listening");
            }
        });
        tracing::info!(%address, "{} is listening", Self::LABEL);
        Ok(Self { account, address, server })
    }

    /// What to enter as the address of Exotel's API.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The applets of the account's flow from now on.
    pub fn set_flow(&self, flow: Flow) {
        self.account.lock().flow = flow;
    }

    /// Who answers when this number (E.164) is called.
    pub fn set_destination(&self, number: &str, destination: Destination) {
        self.account.lock().destinations.insert(number.to_owned(), destination);
    }

    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.account.lock().misbehaviour = misbehaviour;
    }

    /// The script's customer calls a number of the account.
    pub fn place_inbound_call(&self, from: &str, to: &str, script: Arc<CustomerScript>) -> CallHandle {
        call::start_inbound(&self.account, from, to, script)
    }

    /// All calls since the start, oldest first.
    pub fn calls(&self) -> Vec<CallHandle> {
        self.account.lock().calls.clone()
    }

    /// What the account would have written into its own log.
    pub fn complaints(&self) -> Vec<String> {
        self.account.lock().complaints.clone()
    }
}

impl Drop for SimulatedExotel {
    fn drop(&mut self) {
        self.server.abort();
        for call in self.calls() {
            call.hang_up();
        }
    }
}
