//! `PUT /settings/sip`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    sip::{SipSettings, SipSettingsInput},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Replaces trunks and telephones; absent passwords stay, and what is not in the lists is removed.
#[utoipa::path(
    put,
    path = "/settings/sip",
    operation_id = "settings_put_sip",
    tag = "settings",
    security(("bearer" = [])),
    request_body = SipSettingsInput,
    responses((status = 200, body = SipSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<SipSettingsInput>,
) -> ApiResult<Json<SipSettings>> {
    Ok(Json(backend.update_sip_settings(&actor, body).await?))
}
