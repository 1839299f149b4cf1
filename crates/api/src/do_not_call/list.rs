//! `GET /do-not-call`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    config::{DncEntry, DncFilter},
    error::ApiError,
    page::Page,
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Numbers that must not be called, newest first.
#[utoipa::path(
    get,
    path = "/do-not-call",
    operation_id = "do_not_call_list",
    tag = "do_not_call",
    security(("bearer" = [])),
    params(DncFilter),
    responses((status = 200, body = Page<DncEntry>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<DncFilter>,
) -> ApiResult<Json<Page<DncEntry>>> {
    Ok(Json(backend.list_do_not_call(&actor, query).await?))
}
