//! `POST /bulk-actions`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    error::ApiError,
    lead_sets::{BulkAction, StartBulkAction},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Starts an action on all leads that fit a filter, or on those that are named.
#[utoipa::path(
    post,
    path = "/bulk-actions",
    operation_id = "bulk_actions_start",
    tag = "bulk_actions",
    security(("bearer" = [])),
    request_body = StartBulkAction,
    responses((status = 201, body = BulkAction), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<StartBulkAction>,
) -> ApiResult<(StatusCode, Json<BulkAction>)> {
    Ok((StatusCode::CREATED, Json(backend.start_bulk_action(&actor, body).await?)))
}
