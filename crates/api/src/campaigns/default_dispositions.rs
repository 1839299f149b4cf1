//! `GET /campaigns/default-dispositions`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::Disposition, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The outcomes a new campaign starts with.
#[utoipa::path(
    get,
    path = "/campaigns/default-dispositions",
    operation_id = "campaigns_default_dispositions",
    tag = "campaigns",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<Disposition>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<Disposition>>> {
    Ok(Json(backend.default_dispositions(&actor).await?))
}
