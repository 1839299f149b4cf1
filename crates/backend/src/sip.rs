//! Calls by SIP: trunks of carriers and telephones that agents register. `domain::trunk` decides, the `sip` crate signals, the
//! bridge has the sound; here they meet.

mod agent_in;
mod carrier;
mod consult;
mod directory;
mod events;
mod inbound;
mod joining;
mod legs;
mod moves;
mod outbound;
mod passing_on;
mod phones;
mod registrar;
mod settings;
mod upkeep;
mod usage;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ::sip::{CallKey, Endpoint, Event, Listen, TlsFiles};
use bridge::BridgeHandle;
use domain::{ids::TenantId, trunk::Lockout};
use tokio::sync::mpsc;

use crate::error::BackendError;
pub(crate) use carrier::{SipCarrier, report_name};
use directory::Directory;
use legs::Leg;
use usage::Meter;

pub(crate) const SIP: &str = "sip";

/// Where SIP is spoken, as the composing program decides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SipOptions {
    pub udp: Vec<SocketAddr>,
    pub tcp: Vec<SocketAddr>,
    pub tls: Vec<SocketAddr>,
    /// PEM files of the certificate and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// PEM file of those who are believed by TLS; the system's when absent.
    pub trusted: Option<PathBuf>,
    /// Named to carriers in place of this machine's own address.
    pub advertised: Option<IpAddr>,
    /// Asked for names in place of the system's.
    pub name_servers: Vec<SocketAddr>,
    /// UDP ports for sound: pairs of them.
    pub ports: Option<RangeInclusive<u16>>,
    /// Telephones are asked to sign in by SHA-256 or MD5, and not by MD5 alone.
    pub digest_sha256: bool,
}

impl SipOptions {
    fn listen(&self) -> Listen {
        Listen {
            udp: self.udp.clone(),
            tcp: self.tcp.clone(),
            tls: self.tls.clone(),
            certificate: self.certificate.clone().map(|(certificate, key)| TlsFiles { certificate, key }),
            trusted: self.trusted.clone(),
            advertised: self.advertised,
            name_servers: self.name_servers.clone(),
            user_agent: format!("Switchboard/{}", env!("CARGO_PKG_VERSION")),
            t1: None,
        }
    }
}

/// What runs of SIP on this server, for all tenants. It listens from the first trunk or telephone on.
#[derive(Default)]
struct Line {
    endpoint: Option<Endpoint>,
    problem: Option<String>,
    events: Option<mpsc::UnboundedReceiver<Event>>,
}

struct Inner {
    options: SipOptions,
    bridge: BridgeHandle,
    line: tokio::sync::Mutex<Line>,
    endpoint: Mutex<Option<Endpoint>>,
    directory: Mutex<Arc<Directory>>,
    legs: Mutex<HashMap<CallKey, Leg>>,
    meter: Mutex<Meter>,
    lockout: Mutex<Lockout>,
    upkeep: upkeep::Shared,
    registrar: registrar::Shared,
    phones: phones::Shared,
}

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct SipService(Arc<Inner>);

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SipService {
    pub(crate) fn new(options: SipOptions, bridge: BridgeHandle) -> Self {
        let registrar = Mutex::new(registrar::Registrar::new(options.digest_sha256));
        Self(Arc::new(Inner {
            options,
            bridge,
            line: Default::default(),
            endpoint: Mutex::default(),
            directory: Mutex::default(),
            legs: Mutex::default(),
            meter: Mutex::default(),
            lockout: Mutex::default(),
            upkeep: Mutex::default(),
            registrar,
            phones: Mutex::default(),
        }))
    }

    /// # Errors
    /// `NotConfigured` while it does not listen.
    fn endpoint(&self) -> Result<Endpoint, BackendError> {
        let endpoint = locked(&self.0.endpoint).clone();
        endpoint.ok_or(BackendError::NotConfigured("SIP does not listen on this server; see Settings > SIP"))
    }

    fn directory(&self) -> Arc<Directory> {
        Arc::clone(&locked(&self.0.directory))
    }

    fn legs(&self) -> MutexGuard<'_, HashMap<CallKey, Leg>> {
        locked(&self.0.legs)
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        locked(&self.0.meter)
    }

    /// Begins to listen, once. The events are for whoever asked first.
    async fn listen(&self) -> Option<mpsc::UnboundedReceiver<Event>> {
        let mut line = self.0.line.lock().await;
        if line.endpoint.is_some() {
            return line.events.take();
        }
        match Endpoint::start(self.0.options.listen()).await {
            Ok((endpoint, events)) => {
                for (transport, address) in endpoint.listens() {
                    tracing::info!(transport = transport.as_str(), %address, "SIP is listened for");
                }
                *locked(&self.0.endpoint) = Some(endpoint.clone());
                *line = Line { endpoint: Some(endpoint), problem: None, events: None };
                Some(events)
            }
            Err(error) => {
                tracing::error!(%error, "SIP cannot be used");
                line.problem = Some(error.to_string());
                None
            }
        }
    }

    /// Whether the tenant has a trunk that may be used.
    pub(crate) fn serves(&self, tenant: TenantId) -> bool {
        self.directory().trunks.iter().any(|trunk| trunk.tenant == tenant && trunk.settings.enabled)
    }

    async fn problem(&self) -> Option<String> {
        self.0.line.lock().await.problem.clone()
    }

    pub(crate) fn stop(&self) {
        if let Some(endpoint) = locked(&self.0.endpoint).take() {
            endpoint.stop();
        }
    }
}
