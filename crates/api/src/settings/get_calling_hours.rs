//! `GET /settings/calling-hours`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::CallingHours, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The hours in which people may be called, where they are, when no campaign says others.
#[utoipa::path(
    get,
    path = "/settings/calling-hours",
    operation_id = "settings_get_calling_hours",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = CallingHours), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<CallingHours>> {
    Ok(Json(backend.calling_hours(&actor).await?))
}
