//! `PUT /import-mappings`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    imports::{ImportMapping, SaveImportMapping},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Keeps a mapping in place of one of the same name.
#[utoipa::path(
    put,
    path = "/import-mappings",
    operation_id = "import_mappings_save",
    tag = "imports",
    security(("bearer" = [])),
    request_body = SaveImportMapping,
    responses((status = 200, body = ImportMapping), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<SaveImportMapping>,
) -> ApiResult<Json<ImportMapping>> {
    Ok(Json(backend.save_import_mapping(&actor, body).await?))
}
