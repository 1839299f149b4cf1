//! `GET /settings/exotel`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::ExotelSettings, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The Exotel account, and the addresses for the applets of its flows.
#[utoipa::path(
    get,
    path = "/settings/exotel",
    operation_id = "settings_get_exotel",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = ExotelSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<ExotelSettings>> {
    Ok(Json(backend.exotel_settings(&actor).await?))
}
