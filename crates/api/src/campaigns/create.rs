//! `POST /campaigns`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    config::{Campaign, CampaignInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a campaign.
#[utoipa::path(
    post,
    path = "/campaigns",
    operation_id = "campaigns_create",
    tag = "campaigns",
    security(("bearer" = [])),
    request_body = CampaignInput,
    responses((status = 201, body = Campaign), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<CampaignInput>,
) -> ApiResult<(StatusCode, Json<Campaign>)> {
    Ok((StatusCode::CREATED, Json(backend.create_campaign(&actor, body).await?)))
}
