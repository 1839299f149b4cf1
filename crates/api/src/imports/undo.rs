//! `POST /imports/{id}/undo`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::ImportId;
use wire::{error::ApiError, imports::Import};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Takes a whole import back, within 24 hours. Leads that people have worked on since stay.
#[utoipa::path(
    post,
    path = "/imports/{id}/undo",
    operation_id = "imports_undo",
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
    Ok(Json(backend.undo_import(&actor, id).await?))
}
