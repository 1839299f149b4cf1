//! The books of the account.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    call::CallHandle,
    config::{Config, Flow, Misbehaviour},
};
use crate::twilio::Destination;

/// The applet's limit: what takes longer goes to the fallback.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub struct State {
    pub flow: Flow,
    pub destinations: BTreeMap<String, Destination>,
    pub misbehaviour: Misbehaviour,
    pub calls: Vec<CallHandle>,
    pub complaints: Vec<String>,
    /// Sound of calls that the account has recorded, as WAV files, by call.
    pub recordings: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug)]
pub struct Account {
    pub config: Config,
    pub http: reqwest::Client,
    pub address: SocketAddr,
    state: Mutex<State>,
}

impl Account {
    pub fn new(config: Config, address: SocketAddr) -> Result<Arc<Self>, reqwest::Error> {
        let http = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("Exotel (SIMULATED)")
            .build()?;
        Ok(Arc::new(Self { config, http, address, state: Mutex::default() }))
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn behaviour(&self) -> Misbehaviour {
        self.lock().misbehaviour.clone()
    }

    /// As long as a message is on its way.
    pub async fn travel(&self) {
        let slow = self.lock().misbehaviour.slow_network.unwrap_or_default();
        tokio::time::sleep(slow).await;
    }

    pub fn complain(&self, text: String) {
        tracing::info!(text, "simulated Exotel");
        self.lock().complaints.push(text);
    }

    pub fn call(&self, sid: &str) -> Option<CallHandle> {
        self.lock().calls.iter().find(|call| call.sid() == sid).cloned()
    }
}
