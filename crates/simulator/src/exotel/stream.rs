//! The Voicebot applet: the call's sound over a WebSocket to the application, in pieces of 100 ms.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use media::g711::Law;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_tungstenite::{connect_async, tungstenite::Message};

use super::{
    call::{Ended, Happening, LiveCall, Over},
    config::Misbehaviour,
    flow::piece,
    words,
};
use crate::{Frame, SILENCE};

const HANDSHAKE: Duration = Duration::from_secs(10);
/// A connection over which nothing comes is noticed by the account after this.
const NOTICED: Duration = Duration::from_secs(12);
/// 20 ms frames in a piece.
const FRAMES: usize = 5;
/// Pieces that the application sends have to be of this many bytes at least, and in multiples of the other.
const LEAST_BYTES: usize = 3_200;
const UNIT_BYTES: usize = 320;

/// How one stream spells.
struct Spelling {
    camel: bool,
    mulaw: bool,
    sid: String,
    sequence: u64,
    chunk: u64,
}

impl Spelling {
    fn number(&self, number: u64) -> Value {
        if self.camel { json!(number) } else { json!(number.to_string()) }
    }

    fn message(&mut self, event: &str, field: &str, value: Value) -> Message {
        self.sequence += 1;
        let (sid, sequence) =
            if self.camel { ("streamSid", "sequenceNumber") } else { ("stream_sid", "sequence_number") };
        let mut message = json!({ "event": event });
        message[sid] = json!(self.sid);
        message[sequence] = self.number(self.sequence);
        message[field] = value;
        Message::text(message.to_string())
    }

    fn start(&mut self, call: &LiveCall) -> Message {
        let record = call.see();
        let encoding = if self.mulaw { "audio/x-mulaw" } else { "base64" };
        let names = if self.camel {
            ["streamSid", "callSid", "accountSid", "customParameters", "mediaFormat", "sampleRate"]
        } else {
            ["stream_sid", "call_sid", "account_sid", "custom_parameters", "media_format", "sample_rate"]
        };
        let [sid, call_sid, account, parameters, format, rate] = names;
        let mut start = json!({ "from": words::national(&record.from), "to": words::national(&record.to) });
        start[sid] = json!(self.sid);
        start[call_sid] = json!(record.sid);
        start[account] = json!(call.account.config.account_sid);
        start[parameters] = json!({});
        start[format] = json!({ "encoding": encoding, "bit_rate": "128kbps" });
        start[format][rate] = self.number(8000);
        self.message("start", "start", start)
    }

    fn media(&mut self, pcm: &[i16], at_ms: u64) -> Message {
        let bytes: Vec<u8> = if self.mulaw {
            pcm.iter().map(|sample| Law::Pcmu.encode(*sample)).collect()
        } else {
            pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect()
        };
        self.chunk += 1;
        let media = json!({ "chunk": self.number(self.chunk), "timestamp": self.number(at_ms), "payload": STANDARD.encode(bytes) });
        self.message("media", "media", media)
    }

    /// Sound that the application sent, or what is wrong with it.
    fn sound(&self, message: &Value) -> Result<Vec<i16>, String> {
        if message["stream_sid"].as_str().or(message["streamSid"].as_str()) != Some(&self.sid) {
            return Err("media of another stream".to_owned());
        }
        if message["media"]["chunk"].is_null() || message["media"]["timestamp"].is_null() {
            return Err("media without chunk and timestamp, which some streams drop".to_owned());
        }
        let payload = message["media"]["payload"].as_str().unwrap_or_default();
        let bytes = STANDARD.decode(payload).map_err(|_| "audio that is not base64".to_owned())?;
        if bytes.len() < LEAST_BYTES || bytes.len() % UNIT_BYTES != 0 {
            return Err(format!("a piece of {} bytes, which leaves a gap", bytes.len()));
        }
        Ok(if self.mulaw {
            bytes.iter().map(|byte| Law::Pcmu.decode(*byte)).collect()
        } else {
            bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
        })
    }
}

