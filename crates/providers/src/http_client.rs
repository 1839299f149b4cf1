//! The HTTP client that all vendors share.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{Client, ClientBuilder, Response, header};
use rustls::{ClientConfig, crypto::aws_lc_rs};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::telephony::CarrierError;

pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// By ALPN (RFC 7301), the one that is liked best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("what this system trusts cannot be read: {0}")]
    Trust(#[from] rustls::Error),
    #[error(transparent)]
    Build(#[from] reqwest::Error),
}

/// Whom this system trusts, read once: it takes some tens of milliseconds, and after a restart every call wants a client at once.
fn trust() -> Result<ClientConfig, rustls::Error> {
    static READ: Mutex<Option<ClientConfig>> = Mutex::new(None);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(config) = &*read {
        return Ok(config.clone());
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(read.insert(config).clone())
}

/// A client that follows no redirects, so that credentials never travel to another host.
pub fn client(total_timeout: Duration) -> Result<Client, ClientError> {
    Ok(builder(total_timeout)?.build()?)
}

/// As [`client`], to be told more.
pub fn builder(total_timeout: Duration) -> Result<ClientBuilder, ClientError> {
    let builder = Client::builder()
        .tls_backend_preconfigured(trust()?)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(total_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")));
    Ok(builder)
}

/// Whole seconds or nothing; the date form is not used by the vendors here.
pub fn retry_after(response: &Response) -> Option<Duration> {
    let seconds: u64 = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The innermost cause, which is where the operating system's words are. Without the URL.
pub fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The body, read piece by piece so that a larger one costs no memory.
pub async fn bytes_at_most(mut response: Response, most: usize) -> Result<bytes::Bytes, CarrierError> {
    let mut body = bytes::BytesMut::new();
    loop {
        let chunk = response.chunk().await.map_err(|error| CarrierError::Unreachable { reason: root_cause(error) })?;
        let Some(chunk) = chunk else { return Ok(body.freeze()) };
        if body.len() + chunk.len() > most {
            let message = format!("the file is larger than {most} bytes");
            return Err(CarrierError::Rejected { code: None, message });
        }
        body.extend_from_slice(&chunk);
    }
}
