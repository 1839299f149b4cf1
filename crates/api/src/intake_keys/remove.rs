//! `DELETE /intake-keys/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::IntakeKeyId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Removes a key; what is handed in by it from now on is refused.
#[utoipa::path(
    delete,
    path = "/intake-keys/{id}",
    operation_id = "intake_keys_remove",
    tag = "intake_keys",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<IntakeKeyId>,
) -> ApiResult<StatusCode> {
    backend.remove_intake_key(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
