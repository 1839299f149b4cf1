//! `POST /settings/engines/test`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    config::{EngineQuery, TestResult},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Tries the engine with a short sample.
#[utoipa::path(
    post,
    path = "/settings/engines/test",
    operation_id = "settings_test_engines",
    tag = "settings",
    security(("bearer" = [])),
    params(EngineQuery),
    responses((status = 200, body = TestResult), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<EngineQuery>,
) -> ApiResult<Json<TestResult>> {
    Ok(Json(backend.test_engine(&actor, query).await?))
}
