//! `GET /worklist`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    page::Page,
    worklist::{WorklistEntry, WorklistFilter},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Leads in the order in which they are to be called.
#[utoipa::path(
    get,
    path = "/worklist",
    operation_id = "worklist_list",
    tag = "worklist",
    security(("bearer" = [])),
    params(WorklistFilter),
    responses((status = 200, body = Page<WorklistEntry>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<WorklistFilter>,
) -> ApiResult<Json<Page<WorklistEntry>>> {
    Ok(Json(backend.list_worklist(&actor, query).await?))
}
