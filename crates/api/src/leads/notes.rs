//! `GET /leads/{id}/notes`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{
    error::ApiError,
    lead_pages::LeadNote,
    page::{Page, PageQuery},
};

use crate::{
    error::ApiResult,
    extract::{Id, Params, SignedIn},
};

/// What people wrote about a lead, the newest first.
#[utoipa::path(
    get,
    path = "/leads/{id}/notes",
    operation_id = "leads_notes",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<LeadNote>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<Page<LeadNote>>> {
    Ok(Json(backend.list_lead_notes(&actor, id, query).await?))
}
