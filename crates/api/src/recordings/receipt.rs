//! `GET /recordings/{id}/receipt`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{error::ApiError, recordings::RecordingReceipt};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Proof of what was kept; `id` is the call.
#[utoipa::path(
    get,
    path = "/recordings/{id}/receipt",
    operation_id = "recordings_receipt",
    tag = "recordings",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = RecordingReceipt), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<RecordingReceipt>> {
    Ok(Json(backend.recording_receipt(&actor, id).await?))
}
