//! `GET /settings/voicemail`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::VoicemailSettings, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// Which message is left on answering machines, and when.
#[utoipa::path(
    get,
    path = "/settings/voicemail",
    operation_id = "settings_get_voicemail",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = VoicemailSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<VoicemailSettings>> {
    Ok(Json(backend.voicemail_settings(&actor).await?))
}
