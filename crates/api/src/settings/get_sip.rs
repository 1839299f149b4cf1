//! `GET /settings/sip`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, sip::SipSettings};

use crate::{error::ApiResult, extract::SignedIn};

/// SIP trunks and telephones, and how they are now.
#[utoipa::path(
    get,
    path = "/settings/sip",
    operation_id = "settings_get_sip",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = SipSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<SipSettings>> {
    Ok(Json(backend.sip_settings(&actor).await?))
}
