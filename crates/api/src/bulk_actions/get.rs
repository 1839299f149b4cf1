//! `GET /bulk-actions/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::BulkActionId;
use wire::{error::ApiError, lead_sets::BulkAction};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Where an action stands.
#[utoipa::path(
    get,
    path = "/bulk-actions/{id}",
    operation_id = "bulk_actions_get",
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
    Ok(Json(backend.get_bulk_action(&actor, id).await?))
}
