//! `DELETE /masking/pools/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::PoolId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Deletes a pool; its mappings stay until they end (admins).
#[utoipa::path(
    delete,
    path = "/masking/pools/{id}",
    operation_id = "masking_delete_pool",
    tag = "masking",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<PoolId>,
) -> ApiResult<StatusCode> {
    backend.delete_masking_pool(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
