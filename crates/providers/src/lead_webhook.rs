//! Tells an organisation's own program of a new lead: one signed request, whose answer is only its status.

use std::time::Duration;

use domain::pii::Personal;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, header::CONTENT_TYPE};
use sha2::Sha256;
use url::Url;

use crate::{
    http_client,
    outside::{self, Reach},
};

const PATIENCE: Duration = Duration::from_secs(10);

/// When the request was signed, in seconds since 1970 UTC.
pub const TIMESTAMP: &str = "x-switchboard-timestamp";
/// `v1=` and the hexadecimal HMAC-SHA-256 of `<timestamp>.<body>` by the secret.
pub const SIGNATURE: &str = "x-switchboard-signature";
/// The same for each try of one delivery.
pub const DELIVERY: &str = "x-switchboard-delivery";

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TellError {
    #[error("no answer: {0}")]
    Unreachable(String),
    #[error("the answer was HTTP {0}")]
    Refused(u16),
}

/// The hexadecimal signature of a body.
pub fn sign(secret: &Personal<String>, timestamp: i64, body: &str) -> String {
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of any length (RFC 2104 section 3)"),
    };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Sends once and gives the status of the answer. Redirects are answers like any other.
///
/// # Errors
/// See [`TellError`]; it may be sent again.
pub async fn tell(
    url: &Url,
    reach: Reach,
    secret: &Personal<String>,
    delivery: &str,
    timestamp: i64,
    body: String,
) -> Result<u16, TellError> {
    let unreachable = |error| TellError::Unreachable(http_client::root_cause(error));
    let client: Client = outside::client(reach, PATIENCE).map_err(|error| TellError::Unreachable(error.to_string()))?;
    let signature = format!("v1={}", sign(secret, timestamp, &body));
    let request = client
        .post(url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header(TIMESTAMP, timestamp)
        .header(SIGNATURE, signature)
        .header(DELIVERY, delivery)
        .body(body);
    let status = request.send().await.map_err(unreachable)?.status();
    if status.is_success() { Ok(status.as_u16()) } else { Err(TellError::Refused(status.as_u16())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `printf '7.{}' | openssl dgst -sha256 -hmac key`.
    #[test]
    fn a_signature_is_of_time_and_body() {
        let secret = Personal::new("key".to_owned());
        let signature = sign(&secret, 7, "{}");
        assert_eq!(signature, "77bc83bd1f40422311e47918b203449aecf84b02c1568bb1b570ac2a474cc2d8");
        assert_ne!(sign(&secret, 8, "{}"), signature);
    }
}
