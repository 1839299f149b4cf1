//! `PUT /agents/{id}/state`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::UserId;
use wire::{
    agents::{AgentStatus, AskedAgentState},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Sets the state of an agent (supervisors).
#[utoipa::path(
    put,
    path = "/agents/{id}/state",
    operation_id = "agents_force_state",
    tag = "agents",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = AskedAgentState,
    responses((status = 200, body = AgentStatus), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<UserId>,
    Body(body): Body<AskedAgentState>,
) -> ApiResult<Json<AgentStatus>> {
    Ok(Json(backend.force_agent_state(&actor, id, body).await?))
}
