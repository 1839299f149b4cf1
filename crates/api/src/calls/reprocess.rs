//! `POST /calls/{id}/reprocess`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::CallId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Transcribes and analyses again.
#[utoipa::path(
    post,
    path = "/calls/{id}/reprocess",
    operation_id = "calls_reprocess",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 202, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<StatusCode> {
    backend.reprocess_call(&actor, id).await?;
    Ok(StatusCode::ACCEPTED)
}
