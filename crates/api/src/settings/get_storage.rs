//! `GET /settings/storage`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::StorageSettings, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The storage settings, without secrets.
#[utoipa::path(
    get,
    path = "/settings/storage",
    operation_id = "settings_get_storage",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = StorageSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<StorageSettings>> {
    Ok(Json(backend.storage_settings(&actor).await?))
}
