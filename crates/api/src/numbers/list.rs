//! `GET /numbers`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::Number, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// All numbers of the tenant.
#[utoipa::path(
    get,
    path = "/numbers",
    operation_id = "numbers_list",
    tag = "numbers",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<Number>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<Number>>> {
    Ok(Json(backend.list_numbers(&actor).await?))
}
