//! `GET /campaigns`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::Campaign, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// All campaigns of the tenant.
#[utoipa::path(
    get,
    path = "/campaigns",
    operation_id = "campaigns_list",
    tag = "campaigns",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<Campaign>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<Campaign>>> {
    Ok(Json(backend.list_campaigns(&actor).await?))
}
