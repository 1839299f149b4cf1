//! `PATCH /tasks/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::TaskId;
use wire::{
    error::ApiError,
    tasks::{Task, UpdateTask},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Changes a task or marks it done.
#[utoipa::path(
    patch,
    path = "/tasks/{id}",
    operation_id = "tasks_update",
    tag = "tasks",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = UpdateTask,
    responses((status = 200, body = Task), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<TaskId>,
    Body(body): Body<UpdateTask>,
) -> ApiResult<Json<Task>> {
    Ok(Json(backend.update_task(&actor, id, body).await?))
}
