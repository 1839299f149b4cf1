//! `GET /settings/registry`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, opt_out::RegistrySettings};

use crate::{error::ApiResult, extract::SignedIn};

/// The national registry that is asked before calls.
#[utoipa::path(
    get,
    path = "/settings/registry",
    operation_id = "settings_get_registry",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = RegistrySettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<RegistrySettings>> {
    Ok(Json(backend.registry_settings(&actor).await?))
}
