//! `GET /worklist/counts`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    worklist::{WorklistCounts, WorklistFilter},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// How many leads of each kind there are.
#[utoipa::path(
    get,
    path = "/worklist/counts",
    operation_id = "worklist_counts",
    tag = "worklist",
    security(("bearer" = [])),
    params(WorklistFilter),
    responses((status = 200, body = WorklistCounts), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<WorklistFilter>,
) -> ApiResult<Json<WorklistCounts>> {
    Ok(Json(backend.worklist_counts(&actor, query).await?))
}
