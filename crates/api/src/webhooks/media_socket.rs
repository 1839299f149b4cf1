//! A carrier's media socket, whoever the carrier is.

use std::time::Duration;

use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use backend::CarrierStream;
use tokio::time::Instant;

/// Beyond this the socket is closed. A media message of 20 ms has about 400 bytes; from 64 KiB on a message is dropped.
const MOST_BYTES: usize = 1024 * 1024;
/// Carriers send sound all the time. A connection on which nothing comes is half open: the other side has gone without a word, and
/// the leg is brought back the sooner the sooner this is known.
const SILENT_FOR: Duration = Duration::from_secs(10);

pub(super) fn open(upgrade: WebSocketUpgrade, stream: CarrierStream) -> Response {
    upgrade.max_message_size(MOST_BYTES).max_frame_size(MOST_BYTES).on_upgrade(move |socket| carry(socket, stream))
}

/// Moves messages until either side ends; the stream tells the call when the socket has gone.
async fn carry(mut socket: WebSocket, mut stream: CarrierStream) {
    let mut heard_at = Instant::now();
    loop {
        tokio::select! {
            () = tokio::time::sleep_until(heard_at + SILENT_FOR) => {
                tracing::info!("nothing has come on a media socket: it is half open");
                break;
            }
            message = socket.recv() => { heard_at = Instant::now(); match message {
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
            } }
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
