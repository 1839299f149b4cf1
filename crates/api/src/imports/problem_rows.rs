//! `GET /imports/{id}/problem-rows`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::ImportId;
use wire::{error::ApiError, imports::FilePart, page::PageQuery};

use crate::{
    error::ApiResult,
    extract::{Id, Params, SignedIn},
};

/// The same rows as CSV, with row number, column and reason, a part at a time.
#[utoipa::path(
    get,
    path = "/imports/{id}/problem-rows",
    operation_id = "imports_problem_rows",
    tag = "imports",
    security(("bearer" = [])),
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = FilePart), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<ImportId>,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<FilePart>> {
    Ok(Json(backend.import_problem_rows(&actor, id, query).await?))
}
