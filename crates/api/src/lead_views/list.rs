//! `GET /lead-views`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, lead_sets::LeadView};

use crate::{error::ApiResult, extract::SignedIn};

/// One's own views of the lead list and those that are shared.
#[utoipa::path(
    get,
    path = "/lead-views",
    operation_id = "lead_views_list",
    tag = "lead_views",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<LeadView>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<LeadView>>> {
    Ok(Json(backend.list_lead_views(&actor).await?))
}
