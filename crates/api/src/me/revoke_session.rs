//! `DELETE /me/sessions/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::SessionId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Signs one of the own devices out.
#[utoipa::path(
    delete,
    path = "/me/sessions/{id}",
    operation_id = "me_revoke_session",
    tag = "me",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<SessionId>,
) -> ApiResult<StatusCode> {
    backend.revoke_session(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
