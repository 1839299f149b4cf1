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

/// Largest message taken; a media message of 20 ms has about 400 bytes.
const MOST_BYTES: usize = 64 * 1024;

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
    upgrade.max_message_size(MOST_BYTES).on_upgrade(move |socket| carry(socket, stream))
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
                Some(Ok(Message::Binary(_))) => stream.garbage(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
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
