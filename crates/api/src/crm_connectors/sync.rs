//! `POST /crm-connectors/{id}/sync`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CrmConnectorId;
use wire::{
    crm::{CrmConnector, SyncCrm},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Reads at once what has changed, or everything.
#[utoipa::path(
    post,
    path = "/crm-connectors/{id}/sync",
    operation_id = "crm_connectors_sync",
    tag = "crm_connectors",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SyncCrm,
    responses((status = 200, body = CrmConnector), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CrmConnectorId>,
    Body(body): Body<SyncCrm>,
) -> ApiResult<Json<CrmConnector>> {
    Ok(Json(backend.sync_crm_connector(&actor, id, body).await?))
}
