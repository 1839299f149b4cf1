//! `PUT /media/sessions/{id}/loop`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::MediaSessionId;
use wire::{
    device_check::{MediaLoop, StartMediaLoop},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Sends an own device's sound back to it, for a minute at most and not during a call.
#[utoipa::path(
    put,
    path = "/media/sessions/{id}/loop",
    operation_id = "media_start_loop",
    tag = "media",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = StartMediaLoop,
    responses((status = 200, body = MediaLoop), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<MediaSessionId>,
    Body(body): Body<StartMediaLoop>,
) -> ApiResult<Json<MediaLoop>> {
    Ok(Json(backend.start_media_loop(&actor, id, body).await?))
}
