//! `PUT /settings/hand-out`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, worklist::HandOutSettings};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Changes how leads are handed out.
#[utoipa::path(
    put,
    path = "/settings/hand-out",
    operation_id = "settings_put_hand_out",
    tag = "settings",
    security(("bearer" = [])),
    request_body = HandOutSettings,
    responses((status = 200, body = HandOutSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<HandOutSettings>,
) -> ApiResult<Json<HandOutSettings>> {
    Ok(Json(backend.update_hand_out(&actor, body).await?))
}
