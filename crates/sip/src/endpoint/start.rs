//! Sockets, and the loop that takes requests from them.

use std::{net::SocketAddr, sync::Arc};

use rsipstack::{
    EndpointBuilder,
    dialog::dialog_layer::DialogLayer,
    sip::Method,
    transaction::endpoint::EndpointOption,
    transport::{TcpListenerConnection, TlsConfig, TlsListenerConnection, TransportLayer, udp::UdpConnection},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    Endpoint, Event, Inner, Listen, StartError, guard, incoming,
    locate::{Locator, Names},
};
use crate::target::Transport;

/// Where a system keeps the certificates that it trusts.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

impl Endpoint {
    /// Binds the addresses and begins to listen.
    ///
    /// # Errors
    /// [`StartError`]: an address is taken, or a certificate is missing.
    pub async fn start(listen: Listen) -> Result<(Self, mpsc::UnboundedReceiver<Event>), StartError> {
        let stop = CancellationToken::new();
        let locator = Locator::new(&listen.name_servers);
        let names = Box::new(Names(Arc::clone(&locator)));
        let transports = TransportLayer::new_with_domain_resolver(stop.clone(), names);
        let listens = bind(&listen, &transports, &stop).await?;
        if listens.is_empty() {
            return Err(StartError::Nowhere);
        }
        if let Some(trusted) = roots(&listen)? {
            transports.set_tls_config(TlsConfig { ca_certs: Some(trusted), ..TlsConfig::default() });
        }
        let usual = EndpointOption::default();
        let t1 = listen.t1.unwrap_or(usual.t1);
        let option = EndpointOption { t1, t1x64: t1 * 64, callid_suffix: Some("switchboard".to_owned()), ..usual };
        let endpoint = EndpointBuilder::new()
            .with_user_agent(&listen.user_agent)
            .with_cancel_token(stop.clone())
            .with_transport_layer(transports)
            .with_inspector(Box::new(guard::Source))
            .with_allows(allowed())
            .with_option(option)
            .build();
        let requests = endpoint.incoming_transactions().map_err(|error| StartError::Bind {
            address: listens[0].1,
            transport: listens[0].0,
            reason: error.to_string(),
        })?;
        let (events, happened) = mpsc::unbounded_channel();
        let ours = Self(Arc::new(Inner {
            layer: Arc::new(DialogLayer::new(Arc::clone(&endpoint.inner))),
            calls: Default::default(),
            events,
            stop,
            listens,
            advertised: listen.advertised,
            locator,
            t1,
        }));
        tokio::spawn(async move { endpoint.serve().await });
        tokio::spawn(incoming::take_all(ours.clone(), requests));
        Ok((ours, happened))
    }
}

/// The same as text.
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, UPDATE, PRACK, REFER, NOTIFY, INFO";

fn allowed() -> Vec<Method> {
    vec![
        Method::Invite,
        Method::Ack,
        Method::Cancel,
        Method::Bye,
        Method::Options,
        Method::Register,
        Method::Update,
        Method::PRack,
        Method::Refer,
        Method::Notify,
        Method::Info,
    ]
}

async fn bind(
    listen: &Listen,
    transports: &TransportLayer,
    stop: &CancellationToken,
) -> Result<Vec<(Transport, SocketAddr)>, StartError> {
    let mut bound = Vec::new();
    let fault = |address, transport, reason: String| StartError::Bind { address, transport, reason };
    let outside = |at: SocketAddr| listen.advertised.map(|ip| SocketAddr::new(ip, at.port()));
    for address in &listen.udp {
        let failed = |error: std::io::Error| fault(*address, Transport::Udp, error.to_string());
        let socket = tokio::net::UdpSocket::bind(address).await.map_err(failed)?;
        let at = socket.local_addr().map_err(failed)?;
        let guarded = Arc::new(guard::Guarded::new(socket));
        let connection = UdpConnection::from_socket(guarded, outside(at), Some(stop.child_token())).await;
        let connection = connection.map_err(|error| fault(*address, Transport::Udp, error.to_string()))?;
        transports.add_transport(connection.into());
        bound.push((Transport::Udp, at));
    }
    for address in &listen.tcp {
        let at = free_port(*address, Transport::Tcp).await?;
        let connection = TcpListenerConnection::new(at, outside(at)).await;
        let connection = connection.map_err(|error| fault(*address, Transport::Tcp, error.to_string()))?;
        transports.add_transport(connection.into());
        bound.push((Transport::Tcp, at));
    }
    for address in &listen.tls {
        let files = listen.certificate.as_ref().ok_or(StartError::NoCertificate)?;
        let read = |path: &std::path::PathBuf| {
            std::fs::read(path).map_err(|source| StartError::File { path: path.clone(), source })
        };
        let config =
            TlsConfig { cert: Some(read(&files.certificate)?), key: Some(read(&files.key)?), ..TlsConfig::default() };
        let at = free_port(*address, Transport::Tls).await?;
        let connection = TlsListenerConnection::new(at, outside(at), config).await;
        let connection = connection.map_err(|error| fault(*address, Transport::Tls, error.to_string()))?;
        transports.add_transport(connection.into());
        bound.push((Transport::Tls, at));
    }
    Ok(bound)
}

/// The library binds its listeners later and only logs when it cannot: what is in the way is found out here.
async fn free_port(address: SocketAddr, transport: Transport) -> Result<SocketAddr, StartError> {
    let bound = tokio::net::TcpListener::bind(address).await.and_then(|listener| listener.local_addr());
    bound.map_err(|error| StartError::Bind { address, transport, reason: error.to_string() })
}

/// Whom we believe by TLS: the given file, or what the system trusts.
fn roots(listen: &Listen) -> Result<Option<Vec<u8>>, StartError> {
    match &listen.trusted {
        Some(path) => {
            let read = std::fs::read(path).map_err(|source| StartError::File { path: path.clone(), source })?;
            Ok(Some(read))
        }
        None => Ok(SYSTEM_ROOTS.iter().find_map(|path| std::fs::read(path).ok())),
    }
}
