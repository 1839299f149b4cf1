//! `POST /leads/{id}/merge`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{error::ApiError, lead_pages::MergeLeads, leads::Lead};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Makes another lead one with this one; it can be undone for 24 hours.
#[utoipa::path(
    post,
    path = "/leads/{id}/merge",
    operation_id = "leads_merge",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = MergeLeads,
    responses((status = 200, body = Lead), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
    Body(body): Body<MergeLeads>,
) -> ApiResult<Json<Lead>> {
    Ok(Json(backend.merge_leads(&actor, id, body).await?))
}
