//! `POST /calls/{id}/proposals/accept`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{error::ApiError, intelligence::AcceptProposal, leads::Lead};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Writes a proposed value to the lead.
#[utoipa::path(
    post,
    path = "/calls/{id}/proposals/accept",
    operation_id = "calls_accept_proposal",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = AcceptProposal,
    responses((status = 200, body = Lead), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<AcceptProposal>,
) -> ApiResult<Json<Lead>> {
    Ok(Json(backend.accept_proposal(&actor, id, body).await?))
}
