//! `GET /leads`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    leads::{Lead, LeadFilter},
    page::Page,
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Leads, newest first.
#[utoipa::path(
    get,
    path = "/leads",
    operation_id = "leads_list",
    tag = "leads",
    security(("bearer" = [])),
    params(LeadFilter),
    responses((status = 200, body = Page<Lead>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<LeadFilter>,
) -> ApiResult<Json<Page<Lead>>> {
    Ok(Json(backend.list_leads(&actor, query).await?))
}
