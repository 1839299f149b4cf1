//! `GET /import-mappings`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, imports::ImportMapping};

use crate::{error::ApiResult, extract::SignedIn};

/// Saved mappings, the last used first.
#[utoipa::path(
    get,
    path = "/import-mappings",
    operation_id = "import_mappings_list",
    tag = "imports",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<ImportMapping>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<ImportMapping>>> {
    Ok(Json(backend.list_import_mappings(&actor).await?))
}
