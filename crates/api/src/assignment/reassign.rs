//! `POST /assignment/reassign`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    assignment::{ReassignLeads, Reassigned},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Gives on all leads of somebody.
#[utoipa::path(
    post,
    path = "/assignment/reassign",
    operation_id = "assignment_reassign",
    tag = "assignment",
    security(("bearer" = [])),
    request_body = ReassignLeads,
    responses((status = 200, body = Reassigned), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<ReassignLeads>,
) -> ApiResult<Json<Reassigned>> {
    Ok(Json(backend.reassign_leads(&actor, body).await?))
}
