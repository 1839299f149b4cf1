//! `POST /calls/{id}/hang-up`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::CallId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Ends the call for the customer.
#[utoipa::path(
    post,
    path = "/calls/{id}/hang-up",
    operation_id = "calls_hang_up",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<StatusCode> {
    backend.hang_up_call(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
