//! `GET /recordings/{id}/waveform`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{error::ApiError, recordings::Waveform};

use crate::{
    error::ApiResult,
    extract::{Id, SignedIn},
};

/// Peaks of both channels.
#[utoipa::path(
    get,
    path = "/recordings/{id}/waveform",
    operation_id = "recordings_waveform",
    tag = "recordings",
    security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Waveform), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
) -> ApiResult<Json<Waveform>> {
    Ok(Json(backend.recording_waveform(&actor, id).await?))
}
