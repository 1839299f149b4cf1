//! `POST /auth/sign-out`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use backend::Backend;
use wire::error::ApiError;

use super::cookie;
use crate::{error::ApiResult, extract::SignedIn};

/// Ends this sign-in.
#[utoipa::path(
    post,
    path = "/auth/sign-out",
    operation_id = "auth_sign_out",
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Response> {
    backend.sign_out(&actor).await?;
    Ok((StatusCode::NO_CONTENT, cookie::clear(backend.is_public_https())).into_response())
}
