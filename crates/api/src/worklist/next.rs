//! `POST /worklist/next`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    worklist::{AskNext, NextLead},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Takes the next lead that may be called now, and holds it.
#[utoipa::path(
    post,
    path = "/worklist/next",
    operation_id = "worklist_next",
    tag = "worklist",
    security(("bearer" = [])),
    request_body = AskNext,
    responses((status = 200, body = NextLead), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<AskNext>,
) -> ApiResult<Json<NextLead>> {
    Ok(Json(backend.next_lead(&actor, body).await?))
}
