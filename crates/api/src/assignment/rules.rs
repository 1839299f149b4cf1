//! `GET /assignment/rules`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{assignment::AssignmentRules, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// The rules in force, and what they will not do as intended.
#[utoipa::path(
    get,
    path = "/assignment/rules",
    operation_id = "assignment_rules",
    tag = "assignment",
    security(("bearer" = [])),
    responses((status = 200, body = AssignmentRules), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<AssignmentRules>> {
    Ok(Json(backend.assignment_rules(&actor).await?))
}
