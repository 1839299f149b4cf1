//! `GET /queues/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::QueueId;
use wire::{config::Queue, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// One queue.
#[utoipa::path(
    get,
    path = "/queues/{id}",
    operation_id = "queues_get",
    tag = "queues",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Queue), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<QueueId>,
) -> ApiResult<Json<Queue>> {
    Ok(Json(backend.get_queue(&actor, id).await?))
}
