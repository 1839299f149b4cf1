//! `POST /leads/{id}/files`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::LeadId;
use wire::{
    error::ApiError,
    lead_pages::{AddLeadFile, LeadFile},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Puts a file to a lead. What it is shows its content, and never its name.
#[utoipa::path(
    post,
    path = "/leads/{id}/files",
    operation_id = "leads_add_file",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = AddLeadFile,
    responses((status = 201, body = LeadFile), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
    Body(body): Body<AddLeadFile>,
) -> ApiResult<(StatusCode, Json<LeadFile>)> {
    Ok((StatusCode::CREATED, Json(backend.add_lead_file(&actor, id, body).await?)))
}
