//! `POST /tasks/{id}/snooze`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::TaskId;
use wire::{
    error::ApiError,
    tasks::{SnoozeFollowUp, Task},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Puts the reminder of a task off.
#[utoipa::path(
    post,
    path = "/tasks/{id}/snooze",
    operation_id = "tasks_snooze",
    tag = "tasks",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SnoozeFollowUp,
    responses((status = 200, body = Task), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<TaskId>,
    Body(body): Body<SnoozeFollowUp>,
) -> ApiResult<Json<Task>> {
    Ok(Json(backend.snooze_task(&actor, id, body).await?))
}
