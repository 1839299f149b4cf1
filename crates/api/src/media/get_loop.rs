//! `GET /media/sessions/{id}/loop`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::MediaSessionId;
use wire::{device_check::MediaLoop, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// How the packets of a device that hears itself come in. 404: it does not hear itself.
#[utoipa::path(
    get,
    path = "/media/sessions/{id}/loop",
    operation_id = "media_get_loop",
    tag = "media",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = MediaLoop), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<MediaSessionId>,
) -> ApiResult<Json<MediaLoop>> {
    Ok(Json(backend.media_loop(&actor, id).await?))
}
