//! `PATCH /users/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::UserId;
use wire::{
    accounts::{UpdateUser, User},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Changes a user; the last admin cannot be taken away.
#[utoipa::path(
    patch,
    path = "/users/{id}",
    operation_id = "users_update",
    tag = "users",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = UpdateUser,
    responses((status = 200, body = User), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<UserId>,
    Body(body): Body<UpdateUser>,
) -> ApiResult<Json<User>> {
    Ok(Json(backend.update_user(&actor, id, body).await?))
}
