//! `POST /disposition-sets/{id}/copy`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::DispositionSetId;
use wire::{
    dispositions::{CopyDispositionSet, DispositionSet},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Makes another set of the newest version.
#[utoipa::path(
    post,
    path = "/disposition-sets/{id}/copy",
    operation_id = "disposition_sets_copy",
    tag = "disposition-sets",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = CopyDispositionSet,
    responses((status = 200, body = DispositionSet), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<DispositionSetId>,
    Body(body): Body<CopyDispositionSet>,
) -> ApiResult<Json<DispositionSet>> {
    Ok(Json(backend.copy_disposition_set(&actor, id, body).await?))
}
