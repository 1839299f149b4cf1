//! `GET /settings/hand-out`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, worklist::HandOutSettings};

use crate::{error::ApiResult, extract::SignedIn};

/// How leads are handed out.
#[utoipa::path(
    get,
    path = "/settings/hand-out",
    operation_id = "settings_get_hand_out",
    tag = "settings",
    security(("bearer" = [])),
    responses((status = 200, body = HandOutSettings), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<HandOutSettings>> {
    Ok(Json(backend.hand_out_settings(&actor).await?))
}
