//! `POST /calls/{id}/wrap-up/extend`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{agents::AgentStatus, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// 30 s more wrap-up.
#[utoipa::path(
    post,
    path = "/calls/{id}/wrap-up/extend",
    operation_id = "calls_extend_wrap_up",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = AgentStatus), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<AgentStatus>> {
    Ok(Json(backend.extend_wrap_up(&actor, id).await?))
}
