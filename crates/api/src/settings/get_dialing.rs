//! `GET /settings/dialing`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::DialingSettings, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// Which kinds of numbers an admin has allowed to be called.
#[utoipa::path(
    get,
    path = "/settings/dialing",
    operation_id = "settings_get_dialing",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = DialingSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<DialingSettings>> {
    Ok(Json(backend.dialing_settings(&actor).await?))
}
