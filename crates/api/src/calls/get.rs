//! `GET /calls/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{calls::CallDetail, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// All that is known of a call.
#[utoipa::path(
    get,
    path = "/calls/{id}",
    operation_id = "calls_get",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = CallDetail), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<CallDetail>> {
    Ok(Json(backend.get_call(&actor, id).await?))
}
