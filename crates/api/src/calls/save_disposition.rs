//! `POST /calls/{id}/disposition`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{
    calls::{DispositionResult, SaveDisposition},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Saves the outcome and carries out what follows. With an `Idempotency-Key` it happens once.
#[utoipa::path(
    post,
    path = "/calls/{id}/disposition",
    operation_id = "calls_save_disposition",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SaveDisposition,
    responses((status = 200, body = DispositionResult), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<SaveDisposition>,
) -> ApiResult<Json<DispositionResult>> {
    Ok(Json(backend.save_disposition(&actor, id, body).await?))
}
