//! `GET /numbers/unknown`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::UnknownNumber, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// Numbers of the carrier account that were called and are not in the tenant's list (admins).
#[utoipa::path(
    get,
    path = "/numbers/unknown",
    operation_id = "numbers_unknown",
    tag = "numbers",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<UnknownNumber>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<UnknownNumber>>> {
    Ok(Json(backend.unknown_numbers(&actor).await?))
}
