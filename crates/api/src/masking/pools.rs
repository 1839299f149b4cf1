//! `GET /masking/pools`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, masking::MaskingPool};

use crate::{error::ApiResult, extract::SignedIn};

/// The pools of virtual numbers (admins and managers).
#[utoipa::path(
    get,
    path = "/masking/pools",
    operation_id = "masking_pools",
    tag = "masking",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<MaskingPool>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<MaskingPool>>> {
    Ok(Json(backend.masking_pools(&actor).await?))
}
