//! `PUT /settings/voicemail`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::VoicemailSettings, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Chooses the message that is left on answering machines (admins).
#[utoipa::path(
    put,
    path = "/settings/voicemail",
    operation_id = "settings_put_voicemail",
    tag = "settings",
    security(("bearer" = [])),
    request_body = VoicemailSettings,
    responses((status = 200, body = VoicemailSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<VoicemailSettings>,
) -> ApiResult<Json<VoicemailSettings>> {
    Ok(Json(backend.update_voicemail_settings(&actor, body).await?))
}
