//! `POST /jobs/{id}/retry`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::JobId;
use wire::{error::ApiError, jobs::Job};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Runs a dead job again.
#[utoipa::path(
    post,
    path = "/jobs/{id}/retry",
    operation_id = "jobs_retry",
    tag = "jobs",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Job), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<JobId>,
) -> ApiResult<Json<Job>> {
    Ok(Json(backend.retry_job(&actor, id).await?))
}
