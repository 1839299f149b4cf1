//! `DELETE /media/sessions/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::MediaSessionId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Disconnects the device.
#[utoipa::path(
    delete,
    path = "/media/sessions/{id}",
    operation_id = "media_close",
    tag = "media",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<MediaSessionId>,
) -> ApiResult<StatusCode> {
    backend.close_media_session(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
