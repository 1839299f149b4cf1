//! `PUT /calls/{id}/monitor`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{
    calls::{LiveCall, SetMonitor},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Listen, whisper or barge (supervisors). A whisper is never heard by the customer.
#[utoipa::path(
    put,
    path = "/calls/{id}/monitor",
    operation_id = "calls_monitor",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = SetMonitor,
    responses((status = 200, body = LiveCall), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<SetMonitor>,
) -> ApiResult<Json<LiveCall>> {
    Ok(Json(backend.monitor_call(&actor, id, body).await?))
}
