//! `POST /calls/{id}/digits`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::CallId;
use wire::{calls::SendDigits, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Sends DTMF digits to the customer side.
#[utoipa::path(
    post,
    path = "/calls/{id}/digits",
    operation_id = "calls_digits",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SendDigits,
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<SendDigits>,
) -> ApiResult<StatusCode> {
    backend.send_digits(&actor, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}
