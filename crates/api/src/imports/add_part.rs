//! `PUT /imports/{id}/parts`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::ImportId;
use wire::{
    error::ApiError,
    imports::{Import, ImportPart},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Keeps the next part of the file. A part that is there already changes nothing, so it can be sent again.
#[utoipa::path(
    put,
    path = "/imports/{id}/parts",
    operation_id = "imports_add_part",
    tag = "imports",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = ImportPart,
    responses((status = 200, body = Import), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<ImportId>,
    Body(body): Body<ImportPart>,
) -> ApiResult<Json<Import>> {
    Ok(Json(backend.add_import_part(&actor, id, body).await?))
}
