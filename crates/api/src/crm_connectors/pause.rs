//! `PUT /crm-connectors/{id}/pause`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CrmConnectorId;
use wire::{
    crm::{CrmConnector, PauseCrm},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Pauses a CRM, or lets it go on. What changes meanwhile is noted.
#[utoipa::path(
    put,
    path = "/crm-connectors/{id}/pause",
    operation_id = "crm_connectors_pause",
    tag = "crm_connectors",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = PauseCrm,
    responses((status = 200, body = CrmConnector), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CrmConnectorId>,
    Body(body): Body<PauseCrm>,
) -> ApiResult<Json<CrmConnector>> {
    Ok(Json(backend.pause_crm_connector(&actor, id, body).await?))
}
