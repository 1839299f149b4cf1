//! `POST /lead-merges/{id}/undo`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadMergeId;
use wire::{error::ApiError, leads::Lead};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Takes two leads apart that were made one; what somebody has changed since stays.
#[utoipa::path(
    post,
    path = "/lead-merges/{id}/undo",
    operation_id = "lead_merges_undo",
    tag = "lead_merges",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Lead), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadMergeId>,
) -> ApiResult<Json<Lead>> {
    Ok(Json(backend.undo_lead_merge(&actor, id).await?))
}
