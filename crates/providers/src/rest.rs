//! What an answer, or the lack of one, of a carrier's REST API means.

use std::hash::{BuildHasher, RandomState};

use reqwest::{RequestBuilder, Response, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::{
    back_off::Tries,
    http_client::{bytes_at_most, retry_after, root_cause},
    telephony::{CarrierError, RecordingFile},
};

/// What a request was, because the same silence means different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    Read,
    /// Sets what is there already, ends or removes it: once more changes nothing more.
    Update,
    /// Makes something new, such as a call: once more makes a second one.
    Create,
}

impl RequestKind {
    /// The error of a request that got no answer.
    pub fn no_answer(self, error: reqwest::Error) -> CarrierError {
        let sent = !error.is_connect() && !error.is_builder();
        let reason = if error.is_timeout() { "no answer in time".to_owned() } else { root_cause(error) };
        match self {
            Self::Create if sent => CarrierError::OutcomeUnknown { reason },
            Self::Create | Self::Update | Self::Read => CarrierError::Unreachable { reason },
        }
    }

    /// The error of an answer of 5xx.
    pub fn server_failed(self, status: StatusCode, message: &str) -> CarrierError {
        match self {
            Self::Read | Self::Update => CarrierError::Unavailable { status: status.as_u16() },
            Self::Create => CarrierError::OutcomeUnknown { reason: format!("HTTP {status}: {message}") },
        }
    }

    /// Whether the server asks to come back later, and coming back does nothing twice: 429 says that nothing was done.
    fn may_go_again(self, status: StatusCode) -> bool {
        match self {
            Self::Read | Self::Update => status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error(),
            Self::Create => status == StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// The error of an answer of 2xx whose body is not what it should be.
    fn unreadable(self, error: reqwest::Error) -> CarrierError {
        let reason = root_cause(error);
        match self {
            Self::Create => CarrierError::OutcomeUnknown { reason },
            Self::Read | Self::Update => {
                CarrierError::Rejected { code: None, message: format!("unreadable answer: {reason}") }
            }
        }
    }
}

/// Sends a request, again after a pause while the server asks to come back later. The last answer is given back whatever its
/// status.
///
/// # Errors
/// [`CarrierError`] of a request that got no answer, which is not made again here.
pub async fn send(kind: RequestKind, request: impl Fn() -> RequestBuilder) -> Result<Response, CarrierError> {
    let mut tries = Tries::default();
    loop {
        let response = request().send().await.map_err(|error| kind.no_answer(error))?;
        if !kind.may_go_again(response.status()) {
            return Ok(response);
        }
        match tries.pause(retry_after(&response), jitter()) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Ok(response),
        }
    }
}

/// Another one each time.
fn jitter() -> u8 {
    RandomState::new().hash_one(()).to_le_bytes()[0]
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
