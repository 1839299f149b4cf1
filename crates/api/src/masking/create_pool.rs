//! `POST /masking/pools`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    error::ApiError,
    masking::{MaskingPool, MaskingPoolInput},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a pool of virtual numbers (admins).
#[utoipa::path(
    post,
    path = "/masking/pools",
    operation_id = "masking_create_pool",
    tag = "masking",
    security(("bearer" = [])),
    request_body = MaskingPoolInput,
    responses((status = 201, body = MaskingPool), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<MaskingPoolInput>,
) -> ApiResult<(StatusCode, Json<MaskingPool>)> {
    Ok((StatusCode::CREATED, Json(backend.create_masking_pool(&actor, body).await?)))
}
