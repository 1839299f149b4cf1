//! `DELETE /masking/mappings/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::MappingId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Ends a mapping now (admins and managers).
#[utoipa::path(
    delete,
    path = "/masking/mappings/{id}",
    operation_id = "masking_end_mapping",
    tag = "masking",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<MappingId>,
) -> ApiResult<StatusCode> {
    backend.end_mapping(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
