//! `PUT /settings/engines`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    config::{EngineSettings, EngineSettingsInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Replaces the engines settings; an absent secret stays.
#[utoipa::path(
    put,
    path = "/settings/engines",
    operation_id = "settings_put_engines",
    tag = "settings",
    security(("bearer" = [])),
    request_body = EngineSettingsInput,
    responses((status = 200, body = EngineSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<EngineSettingsInput>,
) -> ApiResult<Json<EngineSettings>> {
    Ok(Json(backend.update_engines_settings(&actor, body).await?))
}
