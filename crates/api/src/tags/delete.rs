//! `DELETE /tags/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::TagId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Takes a tag from every lead, and away.
#[utoipa::path(
    delete,
    path = "/tags/{id}",
    operation_id = "tags_delete",
    tag = "tags",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<TagId>,
) -> ApiResult<StatusCode> {
    backend.delete_tag(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
