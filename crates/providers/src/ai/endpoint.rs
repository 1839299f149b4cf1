//! One OpenAI-compatible server: joins addresses, adds the key, reads errors.

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;

use super::{AiError, AiSettings};
use crate::http_client;

/// Answers are text; the largest transcript of an hour stays far below.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
const MAX_MESSAGE_CHARS: usize = 300;

#[derive(Debug, Clone)]
pub struct Endpoint {
    settings: AiSettings,
    http: Client,
}

impl Endpoint {
    pub fn new(settings: AiSettings) -> Result<Self, AiError> {
        let scheme = settings.base_url.scheme();
        if scheme != "https" && scheme != "http" {
            return Err(AiError::BadAddress { reason: format!("{scheme} is not http or https") });
        }
        if settings.model.trim().is_empty() {
            return Err(AiError::BadAddress { reason: "no model is named".to_owned() });
        }
        let http =
            http_client::client(settings.timeout).map_err(|error| AiError::BadAddress { reason: error.to_string() })?;
        Ok(Self { settings, http })
    }

    pub fn model(&self) -> &str {
        &self.settings.model
    }

    pub fn host(&self) -> &str {
        self.settings.base_url.host_str().unwrap_or("localhost")
    }

    /// `path` begins with a slash and follows the base address whether or not that ends with one.
    pub fn post(&self, path: &str) -> RequestBuilder {
        let base = self.settings.base_url.as_str().trim_end_matches('/');
        let request = self.http.post(format!("{base}{path}"));
        match &self.settings.api_key {
            Some(key) if !key.reveal().is_empty() => request.bearer_auth(key.reveal()),
            Some(_) | None => request,
        }
    }

    /// Sends once and gives the body of a 2xx answer.
    pub async fn send(&self, request: RequestBuilder) -> Result<Vec<u8>, AiError> {
        let response = request.send().await.map_err(|error| self.transport(error))?;
        if !response.status().is_success() {
            return Err(from_response(response).await);
        }
        self.read_limited(response).await
    }

    async fn read_limited(&self, mut response: Response) -> Result<Vec<u8>, AiError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.transport(error))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(AiError::Unreadable { reason: format!("more than {MAX_ANSWER_BYTES} bytes") });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn transport(&self, error: reqwest::Error) -> AiError {
        if error.is_timeout() && !error.is_connect() {
            AiError::TimedOut { seconds: self.settings.timeout.as_secs() }
        } else {
            AiError::Unreachable { reason: http_client::root_cause(error) }
        }
    }
}

/// `{"error":{"message","type","param","code"}}`, where servers differ in everything but the nesting.
#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ErrorDetail {
    Object {
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        code: Option<serde_json::Value>,
    },
    Text(String),
}

async fn from_response(response: Response) -> AiError {
    let status = response.status();
    let retry_after = http_client::retry_after(&response);
    let body = response.text().await.unwrap_or_default();
    let (message, code) = match serde_json::from_str(&body) {
        Ok(ErrorBody { error: ErrorDetail::Object { message, code } }) => (message.unwrap_or_default(), code),
        Ok(ErrorBody { error: ErrorDetail::Text(message) }) => (message, None),
        Err(_) => (body, None),
    };
    let message: String = message.chars().take(MAX_MESSAGE_CHARS).collect();
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => AiError::BadCredentials { message },
        StatusCode::NOT_FOUND => AiError::NotFound { message },
        StatusCode::PAYLOAD_TOO_LARGE => AiError::TooLarge { message },
        StatusCode::TOO_MANY_REQUESTS if code.as_ref().and_then(|code| code.as_str()) == Some("insufficient_quota") => {
            AiError::QuotaExhausted { message }
        }
        StatusCode::PAYMENT_REQUIRED => AiError::QuotaExhausted { message },
        StatusCode::TOO_MANY_REQUESTS => AiError::RateLimited { retry_after },
        status if status.is_server_error() => AiError::Unavailable { status: status.as_u16() },
        status => AiError::Rejected { status: status.as_u16(), message },
    }
}
