//! `POST /calls/{id}/decline`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::CallId;
use wire::{calls::DeclineCall, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Sends the offered call on to the next agent.
#[utoipa::path(
    post,
    path = "/calls/{id}/decline",
    operation_id = "calls_decline",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = DeclineCall,
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<DeclineCall>,
) -> ApiResult<StatusCode> {
    backend.decline_call(&actor, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}
