//! `GET /me`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{accounts::Me, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The signed-in user, their tenant and session.
#[utoipa::path(
    get,
    path = "/me",
    operation_id = "me_get",
    tag = "me",
    security(("bearer" = [])),
    responses((status = 200, body = Me), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Me>> {
    Ok(Json(backend.me(&actor).await?))
}
