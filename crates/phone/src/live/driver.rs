use std::time::{Duration, Instant};

use domain::{pii::Personal, time::UnixMillis};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use tokio::{net::TcpStream, sync::mpsc, task::JoinHandle};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};
use tokio_util::sync::CancellationToken;
use wire::live::{ClientMessage, ServerMessage};

use super::{Effect, Input, LivePolicy, LiveState, ServerClock};
use crate::{api::ApiClient, clock::unix_now};

const TICK: Duration = Duration::from_millis(100);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) enum LiveInput {
    Want(bool),
    NetworkChanged,
    /// See [`Input::NetworkBack`].
    NetworkBack,
    /// Answer to a probe.
    Reply(ClientMessage),
}

pub(crate) enum LiveOutput {
    /// The line is up; when it was not resumed, or another run of the server answers, the snapshot has to be read.
    Welcomed {
        resumed: bool,
        new_epoch: bool,
    },
    Lost,
    Probe {
        nonce: u64,
    },
    /// A numbered event, in order and never twice.
    Event(Box<ServerMessage>),
    Clock(ServerClock),
}

enum Wire {
    Connected(Box<SplitSink<Socket, Message>>),
    Message(Box<ServerMessage>),
    Lost(String),
}

struct Driver {
    api: ApiClient,
    output: mpsc::UnboundedSender<LiveOutput>,
    policy: LivePolicy,
    started: Instant,
    /// Counts connections: what an older one still says is not heard.
    current: u64,
    reader: Option<JoinHandle<()>>,
    sink: Option<Box<SplitSink<Socket, Message>>>,
    wire: mpsc::UnboundedSender<(u64, Wire)>,
    seen: Option<(String, u64)>,
    clock: ServerClock,
    pinged: Option<(u64, UnixMillis)>,
}

/// Keeps the line until `stop`.
pub(crate) async fn run(
    api: ApiClient,
    mut input: mpsc::UnboundedReceiver<LiveInput>,
    output: mpsc::UnboundedSender<LiveOutput>,
    stop: CancellationToken,
) {
    let (wire, mut from_wire) = mpsc::unbounded_channel();
    let mut driver = Driver {
        api,
        output,
        policy: LivePolicy::default(),
        started: Instant::now(),
        current: 0,
        reader: None,
        sink: None,
        wire,
        seen: None,
        clock: ServerClock::default(),
        pinged: None,
    };
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = tick.tick() => driver.step(Input::Tick).await,
            Some(message) = from_wire.recv() => driver.on_wire(message.0, message.1).await,
            told = input.recv() => match told {
                None => break,
                Some(LiveInput::Want(want)) => {
                    if !want {
                        driver.seen = None;
                    }
                    driver.step(Input::Want(want)).await;
                }
                Some(LiveInput::NetworkChanged) => driver.step(Input::NetworkChanged).await,
                Some(LiveInput::NetworkBack) => driver.step(Input::NetworkBack).await,
                Some(LiveInput::Reply(message)) => driver.say(&message).await,
            },
        }
    }
    driver.disconnect().await;
}

impl Driver {
    async fn step(&mut self, input: Input) {
        let before = self.policy.state();
        let effect = self.policy.step(input, self.started.elapsed(), rand::random());
        match effect {
            Some(Effect::Connect { renew }) => self.connect(renew),
            Some(Effect::Ping) => {
                let nonce: u64 = rand::random::<u64>() >> 12;
                self.pinged = Some((nonce, unix_now()));
                self.say(&ClientMessage::Ping { nonce }).await;
            }
            Some(Effect::Disconnect) => self.disconnect().await,
            None => {}
        }
        let is_open = |state| matches!(state, LiveState::Open { .. });
        if is_open(before) && !is_open(self.policy.state()) {
            self.sink = None;
            self.tell(LiveOutput::Lost);
        }
    }

    fn connect(&mut self, renew: bool) {
        if let Some(reader) = self.reader.take() {
            reader.abort();
        }
        self.current += 1;
        let (api, wire, current, seen) = (self.api.clone(), self.wire.clone(), self.current, self.seen.clone());
        self.reader = Some(tokio::spawn(async move {
            let reason = match open(&api, renew, seen).await {
                Ok(socket) => read(socket, &wire, current).await,
                Err(reason) => reason,
            };
            // The driver is gone when this fails.
            let _ = wire.send((current, Wire::Lost(reason)));
        }));
    }

