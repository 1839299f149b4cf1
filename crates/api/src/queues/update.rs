//! `PUT /queues/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::QueueId;
use wire::{
    config::{Queue, QueueInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Replaces a queue.
#[utoipa::path(
    put,
    path = "/queues/{id}",
    operation_id = "queues_update",
    tag = "queues",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = QueueInput,
    responses((status = 200, body = Queue), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<QueueId>,
    Body(body): Body<QueueInput>,
) -> ApiResult<Json<Queue>> {
    Ok(Json(backend.update_queue(&actor, id, body).await?))
}
