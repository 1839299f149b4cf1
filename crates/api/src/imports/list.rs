//! `GET /imports`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    imports::Import,
    page::{Page, PageQuery},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Imports, newest first.
#[utoipa::path(
    get,
    path = "/imports",
    operation_id = "imports_list",
    tag = "imports",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<Import>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<Page<Import>>> {
    Ok(Json(backend.list_imports(&actor, query).await?))
}
