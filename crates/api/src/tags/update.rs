//! `PUT /tags/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::TagId;
use wire::{
    error::ApiError,
    lead_sets::{SaveTag, Tag},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Changes the word and the colour of a tag.
#[utoipa::path(
    put,
    path = "/tags/{id}",
    operation_id = "tags_update",
    tag = "tags",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SaveTag,
    responses((status = 200, body = Tag), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<TagId>,
    Body(body): Body<SaveTag>,
) -> ApiResult<Json<Tag>> {
    Ok(Json(backend.update_tag(&actor, id, body).await?))
}
