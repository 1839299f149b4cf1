//! `POST /numbers`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    config::{Number, NumberInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a number.
#[utoipa::path(
    post,
    path = "/numbers",
    operation_id = "numbers_create",
    tag = "numbers",
    security(("bearer" = [])),
    request_body = NumberInput,
    responses((status = 201, body = Number), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<NumberInput>,
) -> ApiResult<(StatusCode, Json<Number>)> {
    Ok((StatusCode::CREATED, Json(backend.create_number(&actor, body).await?)))
}
