//! Where the servers of a target are (RFC 3263): an address as it is; a name with a port by its addresses; a name alone by the
//! SRV records of its transport, and by its addresses when there are none. NAPTR records would choose the transport, which our
//! settings always name (section 4.1), so they are not asked for.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use hickory_resolver::{
    ResolverBuilder, TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
    proto::rr::RData,
};
use rsipstack::{
    sip::Host,
    transport::{SipAddr, transport_layer::DomainResolver},
};

use super::{Endpoint, SipFault, convert};
use crate::{
    srv::{self, Record},
    target::{Target, Transport},
};

/// Servers of one target that are tried.
const MOST_PLACES: usize = 8;
/// One question to a name server.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks for names. `None` inside when the system names no server; addresses are then all that can be found.
pub(super) struct Locator {
    records: Option<TokioResolver>,
    /// Name servers of our own choice are asked for addresses too; the system's own way also knows its file of hosts.
    by_records_alone: bool,
    /// Where a name and port were found by a call that is being made by TLS, which has to be told the name.
    pins: Mutex<HashMap<(String, u16), SocketAddr>>,
}

impl Locator {
    /// Asks these servers, or those of the system when there are none.
    pub(super) fn new(name_servers: &[SocketAddr]) -> Arc<Self> {
        let built = if name_servers.is_empty() {
            TokioResolver::builder_tokio().and_then(built)
        } else {
            let servers = name_servers.iter().map(server).collect();
            let config = ResolverConfig::from_name_servers(servers);
            built(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()))
        };
        if let Err(error) = &built {
            tracing::warn!(%error, "SRV records of SIP trunks cannot be looked up");
        }
        Arc::new(Self { records: built.ok(), by_records_alone: !name_servers.is_empty(), pins: Mutex::default() })
    }

    /// Where a target is, best first; at least one.
    pub(super) async fn locate(&self, target: &Target) -> Result<Vec<SocketAddr>, SipFault> {
        if let Some(address) = target.address() {
            return Ok(vec![SocketAddr::new(address, target.port)]);
        }
        let mut found = Vec::new();
        if target.by_name {
            for record in self.records_of(target).await? {
                match self.addresses(&record.host).await {
                    Ok(addresses) => found.extend(addresses.into_iter().map(|ip| SocketAddr::new(ip, record.port))),
                    Err(error) => tracing::debug!(host = %record.host, %error, "a server of a domain has no address"),
                }
            }
        }
        if found.is_empty() {
            let addresses = self.addresses(&target.host).await?;
            found.extend(addresses.into_iter().map(|ip| SocketAddr::new(ip, target.port)));
        }
        found.truncate(MOST_PLACES);
        Ok(found)
    }

    /// In their order; empty when the name has no such records.
    async fn records_of(&self, target: &Target) -> Result<Vec<Record>, SipFault> {
        let Some(resolver) = &self.records else { return Ok(Vec::new()) };
        let service = match target.transport {
            Transport::Udp => "_sip._udp",
            Transport::Tcp => "_sip._tcp",
            Transport::Tls => "_sips._tcp",
        };
        let asked = resolver.srv_lookup(format!("{service}.{}.", target.host)).await;
        let records: Vec<Record> = match &asked {
            Ok(answer) => answer.answers().iter().filter_map(|record| read(&record.data)).collect(),
            Err(error) => {
                tracing::debug!(host = %target.host, %error, "no SRV records were found");
                Vec::new()
            }
        };
        let (some, ordered) = (!records.is_empty(), srv::order(records, |most| rand::random_range(0..=most)));
        if some && ordered.is_empty() {
            let said = format!("{} says that it takes no calls by {}", target.host, target.transport.as_str());
            return Err(SipFault::Unreachable(said));
        }
        Ok(ordered)
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, SipFault> {
        let unknown = |error: String| SipFault::Unreachable(format!("{host}: {error}"));
        let mut found: Vec<IpAddr> = match self.records.as_ref().filter(|_| self.by_records_alone) {
            Some(resolver) => {
                resolver.lookup_ip(host).await.map_err(|error| unknown(error.to_string()))?.iter().collect()
            }
            None => {
                let asked = tokio::net::lookup_host((host, 0)).await.map_err(|error| unknown(error.to_string()))?;
                asked.map(|address| address.ip()).collect()
            }
        };
        found.dedup();
        if found.is_empty() { Err(unknown("it has no address".to_owned())) } else { Ok(found) }
    }

    /// The library's address of a place: by TLS under the target's name, which the certificate has to be for.
    pub(super) fn address(&self, target: &Target, at: SocketAddr) -> Result<SipAddr, SipFault> {
        let named = Target { port: at.port(), by_name: false, ..target.clone() };
        if target.transport == Transport::Tls && target.address().is_none() {
            let mut pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
            pins.insert((target.host.clone(), at.port()), at);
            return convert::address(&named);
        }
        convert::address(&Target { host: at.ip().to_string(), ..named })
    }
}

