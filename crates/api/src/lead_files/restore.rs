//! `POST /lead-files/{id}/restore`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadFileId;
use wire::{error::ApiError, lead_pages::LeadFile};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Brings a removed file back.
#[utoipa::path(
    post,
    path = "/lead-files/{id}/restore",
    operation_id = "lead_files_restore",
    tag = "lead_files",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = LeadFile), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadFileId>,
) -> ApiResult<Json<LeadFile>> {
    Ok(Json(backend.restore_lead_file(&actor, id).await?))
}
