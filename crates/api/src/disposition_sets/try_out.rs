//! `POST /disposition-sets/try`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{calls::DispositionEffect, dispositions::TryDispositions, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// What an outcome of a set that is being edited would bring about. Keeps nothing.
#[utoipa::path(
    post,
    path = "/disposition-sets/try",
    operation_id = "disposition_sets_try",
    tag = "disposition-sets",
    security(("bearer" = [])),
    request_body = TryDispositions,
    responses((status = 200, body = Vec<DispositionEffect>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<TryDispositions>,
) -> ApiResult<Json<Vec<DispositionEffect>>> {
    Ok(Json(backend.try_dispositions(&actor, body).await?))
}
