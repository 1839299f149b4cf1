//! `DELETE /media/sessions/{id}/loop`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::MediaSessionId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// The device hears itself no more.
#[utoipa::path(
    delete,
    path = "/media/sessions/{id}/loop",
    operation_id = "media_end_loop",
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
    backend.end_media_loop(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
