//! `GET /setup`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{accounts::SetupStatus, error::ApiError};

use crate::error::ApiResult;

/// Whether there is a tenant yet; asked before sign-in.
#[utoipa::path(
    get,
    path = "/setup",
    operation_id = "setup",
    tag = "auth",
    responses((status = 200, body = SetupStatus), (status = "5XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>) -> ApiResult<Json<SetupStatus>> {
    Ok(Json(backend.setup_status().await?))
}
