//! `GET /bulk-actions/{id}/file`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::BulkActionId;
use wire::{error::ApiError, recordings::SignedUrl};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// An address of the file of an export, as long as it is kept.
#[utoipa::path(
    get,
    path = "/bulk-actions/{id}/file",
    operation_id = "bulk_actions_file",
    tag = "bulk_actions",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = SignedUrl), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<BulkActionId>,
) -> ApiResult<Json<SignedUrl>> {
    Ok(Json(backend.export_url(&actor, id).await?))
}
