//! The HTTP client that all vendors share.

use std::{error::Error, time::Duration};

use reqwest::{Client, ClientBuilder, Response, header};

use crate::telephony::CarrierError;

pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A client that follows no redirects, so that credentials never travel to another host.
pub fn client(total_timeout: Duration) -> Result<Client, reqwest::Error> {
    builder(total_timeout).build()
}

/// As [`client`], to be told more.
pub fn builder(total_timeout: Duration) -> ClientBuilder {
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(total_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
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
