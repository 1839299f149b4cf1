//! `DELETE /crm-connectors/{id}`

use axum::{extract::State, http::StatusCode};
use backend::Backend;
use domain::ids::CrmConnectorId;
use wire::error::ApiError;

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Removes a CRM. The leads stay; which record is which lead is forgotten.
#[utoipa::path(
    delete,
    path = "/crm-connectors/{id}",
    operation_id = "crm_connectors_remove",
    tag = "crm_connectors",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204, description = "done"), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CrmConnectorId>,
) -> ApiResult<StatusCode> {
    backend.remove_crm_connector(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
