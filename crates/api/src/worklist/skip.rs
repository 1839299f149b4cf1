//! `POST /worklist/{id}/skip`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::LeadId;
use wire::{error::ApiError, worklist::SkipLead};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Lets go of a lead without a call.
#[utoipa::path(
    post,
    path = "/worklist/{id}/skip",
    operation_id = "worklist_skip",
    tag = "worklist",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SkipLead,
    responses((status = 204), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadId>,
    Body(body): Body<SkipLead>,
) -> ApiResult<StatusCode> {
    backend.skip_lead(&actor, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}
