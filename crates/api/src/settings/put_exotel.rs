//! `PUT /settings/exotel`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    config::{ExotelSettings, ExotelSettingsInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Replaces the Exotel settings; absent secrets stay.
#[utoipa::path(
    put,
    path = "/settings/exotel",
    operation_id = "settings_put_exotel",
    tag = "settings",
    security(("bearer" = [])),
    request_body = ExotelSettingsInput,
    responses((status = 200, body = ExotelSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<ExotelSettingsInput>,
) -> ApiResult<Json<ExotelSettings>> {
    Ok(Json(backend.update_exotel_settings(&actor, body).await?))
}
