//! `POST /calls/{id}/answer`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{
    calls::{AnswerCall, LiveCall},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Takes the offered call. Of two who press Answer one gets it; the other is told who.
#[utoipa::path(
    post,
    path = "/calls/{id}/answer",
    operation_id = "calls_answer",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = AnswerCall,
    responses((status = 200, body = LiveCall), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Body(body): Body<AnswerCall>,
) -> ApiResult<Json<LiveCall>> {
    Ok(Json(backend.answer_call(&actor, id, body).await?))
}
