//! `POST /do-not-call/upload`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{
    config::{DncUpload, DncUploaded},
    error::ApiError,
};

use crate::{
    error::ApiResult,
    extract::{Body, SignedIn},
};

/// Adds a list of numbers, one in each line.
#[utoipa::path(
    post,
    path = "/do-not-call/upload",
    operation_id = "do_not_call_upload",
    tag = "do_not_call",
    security(("bearer" = [])),
    request_body = DncUpload,
    responses((status = 200, body = DncUploaded), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Body(body): Body<DncUpload>,
) -> ApiResult<Json<DncUploaded>> {
    Ok(Json(backend.upload_do_not_call(&actor, body).await?))
}
