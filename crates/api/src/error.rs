//! Every refusal leaves as a `wire::error::ApiError` with a request id.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use backend::error::BackendError;
use wire::error::{ApiError, ErrorCode, FieldError};

/// Result of every handler.
pub type ApiResult<T> = Result<T, Refusal>;

/// An error on its way out.
#[derive(Debug)]
pub struct Refusal(BackendError);

impl From<BackendError> for Refusal {
    fn from(error: BackendError) -> Self {
        Self(error)
    }
}

pub const fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::MalformedBody => StatusCode::BAD_REQUEST,
        ErrorCode::InvalidFields => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::NotSignedIn | ErrorCode::TokenExpired | ErrorCode::TokenReused | ErrorCode::WrongCredentials => {
            StatusCode::UNAUTHORIZED
        }
        ErrorCode::TooManyTries => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::NotAllowed
        | ErrorCode::DoNotCall
        | ErrorCode::ConsentWithdrawn
        | ErrorCode::RegistryUnknown
        | ErrorCode::OutsideCallingHours => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::AlreadyExists
        | ErrorCode::Conflict
        | ErrorCode::IdempotencyMismatch
        | ErrorCode::InProgress
        | ErrorCode::OfferTaken
        | ErrorCode::WrongCallState
        | ErrorCode::NotSupportedByCarrier
        | ErrorCode::LeadHeld
        | ErrorCode::JustDialed
        | ErrorCode::LeaseOver
        | ErrorCode::NoDevice
        | ErrorCode::NotConfigured => StatusCode::CONFLICT,
        ErrorCode::OfferGone => StatusCode::GONE,
        ErrorCode::UpstreamFailed => StatusCode::BAD_GATEWAY,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An error found before a use-case was reached.
pub fn refuse(code: ErrorCode, message: impl Into<String>, fields: Vec<FieldError>) -> Response {
    let body = ApiError {
        code,
        message: message.into(),
        fields,
        retry_after_s: None,
        details: None,
        request_id: uuid::Uuid::now_v7().to_string(),
    };
    (status(code), Json(body)).into_response()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let code = self.0.code();
        let request_id = uuid::Uuid::now_v7().to_string();
        let message = match &self.0 {
            BackendError::Internal(cause) => {
                tracing::error!(%request_id, %cause, "request failed");
                "something went wrong on the server; the log has the details".to_owned()
            }
            other => other.to_string(),
        };
        let (mut fields, mut retry_after_s, mut details) = (Vec::new(), None, None);
        match self.0 {
            BackendError::InvalidFields(found) => fields = found,
            BackendError::TooManyTries { retry_after_s: wait } => retry_after_s = Some(wait),
            BackendError::InProgress => retry_after_s = Some(1),
            BackendError::OfferTaken { by } => details = Some(serde_json::json!({ "taken_by": by })),
            BackendError::DoNotCall(objection) => details = Some(serde_json::json!({ "objection": objection })),
            BackendError::OutsideCallingHours { opens_at } => {
                details = Some(serde_json::json!({ "opens_at_ms": opens_at }));
            }
            BackendError::LeadHeld { by, until } => {
                details = Some(serde_json::json!({ "held_by": by, "until_ms": until }));
            }
            BackendError::JustDialed { until } => details = Some(serde_json::json!({ "until_ms": until })),
            _ => {}
        }
        let mut response = (status(code), Json(ApiError { code, message, fields, retry_after_s, details, request_id }))
            .into_response();
        if let Some(wait) = retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
        }
        response
    }
}
