//! `GET /settings/carrier/numbers`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::CarrierNumbers, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The numbers of the Twilio account and where each sends its calls (admins).
#[utoipa::path(
    get,
    path = "/settings/carrier/numbers",
    operation_id = "settings_carrier_numbers",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = CarrierNumbers), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<CarrierNumbers>> {
    Ok(Json(backend.carrier_numbers(&actor).await?))
}
