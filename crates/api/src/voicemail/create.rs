//! `POST /voicemail/messages`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    config::{VoicemailMessage, VoicemailMessageInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a recorded message: WAV or Ogg-Opus of at most 60 s (admins).
#[utoipa::path(
    post,
    path = "/voicemail/messages",
    operation_id = "voicemail_create",
    tag = "voicemail",
    security(("bearer" = [])),
    request_body = VoicemailMessageInput,
    responses((status = 201, body = VoicemailMessage), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<VoicemailMessageInput>,
) -> ApiResult<(StatusCode, Json<VoicemailMessage>)> {
    Ok((StatusCode::CREATED, Json(backend.add_voicemail_message(&actor, body).await?)))
}
