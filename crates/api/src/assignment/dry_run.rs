//! `POST /assignment/dry-run`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    assignment::{AskDryRun, AssignmentDryRun},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Tries rules out on real leads; nothing is written.
#[utoipa::path(
    post,
    path = "/assignment/dry-run",
    operation_id = "assignment_dry_run",
    tag = "assignment",
    security(("bearer" = [])),
    request_body = AskDryRun,
    responses((status = 200, body = AssignmentDryRun), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<AskDryRun>,
) -> ApiResult<Json<AssignmentDryRun>> {
    Ok(Json(backend.try_assignment(&actor, body).await?))
}
