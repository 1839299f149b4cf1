//! The ways on which the peer's messages travel.

use std::{collections::HashMap, io, net::SocketAddr, path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    sync::{Mutex, mpsc},
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// A certificate for `localhost` that vouches for itself: server and peer both show it, and both believe it.
pub struct Certificates {
    folder: tempfile::TempDir,
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Certificates {
    pub fn make() -> Self {
        let key = rcgen::KeyPair::generate().expect("a key");
        let wanted = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let made = wanted.self_signed(&key).expect("a certificate");
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("certificate.pem"), made.pem()).expect("it is written");
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).expect("it is written");
        Self { folder, certificate: made.der().clone(), key: key.serialize_der() }
    }

    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    fn ends(&self) -> (TlsAcceptor, TlsConnector) {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let server = server.expect("versions").with_no_client_auth();
        let server = server.with_single_cert(vec![self.certificate.clone()], key).expect("they belong together");
        let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let client = client.expect("versions").with_root_certificates(roots).with_no_client_auth();
        (TlsAcceptor::from(Arc::new(server)), TlsConnector::from(Arc::new(client)))
    }
}

type Came = (Vec<u8>, SocketAddr);
type Open = Arc<Mutex<HashMap<SocketAddr, mpsc::UnboundedSender<Vec<u8>>>>>;

pub(super) enum Signals {
    Datagrams(UdpSocket),
    Streams(Streams),
}

/// Connections by TLS, both ways.
pub(super) struct Streams {
    here: SocketAddr,
    connector: TlsConnector,
    open: Open,
    come: mpsc::UnboundedSender<Came>,
    came: Mutex<mpsc::UnboundedReceiver<Came>>,
}

impl Signals {
    pub(super) async fn by_tls(certificates: &Certificates) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (acceptor, connector) = certificates.ends();
        let (come, came) = mpsc::unbounded_channel();
        let here = listener.local_addr().expect("an address");
        let streams = Streams { here, connector, open: Open::default(), come, came: Mutex::new(came) };
        let (open, come) = (Arc::clone(&streams.open), streams.come.clone());
        tokio::spawn(async move {
            while let Ok((stream, from)) = listener.accept().await {
                if let Ok(stream) = acceptor.accept(stream).await {
                    keep(&open, from, stream, come.clone()).await;
                }
            }
        });
        Self::Streams(streams)
    }

    pub(super) fn here(&self) -> SocketAddr {
        match self {
            Self::Datagrams(socket) => socket.local_addr().expect("an address"),
            Self::Streams(streams) => streams.here,
        }
    }

    /// As `Via` has it.
    pub(super) const fn transport(&self) -> &'static str {
        match self {
            Self::Datagrams(_) => "UDP",
            Self::Streams(_) => "TLS",
        }
    }

    pub(super) async fn send_to(&self, message: &[u8], to: SocketAddr) -> io::Result<()> {
        match self {
            Self::Datagrams(socket) => socket.send_to(message, to).await.map(drop),
            Self::Streams(streams) => streams.send_to(message, to).await,
        }
    }

    pub(super) async fn receive(&self) -> Option<Came> {
        match self {
            Self::Datagrams(socket) => {
                let mut datagram = vec![0; 65_536];
                let (length, from) = socket.recv_from(&mut datagram).await.ok()?;
                datagram.truncate(length);
                Some((datagram, from))
            }
            Self::Streams(streams) => streams.came.lock().await.recv().await,
        }
    }
}

impl Streams {
    async fn send_to(&self, message: &[u8], to: SocketAddr) -> io::Result<()> {
        if !self.open.lock().await.contains_key(&to) {
            let stream = TcpStream::connect(to).await?;
            let name = ServerName::try_from("localhost").expect("a name");
            let stream = self.connector.connect(name, stream).await?;
            keep(&self.open, to, stream, self.come.clone()).await;
        }
        let sender = self.open.lock().await.get(&to).cloned();
        let sent = sender.is_some_and(|sender| sender.send(message.to_vec()).is_ok());
        if sent { Ok(()) } else { Err(io::ErrorKind::NotConnected.into()) }
    }
}

/// Reads and writes a connection until it ends.
async fn keep(
    open: &Open,
    with: SocketAddr,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    come: mpsc::UnboundedSender<Came>,
) {
    let (mut read, mut write) = tokio::io::split(stream);
    let (sender, mut queue) = mpsc::unbounded_channel::<Vec<u8>>();
    open.lock().await.insert(with, sender);
    let gone = Arc::clone(open);
    tokio::spawn(async move {
        while let Some(message) = queue.recv().await {
            if write.write_all(&message).await.and(write.flush().await).is_err() {
                break;
            }
        }
    });
    tokio::spawn(async move {
        let (mut buffer, mut part) = (Vec::new(), [0; 4_096]);
        while let Ok(length @ 1..) = read.read(&mut part).await {
            buffer.extend_from_slice(&part[..length]);
            while let Some(end) = whole(&buffer) {
                let message: Vec<u8> = buffer.drain(..end).collect();
                // Between messages there may be line ends that keep the connection alive.
                if message.iter().any(u8::is_ascii_graphic) && come.send((message, with)).is_err() {
                    return;
                }
            }
        }
        gone.lock().await.remove(&with);
    });
}

/// Where the first message of a stream ends (RFC 3261 section 18.3).
fn whole(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| {
        let value = line.strip_prefix("content-length:").or_else(|| line.strip_prefix("l:"))?;
        value.trim().parse::<usize>().ok()
    });
    let end = head + length.unwrap_or(0);
    (buffer.len() >= end).then_some(end)
}
