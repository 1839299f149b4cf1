//! `GET /disposition-sets`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{dispositions::DispositionSet, error::ApiError};

use crate::{error::ApiResult, extract::SignedIn};

/// All sets of outcomes, those that were put away among them, by name.
#[utoipa::path(
    get,
    path = "/disposition-sets",
    operation_id = "disposition_sets_list",
    tag = "disposition-sets",
    security(("bearer" = [])),
    responses((status = 200, body = Vec<DispositionSet>), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
) -> ApiResult<Json<Vec<DispositionSet>>> {
    Ok(Json(backend.list_disposition_sets(&actor).await?))
}
