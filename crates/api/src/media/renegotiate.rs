//! `PUT /media/sessions/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::MediaSessionId;
use wire::{
    error::ApiError,
    media::{MediaSession, RenegotiateMediaSession},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// ICE restart after a network change.
#[utoipa::path(
    put,
    path = "/media/sessions/{id}",
    operation_id = "media_renegotiate",
    tag = "media",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = RenegotiateMediaSession,
    responses((status = 200, body = MediaSession), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<MediaSessionId>,
    Body(body): Body<RenegotiateMediaSession>,
) -> ApiResult<Json<MediaSession>> {
    Ok(Json(backend.renegotiate_media_session(&actor, id, body).await?))
}