fn server(at: &SocketAddr) -> NameServerConfig {
    let on_port = |mut connection: ConnectionConfig| {
        connection.port = at.port();
        connection
    };
    let connections = vec![on_port(ConnectionConfig::udp()), on_port(ConnectionConfig::tcp())];
    NameServerConfig::new(at.ip(), true, connections)
}

fn built(mut builder: ResolverBuilder<TokioRuntimeProvider>) -> Result<TokioResolver, hickory_resolver::net::NetError> {
    builder.options_mut().timeout = PATIENCE;
    builder.build()
}

fn read(data: &RData) -> Option<Record> {
    let RData::SRV(record) = data else { return None };
    let host = record.target.to_string().trim_end_matches('.').to_ascii_lowercase();
    Some(Record { priority: record.priority, weight: record.weight, port: record.port, host })
}

/// What the library asks when it has a name before it, such as that of a route.
pub(super) struct Names(pub Arc<Locator>);

#[async_trait]
impl DomainResolver for Names {
    async fn resolve(&self, of: &SipAddr) -> rsipstack::Result<SipAddr> {
        let fault = |error: String| rsipstack::Error::DnsResolutionError(error);
        let Host::Domain(name) = &of.addr.host else { return Ok(of.clone()) };
        let transport = convert::transport(of.r#type);
        let port = of.addr.port.as_ref().map(|port| u16::from(*port));
        let text = match port {
            Some(port) => format!("{name}:{port}"),
            None => name.to_string(),
        };
        // RFC 5626: such names stand for addresses that nobody can reach.
        let target = Target::parse(&text, transport).filter(|target| !target.host.ends_with("invalid"));
        let target = target.ok_or_else(|| fault(format!("{text} is no name of a server")))?;
        let pinned = {
            let pins = self.0.pins.lock().unwrap_or_else(PoisonError::into_inner);
            pins.get(&(target.host.clone(), target.port)).copied().filter(|_| transport == Transport::Tls)
        };
        let at = match pinned {
            Some(at) => at,
            None => {
                let found = self.0.locate(&target).await.map_err(|error| fault(error.to_string()))?;
                found.into_iter().next().ok_or_else(|| fault(format!("{text} has no address")))?
            }
        };
        let mut found = of.clone();
        found.addr = at.into();
        Ok(found)
    }
}

impl Endpoint {
    /// Where the servers of a target are, in the order in which they are to be tried; at least one.
    ///
    /// # Errors
    /// [`SipFault::Unreachable`].
    pub async fn locate(&self, target: &Target) -> Result<Vec<SocketAddr>, SipFault> {
        let mut found = self.0.locator.locate(target).await?;
        if target.transport == Transport::Udp {
            // Datagrams leave by a socket that listens; there may be none of the other family.
            let listens = |at: &SocketAddr| {
                self.0.listens.iter().any(|(kind, here)| *kind == Transport::Udp && here.is_ipv6() == at.is_ipv6())
            };
            if found.iter().any(listens) {
                found.retain(listens);
            }
        }
        Ok(found)
    }
}
