//! `GET /settings/carrier-recordings`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::CarrierRecordings, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// Whether recordings are deleted at the carrier once they are stored (admins).
#[utoipa::path(
    get,
    path = "/settings/carrier-recordings",
    operation_id = "settings_get_carrier_recordings",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = CarrierRecordings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<CarrierRecordings>> {
    Ok(Json(backend.carrier_recordings(&actor).await?))
}
