//! `GET /me/sessions`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{accounts::SessionInfo, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The own sign-ins on all devices.
#[utoipa::path(
    get,
    path = "/me/sessions",
    operation_id = "me_sessions",
    tag = "me",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<SessionInfo>), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Vec<SessionInfo>>> {
    Ok(Json(backend.list_sessions(&actor).await?))
}
