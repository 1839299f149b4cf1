//! `POST /leads/{id}/notes`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::LeadId;
use wire::{
    error::ApiError,
    lead_pages::{AddLeadNote, LeadNote},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Writes something about a lead.
#[utoipa::path(
    post,
    path = "/leads/{id}/notes",
    operation_id = "leads_add_note",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = AddLeadNote,
    responses((status = 201, body = LeadNote), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
    Body(body): Body<AddLeadNote>,
) -> ApiResult<(StatusCode, Json<LeadNote>)> {
    Ok((StatusCode::CREATED, Json(backend.add_lead_note(&actor, id, body).await?)))
}
