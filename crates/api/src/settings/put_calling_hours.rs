//! `PUT /settings/calling-hours`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::CallingHours, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Replaces the hours in which people may be called when no campaign says others.
#[utoipa::path(
    put,
    path = "/settings/calling-hours",
    operation_id = "settings_put_calling_hours",
    tag = "settings",
    security(("bearer" = [])),
    request_body = CallingHours,
    responses((status = 200, body = CallingHours), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<CallingHours>,
) -> ApiResult<Json<CallingHours>> {
    Ok(Json(backend.update_calling_hours(&actor, body).await?))
}
