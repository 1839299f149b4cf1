//! `GET /tasks`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    page::Page,
    tasks::{Task, TaskFilter},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Tasks, soonest due first.
#[utoipa::path(
    get,
    path = "/tasks",
    operation_id = "tasks_list",
    tag = "tasks",
    security(("bearer" = [])),
    params(TaskFilter),
    responses((status = 200, body = Page<Task>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<TaskFilter>,
) -> ApiResult<Json<Page<Task>>> {
    Ok(Json(backend.list_tasks(&actor, query).await?))
}
