//! `DELETE /lead-views/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::LeadViewId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Removes a view.
#[utoipa::path(
    delete,
    path = "/lead-views/{id}",
    operation_id = "lead_views_delete",
    tag = "lead_views",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<LeadViewId>,
) -> ApiResult<StatusCode> {
    backend.delete_lead_view(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
