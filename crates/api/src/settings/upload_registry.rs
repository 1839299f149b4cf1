//! `POST /settings/registry/list`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    error::ApiError,
    opt_out::{RegistrySettings, RegistryUpload},
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Takes a list of the registry in, in parts of up to 5,000 lines.
#[utoipa::path(
    post,
    path = "/settings/registry/list",
    operation_id = "settings_upload_registry",
    tag = "settings",
    security(("bearer" = [])),
    request_body = RegistryUpload,
    responses((status = 200, body = RegistrySettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<RegistryUpload>,
) -> ApiResult<Json<RegistrySettings>> {
    Ok(Json(backend.upload_registry(&actor, body).await?))
}
