//! `POST /calls/{id}/voicemail`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::CallId;
use wire::{calls::LeaveVoicemail, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Leaves a recorded message on the customer's answering machine; the agent is finishing from then on.
#[utoipa::path(
    post,
    path = "/calls/{id}/voicemail",
    operation_id = "calls_leave_voicemail",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = LeaveVoicemail,
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<LeaveVoicemail>,
) -> ApiResult<StatusCode> {
    backend.leave_voicemail(&actor, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}
