//! `<Connect><Stream>`: the call's audio over a WebSocket to the application.

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt, stream::SplitStream};
use tokio::{
    net::TcpStream,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
    time::Instant,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use super::{
    document::{Connect, Method},
    execute::Next,
    line::Stop,
    live_call::LiveCall,
    outcome::Happening,
    playback::Playback,
    record::new_sid,
    stream_messages::{self, Received, Writer},
};
use crate::{FRAME_MS, SILENCE};

const HANDSHAKE: Duration = Duration::from_secs(5);
/// Time for the last messages to be written before the socket is closed.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// A connection over which nothing comes is noticed by the account after this.
const NOTICED: Duration = Duration::from_secs(12);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How a stream came to its end while the call goes on.
enum Closed {
    ByApplication,
    Broken(String),
}

struct Stream {
    incoming: SplitStream<Socket>,
    outgoing: UnboundedSender<Message>,
    writing: JoinHandle<()>,
    messages: Writer,
    playback: Playback,
    frames: u64,
    breaks_at: Option<Instant>,
    dies_at: Option<Instant>,
    heard_audio: bool,
}

impl LiveCall {
    pub async fn connect(&mut self, connect: &Connect, base: &str) -> Result<Next, Stop> {
        let opened = match check_url(&connect.url) {
            Ok(()) => self.line.meanwhile(open(connect.url.clone(), self.stream_signature(&connect.url))).await?,
            Err(message) => Err(message),
        };
        match opened {
            Ok(socket) => self.run_stream(socket, connect, base).await?,
            Err(message) => {
                self.complain(31920, &message);
                self.tell_stream(connect, base, "", "stream-error", Some(&message));
            }
        }
        match &connect.action {
            Some(action) => self.go_to(base, action, connect.method, Vec::new()).await.map(Next::Document),
            None => Ok(Next::Verb),
        }
    }

    fn stream_signature(&self, url: &str) -> String {
        self.account.webhooks.signature(url, &[])
    }

    async fn run_stream(&mut self, socket: Socket, connect: &Connect, base: &str) -> Result<(), Stop> {
        let record = self.record();
        let stream_sid = new_sid("MZ");
        let (sink, incoming) = socket.split();
        let (outgoing, messages) = unbounded_channel();
        let bunch = self.account.lock().misbehaviour.bunched_frames;
        let (breaks, dies) = self.account.take_stream_faults();
        let now = Instant::now();
        let mut stream = Stream {
            incoming,
            outgoing,
            writing: tokio::spawn(write(sink, messages, bunch)),
            messages: Writer::new(&stream_sid, &self.account.config.account_sid, &record.sid),
            playback: Playback::default(),
            frames: 0,
            breaks_at: breaks.map(|after| now + after),
            dies_at: dies.map(|after| now + after),
            heard_audio: false,
        };
        stream.send(Writer::connected());
        let start = stream.messages.start(&connect.parameters);
        stream.send(start);
        self.note(Happening::StreamOpened { url: connect.url.clone() });
        self.tell_stream(connect, base, &stream_sid, "stream-started", None);
        let ended = self.exchange_frames(&mut stream).await;
        self.close_stream(stream, ended, connect, base, &stream_sid).await
    }

    async fn exchange_frames(&mut self, stream: &mut Stream) -> Result<Closed, Stop> {
        loop {
            let dead = stream.dies_at.is_some_and(|at| Instant::now() >= at);
            tokio::select! {
                biased;
                due = self.line.due() => {
                    due?;
                    if dead {
                        self.line.exchange(&SILENCE, true)?;
                    } else {
                        self.exchange_frame(stream)?;
                    }
                    if stream.dies_at.is_some_and(|at| Instant::now() >= at + NOTICED) {
                        return Ok(Closed::Broken("nothing came over the connection".to_owned()));
                    }
                    if stream.breaks_at.is_some_and(|at| Instant::now() >= at) {
                        return Ok(Closed::Broken("the connection was broken on purpose".to_owned()));
                    }
                }
                message = stream.incoming.next(), if !dead => match message {
                    Some(Ok(Message::Text(text))) => self.receive(stream, &text),
                    Some(Ok(Message::Close(_))) | None => return Ok(Closed::ByApplication),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Ok(Closed::Broken(error.to_string())),
                },
            }
        }
    }

    fn exchange_frame(&mut self, stream: &mut Stream) -> Result<(), Stop> {
        let (heard, passed) = stream.playback.next_frame();
        let said = self.line.exchange(&heard, true)?;
        if !stream.heard_audio && heard != SILENCE {
            stream.heard_audio = true;
            self.note(Happening::StreamAudio);
        }
        let media = stream.messages.media(&said, stream.frames * FRAME_MS);
        stream.send(media);
        stream.frames += 1;
        while let Some(key) = self.line.take_key() {
            self.note(Happening::Keys { digits: key.to_string() });
            let dtmf = stream.messages.dtmf(key);
            stream.send(dtmf);
        }
        self.echo_marks(stream, passed);
        Ok(())
    }

    fn receive(&mut self, stream: &mut Stream, text: &str) {
        match stream_messages::read(text, &stream.messages.stream_sid) {
            Ok(Received::Sound(pcm)) => stream.playback.push_sound(&pcm),
            Ok(Received::Mark(name)) => stream.playback.push_mark(name),
            Ok(Received::Clear) => {
                self.note(Happening::StreamCleared);
                let marks = stream.playback.clear();
                self.echo_marks(stream, marks);
            }
            Err((code, message)) => self.complain(code, &message),
        }
    }

    fn echo_marks(&self, stream: &mut Stream, marks: Vec<String>) {
        for name in marks {
            let mark = stream.messages.mark(&name);
            stream.send(mark);
            self.note(Happening::MarkPlayed { name });
        }
    }

    async fn close_stream(
        &mut self,
        mut stream: Stream,
        ended: Result<Closed, Stop>,
        connect: &Connect,
        base: &str,
        stream_sid: &str,
    ) -> Result<(), Stop> {
        let (by, event, error) = match &ended {
            Ok(Closed::ByApplication) => ("application", "stream-stopped", None),
            Ok(Closed::Broken(reason)) => ("broken connection", "stream-error", Some(reason.as_str())),
            Err(_) => ("call", "stream-stopped", None),
        };
        self.note(Happening::StreamClosed { by });
        if let Some(reason) = error {
            self.complain(31921, reason);
        }
        self.tell_stream(connect, base, stream_sid, event, error);
        if let Ok(Closed::Broken(_)) = ended {
            // Dropping both halves resets the TCP connection without a closing handshake.
            stream.writing.abort();
        } else {
            let stop = stream.messages.stop();
            stream.send(stop);
            stream.send_message(Message::Close(None));
            drop(stream.outgoing);
            // The other side may have gone already; then there is nobody to hear the last words.
            let _gone = tokio::time::timeout(LAST_WORDS, stream.writing).await;
        }
        ended.map(|_| ())
    }

    fn tell_stream(&self, connect: &Connect, base: &str, stream_sid: &str, event: &str, error: Option<&str>) {
        let Some(callback) = &connect.status_callback else { return };
        let Ok(url) = super::document::absolute(base, callback) else { return };
        let record = self.record();
        let mut fields = vec![
            ("AccountSid".to_owned(), self.account.config.account_sid.clone()),
            ("CallSid".to_owned(), record.sid.clone()),
            ("StreamSid".to_owned(), stream_sid.to_owned()),
            ("StreamName".to_owned(), connect.name.clone().unwrap_or_else(|| stream_sid.to_owned())),
            ("StreamEvent".to_owned(), event.to_owned()),
            ("Timestamp".to_owned(), jiff::Timestamp::now().to_string()),
        ];
        if let Some(error) = error {
            fields.push(("StreamError".to_owned(), error.to_owned()));
        }
        let account = Arc::clone(&self.account);
        tokio::spawn(async move {
            if let Err(failure) = account.webhooks.send(&url, Method::Post, fields).await {
                account.log(&record.sid, failure.code, &failure.message);
            }
        });
    }
}

impl Stream {
    fn send(&self, text: String) {
        self.send_message(Message::text(text));
    }

    /// A writer that has ended shows as the end of the incoming half.
    fn send_message(&self, message: Message) {
        let _ended = self.outgoing.send(message);
    }
}

/// Twilio wants `wss://` on port 443; a stream on this computer may be plain.
fn check_url(url: &str) -> Result<(), String> {
    let parsed = url::Url::parse(url).map_err(|error| format!("{url} is not a URL ({error})"))?;
    let local = matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if parsed.query().is_some() {
        return Err("the URL of a stream has a query, which is not supported".to_owned());
    }
    match parsed.scheme() {
        "wss" => Ok(()),
        "ws" if local => Ok(()),
        scheme => Err(format!("the URL of a stream begins with {scheme}, not wss")),
    }
}

async fn open(url: String, signature: String) -> Result<Socket, String> {
    let mut request = url.as_str().into_client_request().map_err(|error| error.to_string())?;
    let signature = HeaderValue::from_str(&signature).map_err(|error| error.to_string())?;
    request.headers_mut().insert("x-twilio-signature", signature);
    match tokio::time::timeout(HANDSHAKE, connect_async(request)).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(error)) => Err(format!("{url}: {error}")),
        Err(_) => Err(format!("{url} did not answer within {} s", HANDSHAKE.as_secs())),
    }
}

/// Writes what is queued, so that a slow reader never holds up the line. `bunch` collects messages before writing.
async fn write(
    mut sink: futures_util::stream::SplitSink<Socket, Message>,
    mut messages: UnboundedReceiver<Message>,
    bunch: Option<Duration>,
) {
    while let Some(first) = messages.recv().await {
        if let Some(span) = bunch {
            tokio::time::sleep(span).await;
        }
        let mut fed = sink.feed(first).await.is_ok();
        while let Ok(next) = messages.try_recv() {
            fed = fed && sink.feed(next).await.is_ok();
        }
        if !fed || sink.flush().await.is_err() {
            return;
        }
    }
}
