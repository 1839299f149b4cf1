//! `GET /leads/{id}/merges`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{error::ApiError, lead_pages::LeadMerge};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// What was made one with this lead in the last two days, the newest first.
#[utoipa::path(
    get,
    path = "/leads/{id}/merges",
    operation_id = "leads_merges",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<LeadMerge>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
) -> ApiResult<Json<Vec<LeadMerge>>> {
    Ok(Json(backend.list_lead_merges(&actor, id).await?))
}
