//! `POST /settings/registry/test`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::TestResult, error::ApiError, opt_out::TestRegistry};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Asks the registry about one number now.
#[utoipa::path(
    post,
    path = "/settings/registry/test",
    operation_id = "settings_test_registry",
    tag = "settings",
    security(("bearer" = [])),
    request_body = TestRegistry,
    responses((status = 200, body = TestResult), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<TestRegistry>,
) -> ApiResult<Json<TestResult>> {
    Ok(Json(backend.test_registry(&actor, body).await?))
}
