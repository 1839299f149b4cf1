//! `GET /disposition-templates`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{dispositions::DispositionTemplate, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// With which outcomes a set of each kind begins.
#[utoipa::path(
    get,
    path = "/disposition-templates",
    operation_id = "disposition_sets_templates",
    tag = "disposition-sets",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<DispositionTemplate>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
) -> ApiResult<Json<Vec<DispositionTemplate>>> {
    Ok(Json(backend.disposition_templates(&actor).await?))
}
