//! Exotel's refusals as the things a caller can do.

use reqwest::{Response, StatusCode};
use serde::Deserialize;

use crate::{http_client, rest::RequestKind, telephony::CarrierError};

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
        _ if status.is_server_error() => kind.server_failed(status, &message),
        _ => CarrierError::Rejected { code, message },
    }
}
