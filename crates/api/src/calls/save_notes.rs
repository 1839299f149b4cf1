//! `PUT /calls/{id}/notes`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::CallId;
use wire::{calls::SaveNotes, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Keeps the notes as typed; an older revision is ignored.
#[utoipa::path(
    put,
    path = "/calls/{id}/notes",
    operation_id = "calls_save_notes",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SaveNotes,
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<SaveNotes>,
) -> ApiResult<StatusCode> {
    backend.save_notes(&actor, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}
