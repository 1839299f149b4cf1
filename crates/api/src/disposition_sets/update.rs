//! `PUT /disposition-sets/{id}`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::DispositionSetId;
use wire::{
    dispositions::{DispositionSet, DispositionSetInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, Id, SignedIn},
};

/// Keeps a new version. Calls that have begun keep the version they had.
#[utoipa::path(
    put,
    path = "/disposition-sets/{id}",
    operation_id = "disposition_sets_update",
    tag = "disposition-sets",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    request_body = DispositionSetInput,
    responses((status = 200, body = DispositionSet), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<DispositionSetId>,
    Body(body): Body<DispositionSetInput>,
) -> ApiResult<Json<DispositionSet>> {
    Ok(Json(backend.update_disposition_set(&actor, id, body).await?))
}
