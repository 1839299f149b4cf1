//! `POST /me/device-checks`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    device_check::{DeviceCheck, SaveDeviceCheck},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Keeps a check of the own sound and network (who takes calls).
#[utoipa::path(
    post,
    path = "/me/device-checks",
    operation_id = "me_save_device_check",
    tag = "me",
    security(("bearer" = [])),
    request_body = SaveDeviceCheck,
    responses((status = 201, body = DeviceCheck), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<SaveDeviceCheck>,
) -> ApiResult<(StatusCode, Json<DeviceCheck>)> {
    Ok((StatusCode::CREATED, Json(backend.save_device_check(&actor, body).await?)))
}
