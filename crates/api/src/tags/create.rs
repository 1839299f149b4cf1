//! `POST /tags`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    error::ApiError,
    lead_sets::{SaveTag, Tag},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a tag.
#[utoipa::path(
    post,
    path = "/tags",
    operation_id = "tags_create",
    tag = "tags",
    security(("bearer" = [])),
    request_body = SaveTag,
    responses((status = 201, body = Tag), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<SaveTag>,
) -> ApiResult<(StatusCode, Json<Tag>)> {
    Ok((StatusCode::CREATED, Json(backend.create_tag(&actor, body).await?)))
}
