//! `POST /follow-ups/reassign`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    tasks::{FollowUpsReassigned, ReassignFollowUps},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Gives tasks and callbacks to somebody else: all of them, or none.
#[utoipa::path(
    post,
    path = "/follow-ups/reassign",
    operation_id = "follow_ups_reassign",
    tag = "tasks",
    security(("bearer" = [])),
    request_body = ReassignFollowUps,
    responses((status = 200, body = FollowUpsReassigned), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<ReassignFollowUps>,
) -> ApiResult<Json<FollowUpsReassigned>> {
    Ok(Json(backend.reassign_follow_ups(&actor, body).await?))
}
