//! `GET /settings/engines`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::EngineSettings, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The engines settings, without secrets.
#[utoipa::path(
    get,
    path = "/settings/engines",
    operation_id = "settings_get_engines",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = EngineSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<EngineSettings>> {
    Ok(Json(backend.engines_settings(&actor).await?))
}
