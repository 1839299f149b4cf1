//! `GET /queues`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::Queue, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// All queues of the tenant.
#[utoipa::path(
    get,
    path = "/queues",
    operation_id = "queues_list",
    tag = "queues",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<Queue>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<Queue>>> {
    Ok(Json(backend.list_queues(&actor).await?))
}
