//! `GET /calls/{id}/dispositions`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{config::Disposition, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// The outcomes that can be chosen for this call.
#[utoipa::path(
    get,
    path = "/calls/{id}/dispositions",
    operation_id = "calls_dispositions",
    tag = "calls",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<Disposition>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<Vec<Disposition>>> {
    Ok(Json(backend.call_dispositions(&actor, id).await?))
}
