//! `POST /queues`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    config::{Queue, QueueInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a queue.
#[utoipa::path(
    post,
    path = "/queues",
    operation_id = "queues_create",
    tag = "queues",
    security(("bearer" = [])),
    request_body = QueueInput,
    responses((status = 201, body = Queue), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<QueueInput>,
) -> ApiResult<(StatusCode, Json<Queue>)> {
    Ok((StatusCode::CREATED, Json(backend.create_queue(&actor, body).await?)))
}
