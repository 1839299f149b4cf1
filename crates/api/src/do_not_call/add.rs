//! `POST /do-not-call`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    config::{AddDnc, DncEntry},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a number; one that is listed for as long already is returned as it is.
#[utoipa::path(
    post,
    path = "/do-not-call",
    operation_id = "do_not_call_add",
    tag = "do_not_call",
    security(("bearer" = [])),
    request_body = AddDnc,
    responses((status = 201, body = DncEntry), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<AddDnc>,
) -> ApiResult<(StatusCode, Json<DncEntry>)> {
    Ok((StatusCode::CREATED, Json(backend.add_do_not_call(&actor, body).await?)))
}
