//! `POST /settings/carrier/numbers/connect`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    config::{CarrierNumbers, ConnectNumber},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Sends the calls of a number of the Twilio account to this server (admins).
#[utoipa::path(
    post,
    path = "/settings/carrier/numbers/connect",
    operation_id = "settings_connect_carrier_number",
    tag = "settings",
    security(("bearer" = [])),
    request_body = ConnectNumber,
    responses((status = 200, body = CarrierNumbers), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<ConnectNumber>,
) -> ApiResult<Json<CarrierNumbers>> {
    Ok(Json(backend.connect_carrier_number(&actor, body).await?))
}