    async fn disconnect(&mut self) {
        if let Some(mut sink) = self.sink.take() {
            // A dead line must not hold us up; the server notices by itself.
            let _ = tokio::time::timeout(Duration::from_millis(200), sink.close()).await;
        }
        if let Some(reader) = self.reader.take() {
            reader.abort();
        }
        self.current += 1;
    }

    async fn on_wire(&mut self, connection: u64, message: Wire) {
        if connection != self.current {
            return;
        }
        match message {
            Wire::Connected(sink) => self.sink = Some(sink),
            Wire::Lost(reason) => {
                tracing::info!(reason, "the live connection ended");
                self.step(Input::Lost).await;
            }
            Wire::Message(message) => {
                let input =
                    if matches!(*message, ServerMessage::Welcome { .. }) { Input::Welcomed } else { Input::Heard };
                self.step(input).await;
                self.on_message(*message);
            }
        }
    }

    fn on_message(&mut self, message: ServerMessage) {
        match message {
            ServerMessage::Welcome { epoch, seq, resumed, server_time_ms } => {
                let now = unix_now();
                // One way only: good for half a second until the first pong.
                self.clock.measure(UnixMillis(now.0 - 1_000), now, server_time_ms);
                let new_epoch = self.seen.as_ref().is_some_and(|(known, _)| *known != epoch);
                // A resumed line repeats from what we saw; a new one starts after `seq`.
                let after = self.seen.take().filter(|_| resumed && !new_epoch).map_or(seq, |(_, after)| after);
                self.seen = Some((epoch, after));
                self.tell(LiveOutput::Welcomed { resumed, new_epoch });
                self.tell(LiveOutput::Clock(self.clock));
            }
            ServerMessage::Probe { nonce } => self.tell(LiveOutput::Probe { nonce }),
            ServerMessage::Pong { nonce, server_time_ms } => {
                if let Some((_, sent)) = self.pinged.take_if(|(asked, _)| *asked == nonce) {
                    self.clock.measure(sent, unix_now(), server_time_ms);
                    self.tell(LiveOutput::Clock(self.clock));
                }
            }
            ServerMessage::Event { seq, .. } => {
                let Some((_, last)) = &mut self.seen else { return };
                if seq > *last {
                    *last = seq;
                    self.tell(LiveOutput::Event(Box::new(message)));
                }
            }
        }
    }

    async fn say(&mut self, message: &ClientMessage) {
        let Some(sink) = &mut self.sink else { return };
        let Ok(text) = serde_json::to_string(message) else { return };
        let sent = tokio::time::timeout(Duration::from_secs(2), sink.send(Message::text(text))).await;
        if !matches!(sent, Ok(Ok(()))) {
            self.sink = None;
        }
    }

    fn tell(&self, output: LiveOutput) {
        // Nobody listens any more once the phone is stopped.
        let _ = self.output.send(output);
    }
}

async fn open(api: &ApiClient, renew: bool, seen: Option<(String, u64)>) -> Result<Socket, String> {
    let token: Personal<String> = api.fresh_token(renew).await.map_err(|error| error.to_string())?;
    let (mut socket, _) =
        tokio_tungstenite::connect_async(api.live_address()).await.map_err(|error| error.to_string())?;
    if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
    }
    let (epoch, after_seq) = seen.unzip();
    let hello = ClientMessage::Hello { access_token: token.into_inner(), epoch, after_seq, phone: true };
    let text = serde_json::to_string(&hello).map_err(|error| error.to_string())?;
    socket.send(Message::text(text)).await.map_err(|error| error.to_string())?;
    Ok(socket)
}

/// Hands over what comes in; answers why it ended.
async fn read(socket: Socket, wire: &mpsc::UnboundedSender<(u64, Wire)>, connection: u64) -> String {
    let (sink, mut stream) = socket.split();
    if wire.send((connection, Wire::Connected(Box::new(sink)))).is_err() {
        return "stopped".to_owned();
    }
    while let Some(message) = stream.next().await {
        let text = match message {
            Ok(Message::Text(text)) => text,
            Ok(Message::Close(frame)) => return frame.map_or_else(|| "closed".to_owned(), |frame| frame.to_string()),
            Ok(_) => continue,
            Err(error) => return error.to_string(),
        };
        match serde_json::from_str::<ServerMessage>(&text) {
            Ok(message) => {
                if wire.send((connection, Wire::Message(Box::new(message)))).is_err() {
                    return "stopped".to_owned();
                }
            }
            // A newer server may say things that this version does not know.
            Err(error) => tracing::warn!(%error, "a live message was not understood"),
        }
    }
    "the server closed the line".to_owned()
}
