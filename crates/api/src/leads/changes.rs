//! `GET /leads/{id}/changes`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{error::ApiError, leads::LeadChange};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// What changed on a lead, newest first.
#[utoipa::path(
    get,
    path = "/leads/{id}/changes",
    operation_id = "leads_changes",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<LeadChange>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
) -> ApiResult<Json<Vec<LeadChange>>> {
    Ok(Json(backend.list_lead_changes(&actor, id).await?))
}
