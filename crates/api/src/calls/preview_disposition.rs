//! `POST /calls/{id}/disposition/preview`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{
    calls::{DispositionEffect, SaveDisposition},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// What saving this outcome would do.
#[utoipa::path(
    post,
    path = "/calls/{id}/disposition/preview",
    operation_id = "calls_preview_disposition",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SaveDisposition,
    responses((status = 200, body = Vec<DispositionEffect>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<SaveDisposition>,
) -> ApiResult<Json<Vec<DispositionEffect>>> {
    Ok(Json(backend.preview_disposition(&actor, id, body).await?))
}
