//! `GET /disposition-sets/{id}/versions`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::DispositionSetId;
use wire::{dispositions::DispositionSetVersion, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// The versions of a set, the newest first.
#[utoipa::path(
    get,
    path = "/disposition-sets/{id}/versions",
    operation_id = "disposition_sets_versions",
    tag = "disposition-sets",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<DispositionSetVersion>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<DispositionSetId>,
) -> ApiResult<Json<Vec<DispositionSetVersion>>> {
    Ok(Json(backend.list_disposition_set_versions(&actor, id).await?))
}
