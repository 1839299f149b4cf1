//! `DELETE /do-not-call/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::DncId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Takes a number off the list; the audit log keeps who did.
#[utoipa::path(
    delete,
    path = "/do-not-call/{id}",
    operation_id = "do_not_call_remove",
    tag = "do_not_call",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<DncId>,
) -> ApiResult<StatusCode> {
    backend.remove_do_not_call(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
