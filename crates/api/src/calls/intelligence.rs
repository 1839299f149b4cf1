//! `GET /calls/{id}/intelligence`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{error::ApiError, intelligence::CallIntelligence};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Transcript, analysis, and what changed on the lead.
#[utoipa::path(
    get,
    path = "/calls/{id}/intelligence",
    operation_id = "calls_intelligence",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = CallIntelligence), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<CallIntelligence>> {
    Ok(Json(backend.call_intelligence(&actor, id).await?))
}
