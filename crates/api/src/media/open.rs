//! `POST /media/sessions`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    error::ApiError,
    media::{MediaSession, OpenMediaSession},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Connects a device's sound; once per sign-in.
#[utoipa::path(
    post,
    path = "/media/sessions",
    operation_id = "media_open",
    tag = "media",
    security(("bearer" = [])),
    request_body = OpenMediaSession,
    responses((status = 201, body = MediaSession), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<OpenMediaSession>,
) -> ApiResult<(StatusCode, Json<MediaSession>)> {
    Ok((StatusCode::CREATED, Json(backend.open_media_session(&actor, body).await?)))
}
