//! `GET /calls/{id}/live`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{calls::LiveCall, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// A call that is under way.
#[utoipa::path(
    get,
    path = "/calls/{id}/live",
    operation_id = "calls_live",
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
    Ok(Json(backend.live_call(&actor, id).await?))
}
