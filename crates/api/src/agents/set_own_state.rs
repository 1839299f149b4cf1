//! `PUT /agents/me/state`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    agents::{AgentStatus, AskedAgentState},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Asks for a state of one's own. A break asked for while a call is reserved takes effect after that call.
#[utoipa::path(
    put,
    path = "/agents/me/state",
    operation_id = "agents_set_own_state",
    tag = "agents",
    security(("bearer" = [])),
    request_body = AskedAgentState,
    responses((status = 200, body = AgentStatus), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<AskedAgentState>,
) -> ApiResult<Json<AgentStatus>> {
    Ok(Json(backend.set_own_state(&actor, body).await?))
}
