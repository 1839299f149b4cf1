//! `POST /auth/refresh`

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use backend::{Backend, error::BackendError};
use wire::{
    accounts::{DeviceKind, RefreshRequest, SignedIn},
    error::ApiError,
};

use super::cookie;
use crate::{error::ApiResult, extract::Body};

/// Trades a refresh token for new tokens. Each works once; using one again ends the sign-in on every device it was on, unless
/// it is the same `attempt` whose answer was lost: that one gets the same next token again.
#[utoipa::path(
    post,
    path = "/auth/refresh",
    operation_id = "auth_refresh",
    tag = "auth",
    request_body = RefreshRequest,
    responses((status = 200, body = SignedIn), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    headers: HeaderMap,
    Body(body): Body<RefreshRequest>,
) -> ApiResult<Response> {
    let (device, token) = match body.refresh_token {
        Some(token) => (DeviceKind::Desktop, token),
        None => (DeviceKind::Browser, cookie::refresh_token(&headers).ok_or(BackendError::NotSignedIn)?),
    };
    let signed_in = backend.refresh(token, body.attempt).await?;
    let (cookies, signed_in) = cookie::hand_out(device, signed_in, backend.is_public_https());
    Ok((cookies, Json(signed_in)).into_response())
}
