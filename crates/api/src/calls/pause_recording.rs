//! `POST /calls/{id}/recording/pause`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{calls::LiveCall, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Silence is recorded until resumed.
#[utoipa::path(
    post,
    path = "/calls/{id}/recording/pause",
    operation_id = "calls_pause_recording",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = LiveCall), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<LiveCall>> {
    Ok(Json(backend.pause_recording(&actor, id).await?))
}
