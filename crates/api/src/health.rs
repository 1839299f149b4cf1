//! Health for load balancers and the doctor.

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use serde_json::json;

/// The process answers.
pub async fn live() -> StatusCode {
    StatusCode::OK
}

/// The database answers and the audio bridge runs.
pub async fn ready(State(backend): State<Backend>) -> (StatusCode, Json<serde_json::Value>) {
    let database = backend.database_ready().await;
    let bridge = backend.bridge_ready();
    let status = if database && bridge { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "database": database, "bridge": bridge })))
}
