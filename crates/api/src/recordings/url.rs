//! `GET /recordings/{id}/url`

use axum::{Json, extract::State};
use backend::Backend;
use domain::ids::CallId;
use wire::{
    error::ApiError,
    recordings::{AudioQuery, SignedUrl},
};

use crate::{
    error::ApiResult,
    extract::{Id, Params, SignedIn},
};

/// A link that works for ten minutes.
#[utoipa::path(
    get,
    path = "/recordings/{id}/url",
    operation_id = "recordings_url",
    tag = "recordings",
    security(("bearer" = [])),
    params(("id" = String, Path), AudioQuery),
    responses((status = 200, body = SignedUrl), (status = "4XX", body = ApiError))
)]
pub async fn handler(
    State(backend): State<Backend>,
    SignedIn(actor): SignedIn,
    Id(id): Id<CallId>,
    Params(query): Params<AudioQuery>,
) -> ApiResult<Json<SignedUrl>> {
    Ok(Json(backend.recording_url(&actor, id, query).await?))
}
