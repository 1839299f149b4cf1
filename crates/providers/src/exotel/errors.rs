//! Exotel's refusals as the things a caller can do.

use reqwest::{Response, StatusCode};
use serde::Deserialize;

use crate::{http_client, telephony::CarrierError};

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "RestException")]
    exception: Exception,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exception {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    code: Option<u32>,
}

/// Whether the request may have placed or changed a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    Read,
    Change,
}

pub async fn from_response(kind: RequestKind, response: Response) -> CarrierError {
    let status = response.status();
    let retry_after = http_client::retry_after(&response);
    let body = response.text().await.unwrap_or_default();
    let exception = serde_json::from_str::<Body>(&body).ok().map(|body| body.exception);
    let code = exception.as_ref().and_then(|exception| exception.code);
    let message = exception.and_then(|exception| exception.message).unwrap_or_else(|| format!("HTTP {status}"));
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => CarrierError::BadCredentials { message },
        StatusCode::PAYMENT_REQUIRED => {
            CarrierError::Rejected { code, message: "the Exotel account has no credits left: top it up".to_owned() }
        }
        StatusCode::NOT_FOUND => CarrierError::CallOver,
        StatusCode::TOO_MANY_REQUESTS => CarrierError::RateLimited { retry_after },
        _ if status.is_server_error() => match kind {
            RequestKind::Read => CarrierError::Unavailable { status: status.as_u16() },
            RequestKind::Change => CarrierError::OutcomeUnknown { reason: format!("HTTP {status}: {message}") },
        },
        _ => CarrierError::Rejected { code, message },
    }
}

/// The error of a request that got no answer.
pub fn from_transport(kind: RequestKind, error: reqwest::Error) -> CarrierError {
    let sent = !error.is_connect() && !error.is_builder();
    let reason = if error.is_timeout() { "no answer in time".to_owned() } else { http_client::root_cause(error) };
    match kind {
        RequestKind::Change if sent => CarrierError::OutcomeUnknown { reason },
        RequestKind::Change | RequestKind::Read => CarrierError::Unreachable { reason },
    }
}
