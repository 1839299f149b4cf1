//! `GET /live/snapshot`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, live::Snapshot};

use crate::{error::ApiResult, extract::SignedIn};

/// Everything live that the reader may see, at one sequence number.
#[utoipa::path(
    get,
    path = "/live/snapshot",
    operation_id = "live_snapshot",
    tag = "live",
    security(("bearer" = [])),
    responses((status = 200, body = Snapshot), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<Snapshot>> {
    Ok(Json(backend.live_snapshot(&actor).await?))
}
