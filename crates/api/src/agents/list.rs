//! `GET /agents`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{agents::AgentStatus, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// Agents and what they do now.
#[utoipa::path(
    get,
    path = "/agents",
    operation_id = "agents_list",
    tag = "agents",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<AgentStatus>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<AgentStatus>>> {
    Ok(Json(backend.list_agents(&actor).await?))
}
