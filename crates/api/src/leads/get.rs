//! `GET /leads/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{error::ApiError, leads::LeadCard};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// A lead with promises and recent calls.
#[utoipa::path(
    get,
    path = "/leads/{id}",
    operation_id = "leads_get",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = LeadCard), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
) -> ApiResult<Json<LeadCard>> {
    Ok(Json(backend.get_lead(&actor, id).await?))
}
