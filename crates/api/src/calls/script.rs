//! `GET /calls/{id}/script`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{config::ScriptStep, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// The script for this call.
#[utoipa::path(
    get,
    path = "/calls/{id}/script",
    operation_id = "calls_script",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<ScriptStep>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<Vec<ScriptStep>>> {
    Ok(Json(backend.call_script(&actor, id).await?))
}
