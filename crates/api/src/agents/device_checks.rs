//! `GET /agents/device-checks`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{device_check::DeviceCheck, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The last check of sound and network of each agent who has made one (supervisors).
#[utoipa::path(
    get,
    path = "/agents/device-checks",
    operation_id = "agents_device_checks",
    tag = "agents",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<DeviceCheck>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<DeviceCheck>>> {
    Ok(Json(backend.agents_device_checks(&actor).await?))
}