impl LiveCall {
    /// Until the application closes the stream (`bot`), it breaks (`NA`), or the call is over.
    pub async fn voicebot(&mut self, url: &str) -> Result<&'static str, Over> {
        let socket_url = match self.socket_url(url).await? {
            Ok(socket_url) => socket_url,
            Err(error) => {
                self.account.complain(format!("voicebot: {error}"));
                return Ok("NA");
            }
        };
        let opening = tokio::time::timeout(HANDSHAKE, connect_async(&socket_url));
        let mut socket = match self.meanwhile(opening).await? {
            Ok(Ok((socket, _))) => socket,
            Ok(Err(error)) => {
                self.account.complain(format!("voicebot: {error}"));
                return Ok("NA");
            }
            Err(_) => return Ok("NA"),
        };
        self.note(Happening::StreamOpened);
        let (behaviour, breaks_at, dies_at) = {
            let mut state = self.account.lock();
            let (breaks, dies) =
                (state.misbehaviour.break_stream_after.take(), state.misbehaviour.half_open_stream_after.take());
            let now = Instant::now();
            (state.misbehaviour.clone(), breaks.map(|after| now + after), dies.map(|after| now + after))
        };
        let Misbehaviour { camel_case_stream: camel, mulaw_stream: mulaw, .. } = behaviour;
        let sid = uuid::Uuid::now_v7().simple().to_string();
        let mut spelling = Spelling { camel, mulaw, sid, sequence: 0, chunk: 0 };
        let hello = Message::text(json!({ "event": "connected" }).to_string());
        let start = spelling.start(self);
        if socket.send(hello).await.is_err() || socket.send(start).await.is_err() {
            return Ok("NA");
        }
        let mut said: Vec<i16> = Vec::new();
        let mut playing: std::collections::VecDeque<i16> = Default::default();
        let (mut sent_ms, mut heard_audio) = (0, false);
        let ended = loop {
            let dead = dies_at.is_some_and(|at| Instant::now() >= at);
            tokio::select! {
                biased;
                frame = self.frame_of(&mut playing) => {
                    let (heard, frame) = match frame { Ok(pair) => pair, Err(over) => break Err(over) };
                    if dead {
                        if dies_at.is_some_and(|at| Instant::now() >= at + NOTICED) {
                            break Ok("NA");
                        }
                        continue;
                    }
                    if !heard_audio && heard != SILENCE {
                        heard_audio = true;
                        self.note(Happening::StreamAudio);
                    }
                    said.extend(frame);
                    for key in std::mem::take(&mut self.keys) {
                        let dtmf = spelling.message("dtmf", "dtmf", json!({ "duration": "120", "digit": key.to_string() }));
                        let _closing = socket.send(dtmf).await;
                    }
                    if said.len() >= FRAMES * crate::FRAME_SAMPLES {
                        let media = spelling.media(&said, sent_ms);
                        said.clear();
                        sent_ms += 100;
                        if socket.send(media).await.is_err() {
                            break Ok("NA");
                        }
                    }
                    if breaks_at.is_some_and(|at| Instant::now() >= at) {
                        // Dropped without a closing handshake.
                        drop(socket);
                        self.note(Happening::StreamClosed);
                        return Ok("NA");
                    }
                }
                message = socket.next(), if !dead => match message {
                    Some(Ok(Message::Text(text))) => {
                        let message: Value = serde_json::from_str(&text).unwrap_or_default();
                        match message["event"].as_str() {
                            Some("media") => match spelling.sound(&message) {
                                Ok(pcm) => playing.extend(pcm),
                                Err(problem) => self.account.complain(problem),
                            },
                            Some("clear") => playing.clear(),
                            other => self.account.complain(format!("the event {other:?} is not known")),
                        }
                    }
                    Some(Ok(Message::Close(_))) | None => break Ok("bot"),
                    Some(Ok(_)) => {}
                    Some(Err(_)) => break Ok("NA"),
                },
            }
        };
        let reason = if matches!(ended, Err(Over(Ended::Customer))) { "callended" } else { "stopped" };
        let record = self.see();
        let stop = json!({ "call_sid": record.sid, "account_sid": self.account.config.account_sid, "reason": reason });
        let stop = spelling.message("stop", "stop", stop);
        let _gone = socket.send(stop).await;
        let _closed = tokio::time::timeout(Duration::from_secs(1), socket.close(None)).await;
        self.note(Happening::StreamClosed);
        ended
    }

    /// The next 20 ms of what the application sent are played; gives both sides.
    async fn frame_of(&mut self, playing: &mut std::collections::VecDeque<i16>) -> Result<(Frame, Frame), Over> {
        // Taken only once the frame is due: this future is dropped whenever a message comes.
        let next: Vec<i16> = playing.iter().take(crate::FRAME_SAMPLES).copied().collect();
        let heard = piece(&next, 0);
        let said = self.frame(&heard, true).await?;
        playing.drain(..next.len());
        Ok((heard, said))
    }

    async fn socket_url(&mut self, url: &str) -> Result<Result<String, String>, Over> {
        if url.starts_with("ws") {
            return Ok(Ok(url.to_owned()));
        }
        let (account, url, fields) = (std::sync::Arc::clone(&self.account), url.to_owned(), self.see().fields());
        self.meanwhile(async move {
            let answer = account.http.get(&url).query(&fields).send().await.map_err(|error| error.to_string())?;
            let answer: Value = answer.json().await.map_err(|error| error.to_string())?;
            answer["url"].as_str().map(str::to_owned).ok_or_else(|| "no url in the answer".to_owned())
        })
        .await
    }
}
