//! `GET /imports/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::ImportId;
use wire::{error::ApiError, imports::Import};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Where an import stands.
#[utoipa::path(
    get,
    path = "/imports/{id}",
    operation_id = "imports_get",
    tag = "imports",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Import), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<ImportId>,
) -> ApiResult<Json<Import>> {
    Ok(Json(backend.get_import(&actor, id).await?))
}
