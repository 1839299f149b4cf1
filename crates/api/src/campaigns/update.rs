//! `PUT /campaigns/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CampaignId;
use wire::{
    config::{Campaign, CampaignInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Replaces a campaign.
#[utoipa::path(
    put,
    path = "/campaigns/{id}",
    operation_id = "campaigns_update",
    tag = "campaigns",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = CampaignInput,
    responses((status = 200, body = Campaign), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CampaignId>,
    Body(body): Body<CampaignInput>,
) -> ApiResult<Json<Campaign>> {
    Ok(Json(backend.update_campaign(&actor, id, body).await?))
}
