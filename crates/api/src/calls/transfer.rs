//! `POST /calls/{id}/transfer`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{
    calls::{LiveCall, StartTransfer},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Blind transfer to an agent, a queue or a number.
#[utoipa::path(
    post,
    path = "/calls/{id}/transfer",
    operation_id = "calls_transfer",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = StartTransfer,
    responses((status = 200, body = LiveCall), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<StartTransfer>,
) -> ApiResult<Json<LiveCall>> {
    Ok(Json(backend.transfer_call(&actor, id, body).await?))
}
