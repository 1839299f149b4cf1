//! `PUT /settings/storage`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    config::{StorageSettings, StorageSettingsInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Replaces the storage settings; an absent secret stays.
#[utoipa::path(
    put,
    path = "/settings/storage",
    operation_id = "settings_put_storage",
    tag = "settings",
    security(("bearer" = [])),
    request_body = StorageSettingsInput,
    responses((status = 200, body = StorageSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<StorageSettingsInput>,
) -> ApiResult<Json<StorageSettings>> {
    Ok(Json(backend.update_storage_settings(&actor, body).await?))
}
