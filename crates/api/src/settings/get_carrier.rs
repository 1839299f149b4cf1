//! `GET /settings/carrier`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::CarrierSettings, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The carrier settings, without secrets.
#[utoipa::path(
    get,
    path = "/settings/carrier",
    operation_id = "settings_get_carrier",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = CarrierSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<CarrierSettings>> {
    Ok(Json(backend.carrier_settings(&actor).await?))
}
