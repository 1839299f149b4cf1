//! `DELETE /lead-files/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::LeadFileId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Removes a file; it can be brought back for 24 hours.
#[utoipa::path(
    delete,
    path = "/lead-files/{id}",
    operation_id = "lead_files_remove",
    tag = "lead_files",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadFileId>,
) -> ApiResult<StatusCode> {
    backend.remove_lead_file(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
