//! `POST /imports`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    error::ApiError,
    imports::{BeginImport, Import},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Begins to take a file in; its parts follow.
#[utoipa::path(
    post,
    path = "/imports",
    operation_id = "imports_begin",
    tag = "imports",
    security(("bearer" = [])),
    request_body = BeginImport,
    responses((status = 201, body = Import), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<BeginImport>,
) -> ApiResult<(StatusCode, Json<Import>)> {
    Ok((StatusCode::CREATED, Json(backend.begin_import(&actor, body).await?)))
}
