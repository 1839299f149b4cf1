//! `POST /users`

use axum::{Json, extract::State, http::StatusCode};
use backend::Backend;
use wire::{
    accounts::{CreateUser, User},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a user.
#[utoipa::path(
    post,
    path = "/users",
    operation_id = "users_create",
    tag = "users",
    security(("bearer" = [])),
    request_body = CreateUser,
    responses((status = 201, body = User), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<CreateUser>,
) -> ApiResult<(StatusCode, Json<User>)> {
    Ok((StatusCode::CREATED, Json(backend.create_user(&actor, body).await?)))
}
