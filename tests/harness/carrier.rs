//! A carrier account that a test leads by the hand: it signs as Twilio does and speaks the protocol of Media Streams, and says
//! what the test wants, right or wrong.
//!
//! Sources: <https://www.twilio.com/docs/usage/security#validating-requests>,
//! <https://www.twilio.com/docs/voice/media-streams/websocket-messages>.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use hmac::{Hmac, KeyInit, Mac};
use media::g711::Law;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

use crate::{
    TestServer,
    sound::{Ear, LINE_RATE, Tone},
};

pub const NUMBER: &str = "+918045550111";
pub const CUSTOMER: &str = "+919800011111";

/// An account at the carrier, and the number that it has.
#[derive(Debug, Clone)]
pub struct Account {
    pub sid: String,
    pub token: String,
    /// E.164.
    pub number: String,
}

impl Account {
    /// Another one for each digit.
    pub fn number(digit: u8) -> Self {
        Self {
            sid: format!("AC{}", digit.to_string().repeat(32)),
            token: format!("token {digit} for tests"),
            number: format!("+91804555011{digit}"),
        }
    }
}

pub struct TestCarrier {
    account: Account,
    base: String,
    client: reqwest::Client,
}

/// What the server answered a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub status: StatusCode,
    pub document: String,
}

impl Said {
    /// Text between the first `from` and the next `to`, with the entities of XML as characters.
    fn between(&self, from: &str, to: &str) -> Option<String> {
        let (_, rest) = self.document.split_once(from)?;
        let (text, _) = rest.split_once(to)?;
        Some(text.replace("&amp;", "&").replace("&quot;", "\""))
    }

    /// The address of the sound that the document plays.
    pub fn play_url(&self) -> Option<String> {
        self.between("<Play>", "</Play>")
    }

    /// Where the document says the media stream is to go.
    pub fn stream_url(&self) -> String {
        self.between("<Stream url=\"", "\"").unwrap_or_else(|| panic!("no stream in {}", self.document))
    }

    /// One of the stream's parameters.
    pub fn parameter(&self, name: &str) -> String {
        let from = format!("name=\"{name}\" value=\"");
        self.between(&from, "\"").unwrap_or_else(|| panic!("no {name} in {}", self.document))
    }

    /// The call's id.
    pub fn call(&self) -> String {
        self.parameter("call")
    }
}

impl TestCarrier {
    /// Makes this the tenant's carrier, with a queue of these agents behind [`NUMBER`]. Its REST API is not there.
    pub async fn of(server: &TestServer, admin: &str, agents: &[String]) -> Self {
        Self::of_account(server, admin, agents, Account::number(1)).await
    }

    /// As [`Self::of`], with this account and its number.
    pub async fn of_account(server: &TestServer, admin: &str, agents: &[String], account: Account) -> Self {
        let settings = json!({ "provider": "twilio", "account_sid": account.sid, "auth_token": account.token,
            "api_base": "http://127.0.0.1:9", "public_url": "" });
        let saved = server.ask(Method::PUT, "/settings/carrier", admin, Some(settings)).await;
        assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
        let queue = json!({ "name": "Sales", "strategy": "round_robin", "member_ids": agents, "skills": [], "ring_s": 20,
            "wrap_up_s": 30, "max_size": 10, "max_wait_s": 120, "target_answer_s": 20, "recording": true });
        let queue = server.ask(Method::POST, "/queues", admin, Some(queue)).await;
        assert!(queue.status.is_success(), "{queue:?}");
        let number = json!({ "number": account.number, "label": "Line", "queue_id": queue.text("id"), "campaign_id": null,
            "greeting": "Welcome. This call is recorded.", "language": "en" });
        let number = server.ask(Method::POST, "/numbers", admin, Some(number)).await;
        assert!(number.status.is_success(), "{number:?}");
        Self { account, base: server.running.base_url.clone(), client: reqwest::Client::new() }
    }

