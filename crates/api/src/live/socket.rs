//! `GET /live`: the WebSocket of `wire::live`.

use std::time::Duration;

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    response::Response,
};
use backend::{
    Actor, Backend, PhonePresence,
    live::{FeedReader, ReaderError, Start},
};
use tokio::sync::watch;
use wire::live::{ClientMessage, ServerMessage};

/// A client that says nothing for so long after connecting is cut off.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// Beside being told of changes: those that another server made are found so.
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(60);
const PROBE_EVERY: Duration = Duration::from_secs(2);
/// A client whose socket takes nothing for so long is gone.
const SEND_WITHIN: Duration = Duration::from_secs(10);

const CLOSE_NOT_SIGNED_IN: u16 = 4001;
const CLOSE_BAD_MESSAGE: u16 = 4002;
const CLOSE_TOO_SLOW: u16 = 4008;

/// The live socket. First message: `hello`; see the live messages in the types.
#[utoipa::path(
    get,
    path = "/live",
    operation_id = "live_socket",
    tag = "live",
    responses((status = 101, description = "WebSocket; messages are ClientMessage and ServerMessage"))
)]
pub async fn handler(State(backend): State<Backend>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(64 * 1024).on_upgrade(move |socket| async move {
        let mut socket = socket;
        if let Err(Closing { code, reason }) = serve(&backend, &mut socket).await {
            let frame = CloseFrame { code, reason: reason.into() };
            drop(tokio::time::timeout(SEND_WITHIN, socket.send(Message::Close(Some(frame)))).await);
        }
    })
}

struct Closing {
    code: u16,
    reason: &'static str,
}

impl Closing {
    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

enum Turn {
    Gone,
    Heard(ClientMessage),
    Event(Box<ServerMessage>),
    Probe,
    /// Somebody's rights have changed, or it is time to look again.
    LookAgain,
}

async fn serve(backend: &Backend, socket: &mut WebSocket) -> Result<(), Closing> {
    let hello = tokio::time::timeout(HELLO_WITHIN, receive(socket))
        .await
        .map_err(|_| Closing::new(CLOSE_NOT_SIGNED_IN, "hello expected within 10 s"))??;
    let Some(ClientMessage::Hello { access_token, epoch, after_seq, phone }) = hello else {
        return Err(Closing::new(CLOSE_BAD_MESSAGE, "hello expected first"));
    };
    let actor = backend
        .authenticate(&access_token)
        .await
        .map_err(|_| Closing::new(CLOSE_NOT_SIGNED_IN, "the access token is not valid"))?;
    let start = epoch.zip(after_seq).map_or(Start::Now, |(epoch, seq)| Start::After { epoch, seq });
    let rights = backend.watch_rights();
    let reader = backend.read_live(&actor, &start);
    let welcome = ServerMessage::Welcome {
        epoch: backend.live_epoch(),
        seq: reader.seq(),
        resumed: reader.resumed(),
        server_time_ms: backend::clock::now(),
    };
    if !send(socket, &welcome).await {
        return Ok(());
    }
    let presence = if phone { Some(backend.phone_connected(&actor).await) } else { None };
    let result = talk(backend, &actor, socket, reader, rights, presence.as_ref()).await;
    if let Some(presence) = presence {
        backend.phone_gone(&actor, presence).await;
    }
    result
}

async fn talk(
    backend: &Backend,
    actor: &Actor,
    socket: &mut WebSocket,
    mut reader: FeedReader,
    mut rights: watch::Receiver<u64>,
    presence: Option<&PhonePresence>,
) -> Result<(), Closing> {
    let mut probe = tokio::time::interval(PROBE_EVERY);
    let mut look_again = tokio::time::interval(LOOK_AGAIN_EVERY);
    let mut nonce = 0_u64;
    loop {
        let turn = tokio::select! {
            biased;
            Ok(()) = rights.changed() => Turn::LookAgain,
            _ = look_again.tick() => Turn::LookAgain,
            heard = receive(socket) => heard?.map_or(Turn::Gone, Turn::Heard),
            event = reader.next() => match event {
                Ok((seq, at_ms, event)) => Turn::Event(Box::new(ServerMessage::Event { seq, at_ms, event })),
                Err(ReaderError::TooSlow) => return Err(Closing::new(CLOSE_TOO_SLOW, "too slow; resume")),
                Err(ReaderError::Ended) => Turn::Gone,
            },
            _ = probe.tick(), if presence.is_some() => Turn::Probe,
        };
        let open = match (turn, presence) {
            (Turn::Gone, _) => false,
            (Turn::LookAgain, _) => {
                if !backend.may_go_on(actor).await {
                    return Err(Closing::new(CLOSE_NOT_SIGNED_IN, "this sign-in has ended, or its role has changed"));
                }
                true
            }
            (Turn::Event(message), _) => send(socket, &message).await,
            (Turn::Probe, _) => {
                nonce += 1;
                send(socket, &ServerMessage::Probe { nonce }).await
            }
            (Turn::Heard(ClientMessage::Ping { nonce }), _) => {
                send(socket, &ServerMessage::Pong { nonce, server_time_ms: backend::clock::now() }).await
            }
            (Turn::Heard(ClientMessage::ProbeReply { audio_running, media_session_id, .. }), Some(presence)) => {
                backend.probe_answered(actor, presence, media_session_id, audio_running).await;
                true
            }
            (Turn::Heard(ClientMessage::Sound { media_session_id, sound }), _) => {
                backend.device_said(actor, media_session_id, &sound);
                true
            }
            (Turn::Heard(ClientMessage::ProbeReply { .. } | ClientMessage::Hello { .. }), _) => true,
        };
        if !open {
            return Ok(());
        }
    }
}

/// The next message of the client; none when it has gone.
async fn receive(socket: &mut WebSocket) -> Result<Option<ClientMessage>, Closing> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => {
                return serde_json::from_str(text.as_str())
                    .map(Some)
                    .map_err(|_| Closing::new(CLOSE_BAD_MESSAGE, "not a message of this protocol"));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(Closing::new(CLOSE_BAD_MESSAGE, "text messages only")),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
        }
    }
}

async fn send(socket: &mut WebSocket, message: &ServerMessage) -> bool {
    let Ok(text) = serde_json::to_string(message) else { return false };
    matches!(tokio::time::timeout(SEND_WITHIN, socket.send(Message::Text(text.into()))).await, Ok(Ok(())))
}
