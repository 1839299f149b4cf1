//! `POST /imports/{id}/preview`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::ImportId;
use wire::{
    error::ApiError,
    imports::{ImportPreview, PreviewImport},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// How the file would be read, and the first rows as they would be stored.
#[utoipa::path(
    post,
    path = "/imports/{id}/preview",
    operation_id = "imports_preview",
    tag = "imports",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = PreviewImport,
    responses((status = 200, body = ImportPreview), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<ImportId>,
    Body(body): Body<PreviewImport>,
) -> ApiResult<Json<ImportPreview>> {
    Ok(Json(backend.preview_import(&actor, id, body).await?))
}
