//! `PUT /assignment/rules`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    assignment::{AssignmentRules, SaveAssignmentRules},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a version of the rules, in force from now on.
#[utoipa::path(
    put,
    path = "/assignment/rules",
    operation_id = "assignment_save_rules",
    tag = "assignment",
    security(("bearer" = [])),
    request_body = SaveAssignmentRules,
    responses((status = 200, body = AssignmentRules), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<SaveAssignmentRules>,
) -> ApiResult<Json<AssignmentRules>> {
    Ok(Json(backend.save_assignment_rules(&actor, body).await?))
}
