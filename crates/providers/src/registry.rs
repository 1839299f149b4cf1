//! A national registry of people who do not want to be called, asked about numbers before they are dialed.

use std::{collections::HashSet, time::Duration};

use async_trait::async_trait;
use domain::pii::Personal;
use reqwest::{Client, header::CONTENT_TYPE};
use serde::Deserialize;
use url::Url;

use crate::{
    http_client,
    outside::{self, Reach},
};

/// A person waits for the answer, with a finger on the key.
const PATIENCE: Duration = Duration::from_secs(4);
/// Asked about with one request.
const AT_ONCE: usize = 500;
const MOST_BODY_BYTES: usize = 256 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    #[error("no answer: {0}")]
    Unreachable(String),
    #[error("the answer was HTTP {0}")]
    Refused(u16),
    #[error("the answer is not {{\"listed\": [...]}}")]
    Unreadable,
    #[error("the list has run out, or there is none")]
    NoList,
}

/// Something that knows which numbers are listed.
#[async_trait]
pub trait Registry: Send + Sync {
    /// For each number (E.164), in their order, whether it is listed.
    ///
    /// # Errors
    /// See [`RegistryError`]; nothing is known of any of the numbers then.
    async fn check(&self, numbers: &[Personal<String>]) -> Result<Vec<bool>, RegistryError>;
}

/// Asks by `POST` of `{"numbers": ["+91..."]}`; the answer is `{"listed": ["+91..."]}`. The access to each nation's own registry is a
/// small program of the organisation, or of a vendor, that speaks this.
pub struct HttpRegistry {
    url: Url,
    token: Option<Personal<String>>,
    reach: Reach,
}

#[derive(Deserialize)]
struct Answer {
    listed: Vec<String>,
}

impl HttpRegistry {
    /// `token`: for `Authorization: Bearer`.
    pub const fn new(url: Url, token: Option<Personal<String>>, reach: Reach) -> Self {
        Self { url, token, reach }
    }

    async fn ask(&self, client: &Client, numbers: &[Personal<String>]) -> Result<HashSet<String>, RegistryError> {
        let unreachable = |error| RegistryError::Unreachable(http_client::root_cause(error));
        let plain: Vec<&str> = numbers.iter().map(|number| number.reveal().as_str()).collect();
        let body = serde_json::json!({ "numbers": plain }).to_string();
        let mut request = client.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.reveal());
        }
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        if !status.is_success() {
            return Err(RegistryError::Refused(status.as_u16()));
        }
        let bytes =
            http_client::bytes_at_most(response, MOST_BODY_BYTES).await.map_err(|_| RegistryError::Unreadable)?;
        let answer: Answer = serde_json::from_slice(&bytes).map_err(|_| RegistryError::Unreadable)?;
        Ok(answer.listed.into_iter().collect())
    }
}

#[async_trait]
impl Registry for HttpRegistry {
    async fn check(&self, numbers: &[Personal<String>]) -> Result<Vec<bool>, RegistryError> {
        let client =
            outside::client(self.reach, PATIENCE).map_err(|error| RegistryError::Unreachable(error.to_string()))?;
        let mut all = Vec::with_capacity(numbers.len());
        for part in numbers.chunks(AT_ONCE) {
            let listed = self.ask(&client, part).await?;
            all.extend(part.iter().map(|number| listed.contains(number.reveal())));
        }
        Ok(all)
    }
}
