//! `PUT /numbers/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::NumberId;
use wire::{
    config::{Number, NumberInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Replaces a number.
#[utoipa::path(
    put,
    path = "/numbers/{id}",
    operation_id = "numbers_update",
    tag = "numbers",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = NumberInput,
    responses((status = 200, body = Number), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<NumberId>,
    Body(body): Body<NumberInput>,
) -> ApiResult<Json<Number>> {
    Ok(Json(backend.update_number(&actor, id, body).await?))
}
