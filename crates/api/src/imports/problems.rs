//! `GET /imports/{id}/problems`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::ImportId;
use wire::{
    error::ApiError,
    imports::ImportProblem,
    page::{Page, PageQuery},
};

use crate::{
    error::ApiResult,
    extract::{Id, Params, SignedIn},
};

/// Rows that were left out or doubtful, in their order.
#[utoipa::path(
    get,
    path = "/imports/{id}/problems",
    operation_id = "imports_problems",
    tag = "imports",
    security(("bearer" = [])),
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<ImportProblem>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<ImportId>,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<Page<ImportProblem>>> {
    Ok(Json(backend.list_import_problems(&actor, id, query).await?))
}
