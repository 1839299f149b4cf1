//! `PATCH /me`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    accounts::{Me, UpdateMe},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Changes the own name, language, theme or password.
#[utoipa::path(
    patch,
    path = "/me",
    operation_id = "me_update",
    tag = "me",
    security(("bearer" = [])),
    request_body = UpdateMe,
    responses((status = 200, body = Me), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<UpdateMe>,
) -> ApiResult<Json<Me>> {
    Ok(Json(backend.update_me(&actor, body).await?))
}
