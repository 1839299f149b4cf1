//! `GET /crm-connectors/{id}/problems`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CrmConnectorId;
use wire::{
    crm::CrmProblem,
    error::ApiError,
    page::{Page, PageQuery},
};

use crate::{
    error::ApiResult,
    extract::{Id, Params, SignedIn},
};

/// Records and leads that could not be kept in step, newest first.
#[utoipa::path(
    get,
    path = "/crm-connectors/{id}/problems",
    operation_id = "crm_connectors_problems",
    tag = "crm_connectors",
    security(("bearer" = [])),
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<CrmProblem>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CrmConnectorId>,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<Page<CrmProblem>>> {
    Ok(Json(backend.list_crm_problems(&actor, id, query).await?))
}
