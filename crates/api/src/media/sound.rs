//! `GET /media/sound`: the WebSocket that carries a device's sound where no UDP gets through. See `media::socket`.

use std::time::Duration;

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    response::Response,
};
use backend::{Backend, SoundSocket, Verdict};
use wire::media::{SOUND_BAD_MESSAGE, SOUND_MOVED, SOUND_NO_SESSION, SOUND_NOT_SIGNED_IN, SoundHello, SoundWelcome};

/// A client that says nothing for so long after connecting is cut off.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// The hello has the longest message: a token. From here on the socket is closed.
const MOST_BYTES: usize = 8 * 1024;
const MAX_FRAME: u32 = 1_284;
/// A client whose socket takes nothing for so long is gone.
const SEND_WITHIN: Duration = Duration::from_secs(5);
/// A client that says nothing for so long is gone; it says at least every second that it is there.
const SILENT_FOR: Duration = Duration::from_secs(5);

/// A device's sound over a WebSocket, for networks that let no UDP through. First message, as text: `SoundHello`.
#[utoipa::path(
    get,
    path = "/media/sound",
    operation_id = "media_sound",
    tag = "media",
    responses((status = 101, description = "WebSocket; a hello and a welcome as text, then frames of sound in binary messages"))
)]
pub async fn handler(State(backend): State<Backend>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(MOST_BYTES).max_frame_size(MOST_BYTES).on_upgrade(move |socket| async move {
        let mut socket = socket;
        let (code, reason) = match welcome(&backend, &mut socket).await {
            Ok(sound) => carry(&mut socket, sound).await,
            Err(closing) => closing,
        };
        let frame = CloseFrame { code, reason: reason.into() };
        drop(tokio::time::timeout(SEND_WITHIN, socket.send(Message::Close(Some(frame)))).await);
    })
}

type Closing = (u16, &'static str);

async fn welcome(backend: &Backend, socket: &mut WebSocket) -> Result<SoundSocket, Closing> {
    let first = tokio::time::timeout(HELLO_WITHIN, socket.recv()).await;
    let Ok(Some(Ok(Message::Text(text)))) = first else { return Err((SOUND_BAD_MESSAGE, "hello expected first")) };
    let Ok(hello) = serde_json::from_str::<SoundHello>(text.as_str()) else {
        return Err((SOUND_BAD_MESSAGE, "hello expected first"));
    };
    let actor = backend
        .authenticate(hello.access_token.reveal())
        .await
        .map_err(|_| (SOUND_NOT_SIGNED_IN, "the access token is not valid"))?;
    let sound = backend
        .open_sound_socket(&actor, hello.media_session_id)
        .await
        .map_err(|_| (SOUND_NO_SESSION, "there is no such session; open one"))?;
    let welcome = serde_json::to_string(&SoundWelcome { max_frame: MAX_FRAME }).unwrap_or_default();
    if !send(socket, Message::Text(welcome.into())).await {
        return Err((SOUND_MOVED, "gone"));
    }
    Ok(sound)
}

async fn carry(socket: &mut WebSocket, mut sound: SoundSocket) -> Closing {
    loop {
        let verdict = tokio::select! {
            message = tokio::time::timeout(SILENT_FOR, socket.recv()) => match message {
                Ok(Some(Ok(Message::Binary(frame)))) => sound.heard(&frame),
                Ok(Some(Ok(Message::Text(_)))) => sound.garbage(),
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Verdict::GoOn,
                // A message that is far too large, or no frame at all: what follows cannot be told apart from it.
                Ok(Some(Err(error))) => {
                    tracing::debug!(%error, "a sound socket broke");
                    sound.garbage();
                    return (SOUND_BAD_MESSAGE, "not a frame of sound");
                }
                Ok(Some(Ok(Message::Close(_))) | None) | Err(_) => return (SOUND_MOVED, "gone"),
            },
            outgoing = sound.next_outgoing() => {
                let Some(bytes) = outgoing else { return (SOUND_MOVED, "the sound goes another way") };
                if !send(socket, Message::Binary(bytes.into())).await {
                    return (SOUND_MOVED, "gone");
                }
                Verdict::GoOn
            }
        };
        if verdict == Verdict::Close {
            return (SOUND_BAD_MESSAGE, "too much that is no sound");
        }
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(tokio::time::timeout(SEND_WITHIN, socket.send(message)).await, Ok(Ok(())))
}
