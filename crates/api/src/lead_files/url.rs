//! `GET /lead-files/{id}/url`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadFileId;
use wire::{error::ApiError, recordings::SignedUrl};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// An address of the file that runs out after five minutes.
#[utoipa::path(
    get,
    path = "/lead-files/{id}/url",
    operation_id = "lead_files_url",
    tag = "lead_files",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = SignedUrl), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadFileId>,
) -> ApiResult<Json<SignedUrl>> {
    Ok(Json(backend.lead_file_url(&actor, id).await?))
}
