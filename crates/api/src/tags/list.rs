//! `GET /tags`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, lead_sets::Tag};

use crate::{error::ApiResult, extract::SignedIn};

/// The tags of the organisation, by word.
#[utoipa::path(
    get,
    path = "/tags",
    operation_id = "tags_list",
    tag = "tags",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<Tag>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<Tag>>> {
    Ok(Json(backend.list_tags(&actor).await?))
}
