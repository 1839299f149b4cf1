//! `PUT /lead-views/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::LeadViewId;
use wire::{
    error::ApiError,
    lead_sets::{LeadView, SaveLeadView},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Changes a view.
#[utoipa::path(
    put,
    path = "/lead-views/{id}",
    operation_id = "lead_views_update",
    tag = "lead_views",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SaveLeadView,
    responses((status = 200, body = LeadView), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadViewId>,
    Body(body): Body<SaveLeadView>,
) -> ApiResult<Json<LeadView>> {
    Ok(Json(backend.update_lead_view(&actor, id, body).await?))
}
