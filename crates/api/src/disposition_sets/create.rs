//! `POST /disposition-sets`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    dispositions::{DispositionSet, DispositionSetInput},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Makes a set.
#[utoipa::path(
    post,
    path = "/disposition-sets",
    operation_id = "disposition_sets_create",
    tag = "disposition-sets",
    security(("bearer" = [])),
    request_body = DispositionSetInput,
    responses((status = 200, body = DispositionSet), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<DispositionSetInput>,
) -> ApiResult<Json<DispositionSet>> {
    Ok(Json(backend.create_disposition_set(&actor, body).await?))
}
