//! `GET /webhooks/twilio/media/{tenant}`: the Media Streams WebSocket of one call.

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use backend::{Backend, CarrierStream};
use domain::ids::TenantId;

use crate::extract::Id;

/// Beyond this the socket is closed. A media message of 20 ms has about 400 bytes; from 64 KiB on a message is dropped.
const MOST_BYTES: usize = 1024 * 1024;

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
    upgrade.max_message_size(MOST_BYTES).max_frame_size(MOST_BYTES).on_upgrade(move |socket| carry(socket, stream))
}

/// Moves messages until either side ends; the stream tells the call when the socket has gone.
async fn carry(mut socket: WebSocket, mut stream: CarrierStream) {
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    if stream.heard(text.as_str()).await.is_break() {
                        break;
                    }
                }
                Some(Ok(Message::Binary(_))) => {
                    if stream.garbage().is_break() {
                        break;
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                // A frame that is far too large or no frame at all: what follows cannot be told apart from it.
                Some(Err(error)) => {
                    tracing::debug!(%error, "a media socket broke");
                    stream.broken();
                    break;
                }
                Some(Ok(Message::Close(_))) | None => break,
            },
            outgoing = stream.next_outgoing() => match outgoing {
                Some(text) => {
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        break;
                    }
                }
                None => break,
            },
        }
    }
    stream.closed().await;
}
