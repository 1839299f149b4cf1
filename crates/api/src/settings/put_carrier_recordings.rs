//! `PUT /settings/carrier-recordings`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::CarrierRecordings, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Chooses whether recordings are deleted at the carrier once they are stored (admins).
#[utoipa::path(
    put,
    path = "/settings/carrier-recordings",
    operation_id = "settings_put_carrier_recordings",
    tag = "settings",
    security(("bearer" = [])),
    request_body = CarrierRecordings,
    responses((status = 200, body = CarrierRecordings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<CarrierRecordings>,
) -> ApiResult<Json<CarrierRecordings>> {
    Ok(Json(backend.update_carrier_recordings(&actor, body).await?))
}
