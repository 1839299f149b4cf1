//! `POST /settings/sip/test`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::TestResult, error::ApiError, sip::TestTrunk};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Asks one trunk whether it is there.
#[utoipa::path(
    post,
    path = "/settings/sip/test",
    operation_id = "settings_test_trunk",
    tag = "settings",
    security(("bearer" = [])),
    request_body = TestTrunk,
    responses((status = 200, body = TestResult), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<TestTrunk>,
) -> ApiResult<Json<TestResult>> {
    Ok(Json(backend.test_trunk(&actor, body).await?))
}
