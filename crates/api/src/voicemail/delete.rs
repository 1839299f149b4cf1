//! `DELETE /voicemail/messages/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::VoicemailId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Deletes a message; calls keep its name in their history, and numbers that greeted callers with it are left without a recorded
/// greeting (admins).
#[utoipa::path(
    delete,
    path = "/voicemail/messages/{id}",
    operation_id = "voicemail_delete",
    tag = "voicemail",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<VoicemailId>,
) -> ApiResult<StatusCode> {
    backend.delete_voicemail_message(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
