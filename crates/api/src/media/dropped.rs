//! `GET /media/dropped`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, media::DroppedMedia};

use crate::{error::ApiResult, extract::SignedIn};

/// What came to the media ports since the server started and was dropped (admins).
#[utoipa::path(
    get,
    path = "/media/dropped",
    operation_id = "media_dropped",
    tag = "media",
    security(("bearer" = [])),
    responses((status = 200, body = DroppedMedia), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<DroppedMedia>> {
    Ok(Json(backend.dropped_media(&actor)?))
}
