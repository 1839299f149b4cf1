//! `GET /media/relays`

use axum::{Json, extract::State};
use backend::Backend;
use wire::{error::ApiError, media::RelayServers};

use crate::{error::ApiResult, extract::SignedIn};

/// Servers that pass UDP on for devices that cannot reach the bridge directly, with credentials for this person.
#[utoipa::path(
    get,
    path = "/media/relays",
    operation_id = "media_relays",
    tag = "media",
    security(("bearer" = [])),
    responses((status = 200, body = RelayServers), (status = "4XX", body = ApiError))
)]
pub async fn handler(State(backend): State<Backend>, SignedIn(actor): SignedIn) -> ApiResult<Json<RelayServers>> {
    Ok(Json(backend.relay_servers(&actor)?))
}
