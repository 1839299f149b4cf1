//! `GET /callbacks`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    page::Page,
    tasks::{Callback, TaskFilter},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Callbacks, soonest due first.
#[utoipa::path(
    get,
    path = "/callbacks",
    operation_id = "callbacks_list",
    tag = "callbacks",
    security(("bearer" = [])),
    params(TaskFilter),
    responses((status = 200, body = Page<Callback>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<TaskFilter>,
) -> ApiResult<Json<Page<Callback>>> {
    Ok(Json(backend.list_callbacks(&actor, query).await?))
}
