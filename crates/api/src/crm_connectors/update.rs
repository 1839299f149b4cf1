//! `PUT /crm-connectors/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CrmConnectorId;
use wire::{
    crm::{CrmConnector, CrmConnectorInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Changes how a CRM is reached and what its fields mean. How far it is stays.
#[utoipa::path(
    put,
    path = "/crm-connectors/{id}",
    operation_id = "crm_connectors_update",
    tag = "crm_connectors",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = CrmConnectorInput,
    responses((status = 200, body = CrmConnector), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CrmConnectorId>,
    Body(body): Body<CrmConnectorInput>,
) -> ApiResult<Json<CrmConnector>> {
    Ok(Json(backend.update_crm_connector(&actor, id, body).await?))
}
