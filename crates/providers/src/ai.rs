//! What speech and language services have in common: an OpenAI-compatible address, a key, and typed failures.

mod endpoint;

use std::time::Duration;

use domain::pii::Personal;
use url::Url;

pub use endpoint::Endpoint;

/// Where a service is and how to speak to it.
#[derive(Debug, Clone)]
pub struct AiSettings {
    /// With the version part, such as `https://api.openai.com/v1` or `http://localhost:11434/v1`.
    pub base_url: Url,
    pub model: String,
    /// Local servers often need none.
    pub api_key: Option<Personal<String>>,
    /// Of one whole request.
    pub timeout: Duration,
}

/// One variant per thing the caller can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AiError {
    #[error("the service address cannot be used: {reason}")]
    BadAddress { reason: String },
    /// Ask the admin for another key.
    #[error("the service does not accept the API key: {message}")]
    BadCredentials { message: String },
    /// The address or the model is wrong.
    #[error("the service knows no such address or model: {message}")]
    NotFound { message: String },
    /// Try again after the pause.
    #[error("the service asks for a pause")]
    RateLimited { retry_after: Option<Duration> },
    /// The account has no money left; a pause does not help.
    #[error("the account at the service is used up: {message}")]
    QuotaExhausted { message: String },
    #[error("the request is too large for the service: {message}")]
    TooLarge { message: String },
    /// Try again later.
    #[error("the service cannot be reached: {reason}")]
    Unreachable { reason: String },
    #[error("the service did not answer within {seconds} s")]
    TimedOut { seconds: u64 },
    /// Try again later.
    #[error("the service is out of order (HTTP {status})")]
    Unavailable { status: u16 },
    /// Show the message to the admin.
    #[error("the service refused the request (HTTP {status}): {message}")]
    Rejected { status: u16, message: String },
    /// The model declined to answer or was cut off.
    #[error("the model gave no complete answer: {reason}")]
    NoAnswer { reason: String },
    #[error("the answer of the service cannot be read: {reason}")]
    Unreadable { reason: String },
}

impl AiError {
    /// Whether the same request can succeed later without anybody changing a setting.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Unavailable { .. } => {
                true
            }
            Self::BadAddress { .. }
            | Self::BadCredentials { .. }
            | Self::NotFound { .. }
            | Self::QuotaExhausted { .. }
            | Self::TooLarge { .. }
            | Self::Rejected { .. }
            | Self::NoAnswer { .. }
            | Self::Unreadable { .. } => false,
        }
    }
}
