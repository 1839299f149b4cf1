//! `POST /lead-views`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    error::ApiError,
    lead_sets::{LeadView, SaveLeadView},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Keeps a view. Only supervisors share one.
#[utoipa::path(
    post,
    path = "/lead-views",
    operation_id = "lead_views_create",
    tag = "lead_views",
    security(("bearer" = [])),
    request_body = SaveLeadView,
    responses((status = 201, body = LeadView), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<SaveLeadView>,
) -> ApiResult<(StatusCode, Json<LeadView>)> {
    Ok((StatusCode::CREATED, Json(backend.create_lead_view(&actor, body).await?)))
}