    /// What Twilio sends along for this address and form.
    pub fn signature(&self, url: &str, fields: &[(&str, &str)]) -> String {
        let mut sorted = fields.to_vec();
        sorted.sort_unstable();
        let mut data = url.to_owned();
        sorted.iter().for_each(|(name, value)| data.extend([*name, *value]));
        let token = self.account.token.as_bytes();
        let mut mac = Hmac::<Sha1>::new_from_slice(token).expect("HMAC takes keys of any length");
        mac.update(data.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }

    /// A signed request. `path` begins below `/webhooks/twilio/`.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Said {
        let url = format!("{}/webhooks/twilio/{path}", self.base);
        let mut all = fields.to_vec();
        all.push(("AccountSid", &self.account.sid));
        let request = self.client.post(&url).header("x-twilio-signature", self.signature(&url, &all)).form(&all);
        let response = request.send().await.expect("the server answers");
        Said { status: response.status(), document: response.text().await.unwrap_or_default() }
    }

    /// A signed request with a JSON body; `query` (such as `?a=b`) comes before the hash of the body.
    pub async fn post_json(&self, path: &str, query: &str, body: &Value) -> Said {
        let body = body.to_string();
        let hash: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        let and = if query.is_empty() { "?" } else { "&" };
        let url = format!("{}/webhooks/twilio/{path}{query}{and}bodySHA256={hash}", self.base);
        let request = self.client.post(&url).header("x-twilio-signature", self.signature(&url, &[]));
        let response = request.header("content-type", "application/json").body(body).send().await;
        let response = response.expect("the server answers");
        Said { status: response.status(), document: response.text().await.unwrap_or_default() }
    }

    /// The account id.
    pub fn sid(&self) -> &str {
        &self.account.sid
    }

    /// From now on the account has this token, at the carrier and in the settings.
    pub async fn change_token(&mut self, server: &TestServer, admin: &str, token: &str) {
        token.clone_into(&mut self.account.token);
        let settings = json!({ "provider": "twilio", "account_sid": self.account.sid, "auth_token": token,
            "api_base": "http://127.0.0.1:9", "public_url": "" });
        let saved = server.ask(Method::PUT, "/settings/carrier", admin, Some(settings)).await;
        assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    }

    /// Who still signs with the account's token of before.
    pub fn with_token(&self, token: &str) -> Self {
        let account = Account { token: token.to_owned(), ..self.account.clone() };
        Self { account, base: self.base.clone(), client: self.client.clone() }
    }

    /// The present token.
    pub fn token(&self) -> &str {
        &self.account.token
    }

    /// A call comes in.
    pub async fn voice(&self, call_sid: &str, from: &str, to: &str) -> Said {
        let fields = [
            ("CallSid", call_sid),
            ("From", from),
            ("To", to),
            ("CallStatus", "ringing"),
            ("Direction", "inbound"),
            ("ApiVersion", "2010-04-01"),
        ];
        self.post("voice", &fields).await
    }

    /// The leg of a call comes back for instructions, for the `turn`th time.
    pub async fn resume(&self, call: &str, call_sid: &str, turn: u32) -> Said {
        let fields = [
            ("CallSid", call_sid),
            ("From", CUSTOMER),
            ("To", NUMBER),
            ("CallStatus", "in-progress"),
            ("Direction", "inbound"),
            ("ApiVersion", "2010-04-01"),
        ];
        self.post(&format!("resume?call={call}&party=customer&turn={turn}"), &fields).await
    }

    pub async fn status(&self, call_sid: &str, status: &str, sequence: &str) -> Said {
        let fields = [
            ("CallSid", call_sid),
            ("From", CUSTOMER),
            ("To", NUMBER),
            ("CallStatus", status),
            ("Direction", "inbound"),
            ("ApiVersion", "2010-04-01"),
            ("SequenceNumber", sequence),
        ];
        self.post("status", &fields).await
    }

    /// A media socket, signed, on which nothing has been said yet.
    pub async fn socket(&self, said: &Said) -> Socket {
        self.socket_at(&said.stream_url()).await.expect("the media socket opens")
    }

    /// The same at any address.
    ///
    /// # Errors
    /// The server does not open it.
    pub async fn socket_at(&self, url: &str) -> Result<Socket, tokio_tungstenite::tungstenite::Error> {
        let mut request = url.into_client_request()?;
        let header = self.signature(url, &[]).parse().expect("a header");
        request.headers_mut().insert("x-twilio-signature", header);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Socket(socket))
    }

    /// The media stream of a call, with a customer whose voice is a tone of 600 Hz.
    pub async fn connect(&self, said: &Said, call_sid: &str) -> Leg {
        let mut socket = self.socket(said).await;
        socket.say(json!({ "event": "connected", "protocol": "Call", "version": "1.0.0" })).await;
        let start = json!({ "event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": {
            "streamSid": "MZ1", "accountSid": self.account.sid, "callSid": call_sid, "tracks": ["inbound"],
            "mediaFormat": { "encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1 },
            "customParameters": { "call": said.call(), "token": said.parameter("token") } } });
        socket.say(start).await;
        Leg::run(socket)
    }
}

