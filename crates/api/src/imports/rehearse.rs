//! `POST /imports/{id}/rehearse`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::ImportId;
use wire::{
    error::ApiError,
    imports::{Import, RunImport},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Looks what would become of each row. Nothing is written.
#[utoipa::path(
    post,
    path = "/imports/{id}/rehearse",
    operation_id = "imports_rehearse",
    tag = "imports",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = RunImport,
    responses((status = 200, body = Import), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<ImportId>,
    Body(body): Body<RunImport>,
) -> ApiResult<Json<Import>> {
    Ok(Json(backend.rehearse_import(&actor, id, body).await?))
}
