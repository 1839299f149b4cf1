//! `GET /leads/{id}/files`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{error::ApiError, lead_pages::LeadFile};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Files that lie with a lead, the newest first.
#[utoipa::path(
    get,
    path = "/leads/{id}/files",
    operation_id = "leads_files",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<LeadFile>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
) -> ApiResult<Json<Vec<LeadFile>>> {
    Ok(Json(backend.list_lead_files(&actor, id).await?))
}
