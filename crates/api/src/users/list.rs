//! `GET /users`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    accounts::User,
    error::ApiError,
    page::{Page, PageQuery},
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Users of the tenant, by name.
#[utoipa::path(
    get,
    path = "/users",
    operation_id = "users_list",
    tag = "users",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<User>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<PageQuery>,
) -> ApiResult<Json<Page<User>>> {
    Ok(Json(backend.list_users(&actor, query).await?))
}
