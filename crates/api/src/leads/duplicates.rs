//! `GET /leads/{id}/duplicates`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{error::ApiError, lead_pages::LeadDuplicate};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Leads that are probably the same person, by a number or the e-mail address.
#[utoipa::path(
    get,
    path = "/leads/{id}/duplicates",
    operation_id = "leads_duplicates",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<LeadDuplicate>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
) -> ApiResult<Json<Vec<LeadDuplicate>>> {
    Ok(Json(backend.lead_duplicates(&actor, id).await?))
}
