//! `POST /settings/carrier/test`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::TestResult, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// Tries the carrier as it is set up.
#[utoipa::path(
    post,
    path = "/settings/carrier/test",
    operation_id = "settings_test_carrier",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = TestResult), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<TestResult>> {
    Ok(Json(backend.test_carrier(&actor).await?))
}
