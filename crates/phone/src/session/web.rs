//! Sound over a WebSocket: the way that is left where no UDP gets through.

use std::time::{Duration, Instant};

use domain::{ids::MediaSessionId, pii::Personal};
use futures_util::{SinkExt, StreamExt};
use media::socket::{ACKNOWLEDGE_EVERY, Arrivals, Backlog, DEAD_AFTER, Frame, MAX_FRAME};
use tokio::{net::TcpStream, sync::mpsc};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, protocol::WebSocketConfig},
};
use tokio_util::sync::{CancellationToken, DropGuard};
use wire::media::{SOUND_NO_SESSION, SoundHello};

use super::SignallingError;
use crate::sound::{EVENT_PAYLOAD, OPUS_PAYLOAD, RtpIn, RtpOut, SoundCommand, SoundEngine};

/// Packets between the sound thread and the socket: 160 ms at 20 ms each. What does not fit would only be late.
const OUTLET: usize = 8;
/// A message that is not taken for so long: the line is dead.
const SEND_WITHIN: Duration = Duration::from_secs(3);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    /// The server does not know the session.
    #[error("the server does not know this media session")]
    Unknown,
    /// Somebody answered, and it was a no.
    #[error("refused: {0}")]
    Refused(String),
    #[error("not reached: {0}")]
    Failed(String),
}

impl From<tungstenite::Error> for WebError {
    fn from(error: tungstenite::Error) -> Self {
        match error {
            tungstenite::Error::Http(answer) => Self::Refused(answer.status().to_string()),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<SignallingError> for WebError {
    fn from(error: SignallingError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Opens the socket and waits until the server has given it the session's sound.
pub(super) async fn connect(
    address: &str,
    access_token: Personal<String>,
    media_session_id: MediaSessionId,
) -> Result<Socket, WebError> {
    let config = WebSocketConfig::default().max_message_size(Some(MAX_FRAME)).max_frame_size(Some(MAX_FRAME));
    let (mut socket, _) = tokio_tungstenite::connect_async_with_config(address, Some(config), true).await?;
    let hello = serde_json::to_string(&SoundHello { access_token, media_session_id })
        .map_err(|error| WebError::Failed(error.to_string()))?;
    socket.send(Message::text(hello)).await?;
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(_))) => return Ok(socket),
            Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) == SOUND_NO_SESSION => {
                return Err(WebError::Unknown);
            }
            Some(Ok(Message::Close(frame))) => {
                return Err(WebError::Refused(frame.map_or_else(String::new, |frame| frame.to_string())));
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
            None => return Err(WebError::Failed("closed".to_owned())),
        }
    }
}

/// An open socket; dropping it closes it.
pub(super) struct WebLink {
    pub(super) outlet: mpsc::Sender<RtpOut>,
    _stop: DropGuard,
}

/// Carries sound until the link is dropped or the line breaks, which is told to `lost`.
pub(super) fn carry(socket: Socket, sound: SoundEngine, lost: impl FnOnce() + Send + 'static) -> WebLink {
    let (outlet, packets) = mpsc::channel(OUTLET);
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tokio::spawn(async move {
        let line = Line { sound, started: Instant::now(), backlog: Backlog::default(), arrivals: Arrivals::default() };
        let reason = line.run(socket, packets, stopped.clone()).await;
        if !stopped.is_cancelled() {
            tracing::info!(reason, "the sound socket ended");
            lost();
        }
    });
    WebLink { outlet, _stop: stop.drop_guard() }
}

struct Line {
    sound: SoundEngine,
    started: Instant,
    backlog: Backlog,
    arrivals: Arrivals,
}

impl Line {
    async fn run(mut self, socket: Socket, mut packets: mpsc::Receiver<RtpOut>, stop: CancellationToken) -> String {
        let (mut sink, mut stream) = socket.split();
        let mut tick = tokio::time::interval(ACKNOWLEDGE_EVERY);
        let mut heard = Instant::now();
        loop {
            let outgoing = tokio::select! {
                () = stop.cancelled() => {
                    // A dead line must not hold us up; the server notices by itself.
                    let _ = tokio::time::timeout(Duration::from_millis(200), sink.close()).await;
                    return "stopped".to_owned();
                }
                message = stream.next() => match message {
                    Some(Ok(Message::Binary(bytes))) => {
                        heard = Instant::now();
                        self.take(&bytes);
                        None
                    }
                    Some(Ok(Message::Close(frame))) => {
                        return frame.map_or_else(|| "closed".to_owned(), |frame| frame.to_string());
                    }
                    Some(Ok(_)) => None,
                    Some(Err(error)) => return error.to_string(),
                    None => return "closed".to_owned(),
                },
                packet = packets.recv() => packet.and_then(|packet| self.frame(&packet)),
                _ = tick.tick() => {
                    if heard.elapsed() > DEAD_AFTER {
                        return "nothing came any more".to_owned();
                    }
                    self.arrivals.due(self.started.elapsed()).map(Frame::to_bytes)
                }
            };
            if let Some(bytes) = outgoing {
                match tokio::time::timeout(SEND_WITHIN, sink.send(Message::binary(bytes))).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => return error.to_string(),
                    Err(_) => return "it took nothing any more".to_owned(),
                }
            }
        }
    }

    fn frame(&mut self, packet: &RtpOut) -> Option<Vec<u8>> {
        let (time, payload) = (packet.timestamp, packet.payload.as_ref());
        let known = matches!(packet.payload_type, OPUS_PAYLOAD | EVENT_PAYLOAD);
        let seq = known.then(|| self.backlog.admit(self.started.elapsed())).flatten()?;
        let frame = match packet.payload_type {
            EVENT_PAYLOAD => Frame::Key { seq, time, event: payload },
            _ => Frame::Sound { seq, time, packet: payload },
        };
        Some(frame.to_bytes())
    }

    fn take(&mut self, bytes: &[u8]) {
        match Frame::parse(bytes) {
            Ok(Frame::Acknowledged { seq }) => self.backlog.acknowledged(seq, self.started.elapsed()),
            Ok(Frame::Sound { seq, time, packet }) if self.arrivals.take(seq) => {
                self.sound.tell(SoundCommand::Packet(RtpIn {
                    arrived: Instant::now(),
                    seq: seq as u16,
                    timestamp: time,
                    red: false,
                    payload: bytes::Bytes::copy_from_slice(packet),
                }));
            }
            // A newer server may say things that this version does not know.
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "a frame of sound was dropped"),
        }
    }
}
