//! `GET /calls/{id}/sound`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{error::ApiError, sound::CallSound};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// How a call sounded: a series of figures, with holds and reconnects.
#[utoipa::path(
    get,
    path = "/calls/{id}/sound",
    operation_id = "calls_sound",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = CallSound), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<CallSound>> {
    Ok(Json(backend.call_sound(&actor, id).await?))
}
