//! `GET /crm-connectors/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CrmConnectorId;
use wire::{crm::CrmConnector, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// One CRM with how far it is.
#[utoipa::path(
    get,
    path = "/crm-connectors/{id}",
    operation_id = "crm_connectors_get",
    tag = "crm_connectors",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = CrmConnector), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CrmConnectorId>,
) -> ApiResult<Json<CrmConnector>> {
    Ok(Json(backend.crm_connector(&actor, id).await?))
}
