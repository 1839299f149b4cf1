//! `PUT /masking/pools/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::PoolId;
use wire::{
    error::ApiError,
    masking::{MaskingPool, MaskingPoolInput},
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Changes a pool; mappings of a number that leaves it stay until they end (admins).
#[utoipa::path(
    put,
    path = "/masking/pools/{id}",
    operation_id = "masking_update_pool",
    tag = "masking",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = MaskingPoolInput,
    responses((status = 200, body = MaskingPool), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<PoolId>,
    Body(body): Body<MaskingPoolInput>,
) -> ApiResult<Json<MaskingPool>> {
    Ok(Json(backend.update_masking_pool(&actor, id, body).await?))
}
