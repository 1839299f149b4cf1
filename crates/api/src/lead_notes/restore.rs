//! `POST /lead-notes/{id}/restore`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::NoteId;
use wire::{error::ApiError, lead_pages::LeadNote};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Brings a removed note back.
#[utoipa::path(
    post,
    path = "/lead-notes/{id}/restore",
    operation_id = "lead_notes_restore",
    tag = "lead_notes",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = LeadNote), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<NoteId>,
) -> ApiResult<Json<LeadNote>> {
    Ok(Json(backend.restore_lead_note(&actor, id).await?))
}
