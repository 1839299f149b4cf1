//! `PUT /settings/dialing`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{config::DialingSettings, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Allows or forbids kinds of numbers.
#[utoipa::path(
    put,
    path = "/settings/dialing",
    operation_id = "settings_put_dialing",
    tag = "settings",
    security(("bearer" = [])),
    request_body = DialingSettings,
    responses((status = 200, body = DialingSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<DialingSettings>,
) -> ApiResult<Json<DialingSettings>> {
    Ok(Json(backend.update_dialing_settings(&actor, body).await?))
}
