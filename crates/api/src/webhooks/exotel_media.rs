//! `GET /webhooks/exotel/{tenant}/{secret}/media`: the Voicebot WebSocket of one call.

use axum::{
    extract::{Path, State, WebSocketUpgrade},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use backend::Backend;
use domain::ids::TenantId;

use super::media_socket;
use crate::extract::ClientAddress;

/// The sound of one call, as Exotel's Voicebot applet speaks it over a WebSocket. Its first message names the call by Exotel's id.
#[utoipa::path(
    get,
    path = "/webhooks/exotel/{tenant}/{secret}/media",
    operation_id = "webhooks_exotel_media",
    tag = "webhooks",
    params(
        ("tenant" = String, Path, description = "whose account"),
        ("secret" = String, Path, description = "as Settings > Carrier shows it"),
    ),
    responses(
        (status = 101, description = "the WebSocket is open"),
        (status = 403, description = "not an address of a tenant here")
    )
)]
pub async fn handler(
    State(backend): State<Backend>,
    Path((tenant, secret)): Path<(String, String)>,
    ClientAddress(from): ClientAddress,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Ok(tenant) = tenant.parse::<TenantId>() else { return StatusCode::FORBIDDEN.into_response() };
    let Some(stream) = backend.open_exotel_stream(tenant, &secret, from).await else {
        return StatusCode::FORBIDDEN.into_response();
    };
    media_socket::open(upgrade, stream)
}
