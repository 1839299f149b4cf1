//! Health for load balancers and the doctor.

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use serde_json::json;

/// The process answers.
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "health_live",
    tag = "health",
    responses((status = 200, description = "it does"))
)]
pub async fn live() -> StatusCode {
    StatusCode::OK
}

/// The database answers and the audio bridge runs.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "health_ready",
    tag = "health",
    responses(
        (status = 200, description = "both: `{\"database\": true, \"bridge\": true}`"),
        (status = 503, description = "what is false is not there")
    )
)]
pub async fn ready(State(backend): State<Backend>) -> (StatusCode, Json<serde_json::Value>) {
    let database = backend.database_ready().await;
    let bridge = backend.bridge_ready();
    let status = if database && bridge { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "database": database, "bridge": bridge })))
}
