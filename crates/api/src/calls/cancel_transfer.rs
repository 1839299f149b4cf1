//! `POST /calls/{id}/transfer/cancel`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{calls::LiveCall, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Takes the customer back before the target has answered.
#[utoipa::path(
    post,
    path = "/calls/{id}/transfer/cancel",
    operation_id = "calls_cancel_transfer",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = LiveCall), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<LiveCall>> {
    Ok(Json(backend.cancel_transfer(&actor, id).await?))
}
