//! `POST /leads/{id}/changes/{change_id}/undo`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::{LeadChangeId, LeadId};
use wire::{error::ApiError, leads::Lead};

use crate::{
    error::ApiResult,
    extract::{Ids, SignedIn},
};

/// Puts one field back, if nobody changed it since.
#[utoipa::path(
    post,
    path = "/leads/{id}/changes/{change_id}/undo",
    operation_id = "leads_undo_change",
    tag = "leads",
    security(("bearer" = [])),
    params(("id" = String, Path), ("change_id" = String, Path)),
    responses((status = 200, body = Lead), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Ids(id, change): Ids<LeadId, LeadChangeId>,
) -> ApiResult<Json<Lead>> {
    Ok(Json(backend.undo_lead_change(&actor, id, change).await?))
}
