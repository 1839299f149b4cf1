//! `POST /crm-connectors/{id}/test`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CrmConnectorId;
use wire::{config::TestResult, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Reads the first page and says what would become of it. Writes nothing.
#[utoipa::path(
    post,
    path = "/crm-connectors/{id}/test",
    operation_id = "crm_connectors_test",
    tag = "crm_connectors",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = TestResult), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CrmConnectorId>,
) -> ApiResult<Json<TestResult>> {
    Ok(Json(backend.test_crm_connector(&actor, id).await?))
}
