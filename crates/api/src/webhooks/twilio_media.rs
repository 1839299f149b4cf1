//! `GET /webhooks/twilio/media/{tenant}`: the Media Streams WebSocket of one call.

use axum::{
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use backend::Backend;
use domain::ids::TenantId;

use super::media_socket;
use crate::extract::Id;

/// The sound of one call, as Twilio's Media Streams speak it over a WebSocket
/// (<https://www.twilio.com/docs/voice/media-streams/websocket-messages>). Its first message names the call and brings a token
/// that is good once.
#[utoipa::path(
    get,
    path = "/webhooks/twilio/media/{tenant}",
    operation_id = "webhooks_twilio_media",
    tag = "webhooks",
    params(
        ("tenant" = String, Path, description = "whose carrier signs"),
        ("X-Twilio-Signature" = String, Header, description = "https://www.twilio.com/docs/usage/security#validating-requests"),
    ),
    responses(
        (status = 101, description = "the WebSocket is open"),
        (status = 403, description = "not signed by the carrier of this tenant")
    )
)]
pub async fn handler(
    State(backend): State<Backend>,
    Id(tenant): Id<TenantId>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let signature = headers.get("x-twilio-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(stream) = backend.open_carrier_stream(tenant, signature).await else {
        return StatusCode::FORBIDDEN.into_response();
    };
    media_socket::open(upgrade, stream)
}