/// A media socket.
pub struct Socket(tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>);

impl Socket {
    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await.expect("the socket takes a message");
    }

    /// # Errors
    /// The server has closed the socket.
    pub async fn send(&mut self, message: Message) -> Result<(), tokio_tungstenite::tungstenite::Error> {
        self.0.send(message).await
    }

    /// Whether the server closes it within the tests' patience.
    pub async fn is_closed(&mut self) -> bool {
        let closed = async {
            while let Some(Ok(message)) = self.0.next().await {
                if message.is_close() {
                    break;
                }
            }
        };
        tokio::time::timeout(crate::PATIENCE, closed).await.is_ok()
    }
}

/// The customer's end of a call that is connected.
pub struct Leg {
    pub voice: Tone,
    pub ear: Ear,
    /// Said in place of the tone; 8 kHz.
    line: Line,
    /// Goes out between the frames.
    extra: mpsc::UnboundedSender<Message>,
    task: JoinHandle<()>,
}

type Line = Arc<Mutex<VecDeque<i16>>>;

impl Leg {
    fn run(socket: Socket) -> Self {
        let (voice, ear, line) = (Tone::of(600), Ear::at(LINE_RATE), Line::default());
        let (extra, extras) = mpsc::unbounded_channel();
        let task = tokio::spawn(talk(socket, voice.clone(), line.clone(), ear.clone(), extras));
        Self { voice, ear, line, extra, task }
    }

    /// Says this (8 kHz) in place of the tone; returns when it is said.
    pub async fn say(&self, pcm: &[i16]) {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).extend(pcm);
        while !self.line.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Sends something else between the frames.
    pub fn send(&self, message: Message) {
        self.extra.send(message).expect("the leg is connected");
    }

    /// The connection is gone at once, without a word.
    pub fn cut(self) {
        self.task.abort();
    }

    /// The customer has hung up, as the stream says it.
    pub async fn stop(self) {
        self.send(Message::text(json!({ "event": "stop", "streamSid": "MZ1" }).to_string()));
        drop(self.extra);
        drop(self.task.await);
    }
}

async fn talk(socket: Socket, voice: Tone, line: Line, ear: Ear, mut extras: mpsc::UnboundedReceiver<Message>) {
    let (mut sink, mut stream) = socket.0.split();
    let mut source = voice.source(LINE_RATE);
    let mut clock = tokio::time::interval(Duration::from_millis(20));
    let mut chunk = 0_u64;
    loop {
        tokio::select! {
            _ = clock.tick() => {
                let mut pcm = [0; 160];
                source(&mut pcm);
                {
                    let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
                    let said = line.len().min(pcm.len());
                    pcm.iter_mut().zip(line.drain(..said)).for_each(|(sample, said)| *sample = said);
                }
                let bytes: Vec<u8> = pcm.iter().map(|sample| Law::Pcmu.encode(*sample)).collect();
                chunk += 1;
                let media = json!({ "event": "media", "sequenceNumber": (chunk + 1).to_string(), "streamSid": "MZ1",
                    "media": { "track": "inbound", "chunk": chunk.to_string(), "timestamp": (chunk * 20).to_string(),
                        "payload": STANDARD.encode(bytes) } });
                if sink.send(Message::text(media.to_string())).await.is_err() {
                    return;
                }
            }
            extra = extras.recv() => match extra {
                Some(message) => {
                    if sink.send(message).await.is_err() {
                        return;
                    }
                }
                None => return drop(sink.close().await),
            },
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => hear(&ear, &text),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
        }
    }
}

fn hear(ear: &Ear, text: &str) {
    let message: Value = serde_json::from_str(text).expect("the server speaks JSON");
    if let Some(payload) = message["media"]["payload"].as_str() {
        let bytes = STANDARD.decode(payload).expect("the server speaks base64");
        let pcm: Vec<i16> = bytes.into_iter().map(|byte| Law::Pcmu.decode(byte)).collect();
        ear.hear(&pcm);
    }
}
