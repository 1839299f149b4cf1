//! `GET /leads/{id}/consents`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadId;
use wire::{error::ApiError, leads::ConsentRecord};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// What the person said about being contacted, the newest first: of each channel and purpose the first entry counts.
#[utoipa::path(
    get,
    path = "/leads/{id}/consents",
    operation_id = "leads_consents",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<ConsentRecord>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
) -> ApiResult<Json<Vec<ConsentRecord>>> {
    Ok(Json(backend.list_consents(&actor, id).await?))
}
