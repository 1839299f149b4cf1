//! `GET /assignments`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    assignment::{Assignment, AssignmentQuery},
    error::ApiError,
    page::Page,
};

use crate::{
    error::ApiResult,
    extract::{Params, SignedIn},
};

/// Who got which lead and why, newest first.
#[utoipa::path(
    get,
    path = "/assignments",
    operation_id = "assignments_list",
    tag = "assignment",
    security(("bearer" = [])),
    params(AssignmentQuery),
    responses((status = 200, body = Page<Assignment>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Params(query): Params<AssignmentQuery>,
) -> ApiResult<Json<Page<Assignment>>> {
    Ok(Json(backend.list_assignments(&actor, query).await?))
}
