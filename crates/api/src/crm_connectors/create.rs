//! `POST /crm-connectors`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    crm::{CrmConnector, CrmConnectorInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Sets a CRM up. It is paused until it was tested and is let go.
#[utoipa::path(
    post,
    path = "/crm-connectors",
    operation_id = "crm_connectors_create",
    tag = "crm_connectors",
    security(("bearer" = [])),
    request_body = CrmConnectorInput,
    responses((status = 201, body = CrmConnector), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<CrmConnectorInput>,
) -> ApiResult<(StatusCode, Json<CrmConnector>)> {
    Ok((StatusCode::CREATED, Json(backend.create_crm_connector(&actor, body).await?)))
}
