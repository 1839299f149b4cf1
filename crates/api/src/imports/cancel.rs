//! `POST /imports/{id}/cancel`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::ImportId;
use wire::{error::ApiError, imports::Import};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Stops the work. What an import has written is taken back.
#[utoipa::path(
    post,
    path = "/imports/{id}/cancel",
    operation_id = "imports_cancel",
    tag = "imports",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Import), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<ImportId>,
) -> ApiResult<Json<Import>> {
    Ok(Json(backend.cancel_import(&actor, id).await?))
}
