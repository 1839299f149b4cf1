//! `PATCH /leads/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{
    error::ApiError,
    leads::{Lead, UpdateLead},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Changes fields of a lead; each change is kept with undo.
#[utoipa::path(
    patch,
    path = "/leads/{id}",
    operation_id = "leads_update",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = UpdateLead,
    responses((status = 200, body = Lead), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
    Body(body): Body<UpdateLead>,
) -> ApiResult<Json<Lead>> {
    Ok(Json(backend.update_lead(&actor, id, body).await?))
}
