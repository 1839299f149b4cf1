//! `POST /settings/exotel/test`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::TestResult, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// Tries the Exotel account as it is set up.
#[utoipa::path(
    post,
    path = "/settings/exotel/test",
    operation_id = "settings_test_exotel",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = TestResult), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<TestResult>> {
    Ok(Json(backend.test_exotel(&actor).await?))
}
