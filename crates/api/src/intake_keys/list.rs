//! `GET /intake-keys`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, intake::IntakeKey};

use crate::{error::ApiResult, extract::SignedIn};

/// All keys of the tenant, without their secrets.
#[utoipa::path(
    get,
    path = "/intake-keys",
    operation_id = "intake_keys_list",
    tag = "intake_keys",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<IntakeKey>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<IntakeKey>>> {
    Ok(Json(backend.list_intake_keys(&actor).await?))
}
