//! `GET /users/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::UserId;
use wire::{accounts::User, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// One user.
#[utoipa::path(
    get,
    path = "/users/{id}",
    operation_id = "users_get",
    tag = "users",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = User), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<UserId>,
) -> ApiResult<Json<User>> {
    Ok(Json(backend.get_user(&actor, id).await?))
}
