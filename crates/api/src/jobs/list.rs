//! `GET /jobs`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    jobs::{Job, JobFilter},
    page::Page,
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Background work, newest first (admins).
#[utoipa::path(
    get,
    path = "/jobs",
    operation_id = "jobs_list",
    tag = "jobs",
    security(("bearer" = [])),
    params(JobFilter),
    responses((status = 200, body = Page<Job>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<JobFilter>,
) -> ApiResult<Json<Page<Job>>> {
    Ok(Json(backend.list_jobs(&actor, query).await?))
}
