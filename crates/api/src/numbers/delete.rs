//! `DELETE /numbers/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::NumberId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Removes a number; calls keep their record of it.
#[utoipa::path(
    delete,
    path = "/numbers/{id}",
    operation_id = "numbers_delete",
    tag = "numbers",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<NumberId>,
) -> ApiResult<StatusCode> {
    backend.delete_number(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
