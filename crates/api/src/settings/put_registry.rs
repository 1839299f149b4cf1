//! `PUT /settings/registry`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    opt_out::{RegistrySettings, RegistrySettingsInput},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Sets the national registry. What another one has said is forgotten.
#[utoipa::path(
    put,
    path = "/settings/registry",
    operation_id = "settings_put_registry",
    tag = "settings",
    security(("bearer" = [])),
    request_body = RegistrySettingsInput,
    responses((status = 200, body = RegistrySettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<RegistrySettingsInput>,
) -> ApiResult<Json<RegistrySettings>> {
    Ok(Json(backend.update_registry_settings(&actor, body).await?))
}
