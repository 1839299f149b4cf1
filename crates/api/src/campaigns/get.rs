//! `GET /campaigns/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CampaignId;
use wire::{config::Campaign, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// One campaign.
#[utoipa::path(
    get,
    path = "/campaigns/{id}",
    operation_id = "campaigns_get",
    tag = "campaigns",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Campaign), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CampaignId>,
) -> ApiResult<Json<Campaign>> {
    Ok(Json(backend.get_campaign(&actor, id).await?))
}
