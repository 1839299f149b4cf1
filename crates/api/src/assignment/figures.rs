//! `GET /assignment/figures`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{assignment::AssignmentFigures, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// Who got how much, and whose leads nobody calls.
#[utoipa::path(
    get,
    path = "/assignment/figures",
    operation_id = "assignment_figures",
    tag = "assignment",
    security(("bearer" = [])),
    responses((status = 200, body = AssignmentFigures), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<AssignmentFigures>> {
    Ok(Json(backend.assignment_figures(&actor).await?))
}
