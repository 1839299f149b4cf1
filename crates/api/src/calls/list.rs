//! `GET /calls`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    calls::{CallFilter, CallRow},
    error::ApiError,
    page::Page,
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Call history, newest first. Telecallers see their own calls.
#[utoipa::path(
    get,
    path = "/calls",
    operation_id = "calls_list",
    tag = "calls",
    security(("bearer" = [])),
    params(CallFilter),
    responses((status = 200, body = Page<CallRow>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<CallFilter>,
) -> ApiResult<Json<Page<CallRow>>> {
    Ok(Json(backend.list_calls(&actor, query).await?))
}
