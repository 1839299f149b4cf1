use wire::error::{ApiError, ErrorCode};

/// Why no answer of the server can be handed over. An answer that says "no" is not one of these: see
/// [`ApiResponse`](super::ApiResponse).
#[derive(Debug, Clone, thiserror::Error)]
pub enum RequestError {
    /// The server was not reached, or its answer did not arrive: try later, with the same idempotency key.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// Nobody is signed in here.
    #[error("not signed in")]
    SignedOut,
    /// Signing in was refused; the server's own words.
    #[error("{}", .0.message)]
    Refused(Box<ApiError>),
    /// The answer is not what this version understands: one of the two needs an update.
    #[error("the server's answer was not understood: {0}")]
    BadAnswer(String),
    /// The address or path asked for is not one.
    #[error("not an address: {0}")]
    BadAddress(String),
}

impl RequestError {
    /// The same as the API would say it, for callers that show `ApiError`s.
    pub fn to_api_error(&self) -> ApiError {
        let code = match self {
            Self::Refused(error) => return (**error).clone(),
            Self::Unreachable(_) => ErrorCode::Unavailable,
            Self::SignedOut => ErrorCode::NotSignedIn,
            Self::BadAnswer(_) => ErrorCode::UpstreamFailed,
            Self::BadAddress(_) => ErrorCode::NotFound,
        };
        ApiError {
            code,
            message: self.to_string(),
            fields: Vec::new(),
            retry_after_s: None,
            details: None,
            request_id: String::new(),
        }
    }
}

impl From<reqwest::Error> for RequestError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_builder() {
            return Self::BadAddress(error.to_string());
        }
        // `without_url`: paths hold ids that do not belong into logs, and the text is shown.
        Self::Unreachable(error.without_url().to_string())
    }
}
