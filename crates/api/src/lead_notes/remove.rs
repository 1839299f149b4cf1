//! `DELETE /lead-notes/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::NoteId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Removes a note; it can be brought back for 24 hours.
#[utoipa::path(
    delete,
    path = "/lead-notes/{id}",
    operation_id = "lead_notes_remove",
    tag = "lead_notes",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<NoteId>,
) -> ApiResult<StatusCode> {
    backend.remove_lead_note(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
