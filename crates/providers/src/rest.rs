//! What an answer, or the lack of one, of a carrier's REST API means.

use reqwest::{Response, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::{
    http_client::{bytes_at_most, root_cause},
    telephony::{CarrierError, RecordingFile},
};

/// What a request was, because the same silence means different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    Read,
    /// May have placed or changed a call.
    Change,
}

impl RequestKind {
    /// The error of a request that got no answer.
    pub fn no_answer(self, error: reqwest::Error) -> CarrierError {
        let sent = !error.is_connect() && !error.is_builder();
        let reason = if error.is_timeout() { "no answer in time".to_owned() } else { root_cause(error) };
        match self {
            Self::Change if sent => CarrierError::OutcomeUnknown { reason },
            Self::Change | Self::Read => CarrierError::Unreachable { reason },
        }
    }

    /// The error of an answer of 5xx.
    pub fn server_failed(self, status: StatusCode, message: &str) -> CarrierError {
        match self {
            Self::Read => CarrierError::Unavailable { status: status.as_u16() },
            Self::Change => CarrierError::OutcomeUnknown { reason: format!("HTTP {status}: {message}") },
        }
    }

    /// The error of an answer of 2xx whose body is not what it should be.
    fn unreadable(self, error: reqwest::Error) -> CarrierError {
        let reason = root_cause(error);
        match self {
            Self::Change => CarrierError::OutcomeUnknown { reason },
            Self::Read => CarrierError::Rejected { code: None, message: format!("unreadable answer: {reason}") },
        }
    }
}

/// The body of a 2xx; of anything else what `refused` makes of it.
///
/// # Errors
/// [`CarrierError`].
pub async fn read<T: DeserializeOwned>(
    kind: RequestKind,
    response: Response,
    refused: impl AsyncFnOnce(RequestKind, Response) -> CarrierError,
) -> Result<T, CarrierError> {
    if !response.status().is_success() {
        return Err(refused(kind, response).await);
    }
    response.json().await.map_err(|error| kind.unreadable(error))
}

/// The file of a recording, at most `most` bytes of it. One that is not there may still come.
///
/// # Errors
/// [`CarrierError`].
pub async fn recording(
    response: Response,
    most: usize,
    refused: impl AsyncFnOnce(RequestKind, Response) -> CarrierError,
) -> Result<RecordingFile, CarrierError> {
    match response.status() {
        StatusCode::NOT_FOUND => return Err(CarrierError::NotYet),
        status if !status.is_success() => return Err(refused(RequestKind::Read, response).await),
        _ => {}
    }
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    Ok(RecordingFile { content_type, bytes: bytes_at_most(response, most).await? })
}
