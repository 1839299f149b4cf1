//! `GET /bulk-actions`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    lead_sets::BulkAction,
    page::{Page, PageQuery},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Actions on many leads, newest first.
#[utoipa::path(
    get,
    path = "/bulk-actions",
    operation_id = "bulk_actions_list",
    tag = "bulk_actions",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<BulkAction>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<Page<BulkAction>>> {
    Ok(Json(backend.list_bulk_actions(&actor, query).await?))
}
