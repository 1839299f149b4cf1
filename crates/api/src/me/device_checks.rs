//! `GET /me/device-checks`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{device_check::DeviceCheck, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The own checks of sound and network, the newest first.
#[utoipa::path(
    get,
    path = "/me/device-checks",
    operation_id = "me_device_checks",
    tag = "me",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<DeviceCheck>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<DeviceCheck>>> {
    Ok(Json(backend.own_device_checks(&actor).await?))
}
