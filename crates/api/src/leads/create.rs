//! `POST /leads`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    error::ApiError,
    leads::{CreateLead, Lead},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a lead.
#[utoipa::path(
    post,
    path = "/leads",
    operation_id = "leads_create",
    tag = "leads",
    security(("bearer" = [])),
    request_body = CreateLead,
    responses((status = 201, body = Lead), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<CreateLead>,
) -> ApiResult<(StatusCode, Json<Lead>)> {
    Ok((StatusCode::CREATED, Json(backend.create_lead(&actor, body).await?)))
}
