//! `POST /auth/sign-in`

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use backend::Backend;
use wire::{
    accounts::{SignIn, SignedIn},
    error::ApiError,
};

use super::cookie;
use crate::{
    error::ApiResult,
    extract::{Body, ClientAddress},
};

/// Signs in with e-mail and password. Repeated failures have to wait.
#[utoipa::path(
    post,
    path = "/auth/sign-in",
    operation_id = "auth_sign_in",
    tag = "auth",
    request_body = SignIn,
    responses((status = 200, body = SignedIn), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<SignIn>,
) -> ApiResult<Response> {
    let device = body.device;
    let signed_in = backend.sign_in(body, address, cookie::user_agent(&headers)).await?;
    let (cookies, signed_in) = cookie::hand_out(device, signed_in, backend.is_public_https());
    Ok((cookies, Json(signed_in)).into_response())
}
