//! `GET /voicemail/messages`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::VoicemailMessage, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The recorded messages for answering machines.
#[utoipa::path(
    get,
    path = "/voicemail/messages",
    operation_id = "voicemail_list",
    tag = "voicemail",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<VoicemailMessage>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
) -> ApiResult<Json<Vec<VoicemailMessage>>> {
    Ok(Json(backend.voicemail_messages(&actor).await?))
}
