//! `GET /disposition-sets/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::DispositionSetId;
use wire::{dispositions::DispositionSet, error::ApiError};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// One set, in its newest version.
#[utoipa::path(
    get,
    path = "/disposition-sets/{id}",
    operation_id = "disposition_sets_get",
    tag = "disposition-sets",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = DispositionSet), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<DispositionSetId>,
) -> ApiResult<Json<DispositionSet>> {
    Ok(Json(backend.get_disposition_set(&actor, id).await?))
}
