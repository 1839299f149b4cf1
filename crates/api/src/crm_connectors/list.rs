//! `GET /crm-connectors`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{crm::CrmConnector, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// All CRMs of the tenant with how far each is, without their secrets.
#[utoipa::path(
    get,
    path = "/crm-connectors",
    operation_id = "crm_connectors_list",
    tag = "crm_connectors",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<CrmConnector>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<CrmConnector>>> {
    Ok(Json(backend.list_crm_connectors(&actor).await?))
}
