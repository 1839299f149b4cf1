//! `PUT /settings/carrier`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    config::{CarrierSettings, CarrierSettingsInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Replaces the carrier settings; an absent secret stays.
#[utoipa::path(
    put,
    path = "/settings/carrier",
    operation_id = "settings_put_carrier",
    tag = "settings",
    security(("bearer" = [])),
    request_body = CarrierSettingsInput,
    responses((status = 200, body = CarrierSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<CarrierSettingsInput>,
) -> ApiResult<Json<CarrierSettings>> {
    Ok(Json(backend.update_carrier_settings(&actor, body).await?))
}
