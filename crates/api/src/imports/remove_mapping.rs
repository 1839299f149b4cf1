//! `DELETE /import-mappings`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use wire::{error::ApiError, imports::MappingQuery};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Forgets a mapping.
#[utoipa::path(
    delete,
    path = "/import-mappings",
    operation_id = "import_mappings_remove",
    tag = "imports",
    security(("bearer" = [])),
    params(MappingQuery),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<MappingQuery>,
) -> ApiResult<StatusCode> {
    backend.remove_import_mapping(&actor, query).await?;
    Ok(StatusCode::NO_CONTENT)
}
