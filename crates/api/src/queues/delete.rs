//! `DELETE /queues/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::QueueId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Removes a queue; calls keep their record of it.
#[utoipa::path(
    delete,
    path = "/queues/{id}",
    operation_id = "queues_delete",
    tag = "queues",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<QueueId>,
) -> ApiResult<StatusCode> {
    backend.delete_queue(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
