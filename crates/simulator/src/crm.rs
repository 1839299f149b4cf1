//! A SIMULATED CRM with a REST interface as Laravel offers it.
//!
//! It keeps records, gives them out page by page with links and figures (<https://laravel.com/docs/pagination>), answers what has
//! changed since an instant, checks credentials and what it is told (422), counts requests and asks for pauses (429 with
//! `Retry-After`), tells of changes by webhook, and fails on purpose.

mod config;
mod records;
mod rest;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

pub use config::{Access, Config, Misbehaviour, Order, Paging, RateLimit};
use records::Records;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the simulated CRM cannot listen on {address}: {source}")]
    Bind { address: SocketAddr, source: std::io::Error },
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// A request as the CRM answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub status: u16,
}

#[derive(Debug, Default)]
struct State {
    records: Records,
    misbehaviour: Misbehaviour,
    limit: Option<RateLimit>,
    /// Since when requests are counted, and how many there were.
    window: Option<(std::time::Instant, u32)>,
    asked: Vec<Asked>,
}

#[derive(Debug)]
struct Crm {
    config: Config,
    address: SocketAddr,
    http: reqwest::Client,
    state: Mutex<State>,
}

impl Crm {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The running CRM. Dropping it stops it.
#[derive(Debug)]
pub struct SimulatedCrm {
    crm: Arc<Crm>,
    server: JoinHandle<()>,
}

impl SimulatedCrm {
    /// Stands in every answer, under `X-Simulated`.
    pub const LABEL: &str = "SIMULATED CRM";

    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let as_error = |source| StartError::Bind { address: config.bind, source };
        let listener = TcpListener::bind(config.bind).await.map_err(as_error)?;
        let address = listener.local_addr().map_err(as_error)?;
        let state = State { limit: config.limit, ..State::default() };
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let crm = Arc::new(Crm { config, address, http, state: Mutex::new(state) });
        let app = rest::router(Arc::clone(&crm));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!(%error, "the simulated CRM stopped listening");
            }
        });
        tracing::info!(%address, "{} is listening", Self::LABEL);
        Ok(Self { crm, server })
    }

    /// Records are below `/api/leads` of it.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.crm.address)
    }

    /// Somebody enters a record in the CRM; its id.
    pub fn add(&self, fields: Value) -> u64 {
        self.crm.lock().records.add(fields, records::now_ms())
    }

    /// As [`Self::add`], at another instant (ms since 1970).
    pub fn add_at(&self, fields: Value, at_ms: i64) -> u64 {
        self.crm.lock().records.add(fields, at_ms)
    }

    /// Somebody changes a record in the CRM. False when it is not there.
    pub fn change(&self, id: u64, fields: Value) -> bool {
        self.change_at(id, fields, records::now_ms())
    }

    /// As [`Self::change`], at another instant (ms since 1970).
    pub fn change_at(&self, id: u64, fields: Value, at_ms: i64) -> bool {
        self.crm.lock().records.change(id, fields, at_ms).is_some()
    }

    pub fn remove(&self, id: u64) -> bool {
        self.crm.lock().records.remove(id)
    }

    /// A record as the CRM gives it out.
    pub fn record(&self, id: u64) -> Option<Value> {
        self.crm.lock().records.get(id)
    }

    /// All of them, by their ids.
    pub fn records(&self) -> Vec<Value> {
        self.crm.lock().records.all()
    }

    /// What goes wrong from now on.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.crm.lock().misbehaviour = misbehaviour;
    }

    /// How many requests are answered from now on.
    pub fn limit(&self, limit: Option<RateLimit>) {
        let mut state = self.crm.lock();
        (state.limit, state.window) = (limit, None);
    }

    /// Requests since the start.
    pub fn asked(&self) -> Vec<Asked> {
        self.crm.lock().asked.clone()
    }

    /// Tells this address that a record has changed; the status of the answer.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn tell(&self, url: &str, id: u64) -> Result<u16, reqwest::Error> {
        let body = json!({ "event": "lead.updated", "data": { "id": id } });
        Ok(self.crm.http.post(url).json(&body).send().await?.status().as_u16())
    }
}

impl Drop for SimulatedCrm {
    fn drop(&mut self) {
        self.server.abort();
    }
}
