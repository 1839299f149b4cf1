//! A small application on the other side: it checks signatures with the product's own code and answers TwiML.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use domain::pii::Personal;
use providers::twilio::{
    TwilioClient, TwilioSettings,
    signature::{self, SignedBody},
    stream::{FromTwilio, Start, media_message},
    webhook::Form,
};
use switchboard_simulator::twilio::{Config, Number, SimulatedTwilio};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const TOKEN: &str = "simulated-token";
pub const NUMBER: &str = "+14155550199";

/// A webhook that came in.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub path: String,
    pub form: Form,
    pub genuine: bool,
}

impl Webhook {
    pub fn field(&self, name: &str) -> &str {
        self.form.text(name).unwrap_or_default()
    }
}

/// The application's end of a media stream.
pub struct Stream {
    pub start: Start,
    pub messages: UnboundedReceiver<FromTwilio>,
    pub send: UnboundedSender<Message>,
}

impl Stream {
    /// Mu-law that is played after what is queued.
    pub fn play(&self, mulaw: &[u8]) {
        self.send.send(Message::text(media_message(&self.start.stream_sid, mulaw))).unwrap();
    }

    pub async fn next(&mut self) -> Option<FromTwilio> {
        tokio::time::timeout(Duration::from_secs(5), self.messages.recv()).await.unwrap()
    }
}

#[derive(Clone)]
pub struct Application {
    pub url: String,
    documents: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
    webhooks: Arc<Mutex<Vec<Webhook>>>,
    arrived: Arc<tokio::sync::Notify>,
    streams: UnboundedSender<Stream>,
}

impl Application {
    pub async fn start() -> (Self, UnboundedReceiver<Stream>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (streams, opened) = unbounded_channel();
        let application = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            documents: Arc::default(),
            webhooks: Arc::default(),
            arrived: Arc::default(),
            streams,
        };
        let app = Router::new().route("/stream", get(upgrade)).fallback(any(webhook)).with_state(application.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (application, opened)
    }

    pub fn document(&self, path: &str, verbs: &str) {
        self.answer(path, 200, &format!("<Response>{verbs}</Response>"));
    }

    pub fn answer(&self, path: &str, status: u16, body: &str) {
        self.documents.lock().unwrap().insert(path.to_owned(), (status, body.to_owned()));
    }

    pub fn stream_url(&self) -> String {
        self.url.replacen("http", "ws", 1) + "/stream"
    }

    pub fn webhooks(&self, path: &str) -> Vec<Webhook> {
        self.webhooks.lock().unwrap().iter().filter(|webhook| webhook.path == path).cloned().collect()
    }

    /// Waits until so many webhooks came to a path.
    pub async fn expect(&self, path: &str, count: usize) -> Vec<Webhook> {
        tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                let arrived = self.arrived.notified();
                let found = self.webhooks(path);
                if found.len() >= count {
                    return found;
                }
                arrived.await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!("only {:?} came to {path}", self.webhooks(path)))
    }

    pub async fn simulator(&self, change: impl FnOnce(&mut Config)) -> SimulatedTwilio {
        let mut config = Config::on_loopback(ACCOUNT, TOKEN);
        config.numbers.push(Number {
            number: NUMBER.into(),
            voice_url: format!("{}/voice", self.url),
            fallback_url: None,
            status_callback: Some(format!("{}/number-status", self.url)),
        });
        change(&mut config);
        SimulatedTwilio::start(config).await.unwrap()
    }
}

pub fn carrier(simulator: &SimulatedTwilio) -> TwilioClient {
    TwilioClient::new(TwilioSettings {
        account_sid: ACCOUNT.into(),
        auth_token: Personal::new(TOKEN.into()),
        base_url: simulator.base_url().parse().unwrap(),
    })
    .unwrap()
}

fn token() -> [Personal<String>; 1] {
    [Personal::new(TOKEN.to_owned())]
}

async fn webhook(State(application): State<Application>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&body).unwrap();
    let url = format!("{}{uri}", application.url);
    let header = headers.get(signature::HEADER).and_then(|value| value.to_str().ok());
    let genuine = signature::verify(&token(), &url, SignedBody::Form(&form), header).is_ok();
    let path = uri.path().to_owned();
    application.webhooks.lock().unwrap().push(Webhook { path: path.clone(), form, genuine });
    application.arrived.notify_waiters();
    if !genuine {
        return StatusCode::FORBIDDEN.into_response();
    }
    match application.documents.lock().unwrap().get(&path).cloned() {
        Some((status, body)) => {
            (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, "text/xml")], body).into_response()
        }
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn upgrade(State(application): State<Application>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let header = headers.get(signature::HEADER).and_then(|value| value.to_str().ok());
    if signature::verify_upgrade(&token(), &application.stream_url(), header).is_err() {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.on_upgrade(move |socket| serve_stream(application, socket))
}

async fn serve_stream(application: Application, mut socket: WebSocket) {
    let (messages, received) = unbounded_channel();
    let (send, mut to_send) = unbounded_channel::<Message>();
    let mut waiting = Some((received, send));
    loop {
        tokio::select! {
            incoming = socket.recv() => {
                let Some(Ok(message)) = incoming else { return };
                let Message::Text(text) = message else { continue };
                let message = FromTwilio::parse(&text).unwrap();
                if let FromTwilio::Start(start) = &message
                    && let Some((messages, send)) = waiting.take()
                {
                    application.streams.send(Stream { start: start.clone(), messages, send }).unwrap();
                }
                let _ended = messages.send(message);
            }
            outgoing = to_send.recv() => match outgoing {
                Some(message) => socket.send(message).await.unwrap(),
                None => std::future::pending().await,
            },
        }
    }
}
