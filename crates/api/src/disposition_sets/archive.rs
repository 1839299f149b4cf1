//! `POST /disposition-sets/{id}/archive`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::DispositionSetId;
use wire::{
    dispositions::{ArchiveDispositionSet, DispositionSet},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Puts a set away that no campaign has, or takes it out again.
#[utoipa::path(
    post,
    path = "/disposition-sets/{id}/archive",
    operation_id = "disposition_sets_archive",
    tag = "disposition-sets",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = ArchiveDispositionSet,
    responses((status = 200, body = DispositionSet), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<DispositionSetId>,
    Body(body): Body<ArchiveDispositionSet>,
) -> ApiResult<Json<DispositionSet>> {
    Ok(Json(backend.archive_disposition_set(&actor, id, body).await?))
}
