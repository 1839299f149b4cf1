//! `POST /bulk-actions/{id}/undo`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::BulkActionId;
use wire::{error::ApiError, lead_sets::BulkAction};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Takes an action back, within 24 hours. Leads that somebody has changed again since stay as they are.
#[utoipa::path(
    post,
    path = "/bulk-actions/{id}/undo",
    operation_id = "bulk_actions_undo",
    tag = "bulk_actions",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = BulkAction), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<BulkActionId>,
) -> ApiResult<Json<BulkAction>> {
    Ok(Json(backend.undo_bulk_action(&actor, id).await?))
}
