//! A server that knows just enough of the API to carry a phone, around the real bridge.

use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst},
    },
};

use axum::{
    Json, Router,
    extract::{
        Path, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{any, get, post, put},
};
use bridge::{BridgeConfig, BridgeEvent, BridgeHandle, Verdict};
use domain::{
    ids::{MediaSessionId, SessionId, TenantId, UserId},
    pii::Personal,
    role::Role,
    time::UnixMillis,
};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};
use url::Url;
use uuid::Uuid;
use wire::{
    accounts::{Me, RefreshRequest, SignIn, SignedIn, Tenant, UiLocale, UiTheme, User},
    agents::{AgentState, AgentStatus},
    error::ErrorCode,
    live::{ClientMessage, LiveEvent, ServerMessage, Snapshot},
    media::{MediaSession, OpenMediaSession, RelayServers, RenegotiateMediaSession, SOUND_NO_SESSION, SoundHello},
    sound::DeviceSound,
};

/// One request to an endpoint that only records.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub path: String,
    pub key: Option<String>,
    pub body: Value,
}

pub struct Shared {
    pub bridge: BridgeHandle,
    epoch: Mutex<String>,
    events: Mutex<Vec<(u64, LiveEvent)>>,
    push: broadcast::Sender<ServerMessage>,
    drop_live: broadcast::Sender<()>,
    pub hellos: Mutex<Vec<(Option<String>, Option<u64>)>>,
    pub probe_replies: Mutex<Vec<(u64, Option<MediaSessionId>, bool)>>,
    pub sound_reports: Mutex<Vec<(MediaSessionId, DeviceSound)>>,
    /// Access tokens of a generation before this have run out.
    pub valid_from: AtomicU64,
    generation: AtomicU64,
    refresh_tokens: Mutex<HashMap<String, String>>,
    used: Mutex<HashSet<String>>,
    /// What the attempt got that used a token.
    answers: Mutex<HashMap<(String, String), SignedIn>>,
    /// No answer to a refresh arrives.
    pub lose_refresh: AtomicBool,
    pub refreshes: AtomicU32,
    sessions: Mutex<HashSet<MediaSessionId>>,
    pub opened: AtomicU32,
    pub renegotiated: AtomicU32,
    pub relays: Mutex<RelayServers>,
    /// Whether sound sockets are let through, and how many were.
    pub web_sound: AtomicBool,
    pub web_sockets: AtomicU32,
    drop_sound: broadcast::Sender<()>,
    /// The address of the bridge in answers is one where nobody is.
    pub udp_blocked: AtomicBool,
    /// What `/record/...` answers.
    pub record_status: Mutex<HashMap<String, u16>>,
    pub recorded: Mutex<Vec<Recorded>>,
}

pub struct Server {
    pub shared: Arc<Shared>,
    address: SocketAddr,
    pub bridge_events: tokio::sync::Mutex<mpsc::UnboundedReceiver<BridgeEvent>>,
    _spool: tempfile::TempDir,
}

impl Server {
    pub async fn start() -> Self {
        // The first test of the process wins; the others share its log.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
        let spool = tempfile::tempdir().unwrap();
        let config = BridgeConfig {
            udp_bind: ([127, 0, 0, 1], 0).into(),
            advertised: Vec::new(),
            spool: spool.path().to_owned(),
        };
        let (bridge, bridge_events) = bridge::start(config).await.unwrap();
        let shared = Arc::new(Shared {
            bridge,
            epoch: Mutex::new("one".to_owned()),
            events: Mutex::default(),
            push: broadcast::channel(1_000).0,
            drop_live: broadcast::channel(10).0,
            hellos: Mutex::default(),
            probe_replies: Mutex::default(),
            sound_reports: Mutex::default(),
            valid_from: AtomicU64::new(0),
            generation: AtomicU64::new(0),
            refresh_tokens: Mutex::default(),
            used: Mutex::default(),
            answers: Mutex::default(),
            lose_refresh: AtomicBool::new(false),
            refreshes: AtomicU32::new(0),
            sessions: Mutex::default(),
            opened: AtomicU32::new(0),
            renegotiated: AtomicU32::new(0),
            relays: Mutex::new(RelayServers { servers: Vec::new(), only: false, expires_in_s: None }),
            web_sound: AtomicBool::new(true),
            web_sockets: AtomicU32::new(0),
            drop_sound: broadcast::channel(10).0,
            udp_blocked: AtomicBool::new(false),
            record_status: Mutex::default(),
            recorded: Mutex::default(),
        });
        let api = Router::new()
            .route("/auth/sign-in", post(sign_in))
            .route("/auth/refresh", post(refresh))
            .route("/auth/sign-out", post(|| async { StatusCode::NO_CONTENT }))
            .route("/me", get(me))
            .route("/setup", get(setup))
            .route("/live", any(live))
            .route("/live/snapshot", get(snapshot))
            .route("/media/sessions", post(open_media))
            .route("/media/sessions/{id}", put(renegotiate_media).delete(close_media))
            .route("/media/relays", get(relays))
            .route("/media/sound", any(sound))
            .route("/record/{*path}", any(record));
        let app = Router::new().nest("/api/v1", api).with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { shared, address, bridge_events: tokio::sync::Mutex::new(bridge_events), _spool: spool }
    }

    pub fn url(&self) -> Url {
        format!("http://{}", self.address).parse().unwrap()
    }

    /// Tells everybody.
    pub fn say(&self, event: LiveEvent) {
        let mut events = self.shared.events.lock().unwrap();
        let seq = events.len() as u64 + 1;
        events.push((seq, event.clone()));
        let _ = self.shared.push.send(ServerMessage::Event { seq, at_ms: UnixMillis(0), event });
    }

    pub fn probe(&self, nonce: u64) {
        let _ = self.shared.push.send(ServerMessage::Probe { nonce });
    }

    /// Breaks every live connection.
    pub fn drop_live(&self) {
        let _ = self.shared.drop_live.send(());
    }

    /// As after a restart of the process: another epoch, no events kept.
    pub fn new_epoch(&self) {
        *self.shared.epoch.lock().unwrap() = Uuid::now_v7().to_string();
        self.shared.events.lock().unwrap().clear();
        self.drop_live();
    }

    /// Breaks every sound socket.
    pub fn drop_sound(&self) {
        let _ = self.shared.drop_sound.send(());
    }

    pub fn forget_media_session(&self, id: MediaSessionId) {
        self.shared.sessions.lock().unwrap().remove(&id);
        self.shared.bridge.close_session(id);
    }

    /// Somebody else has used every refresh token given out so far.
    pub fn spend_refresh_tokens(&self) {
        let tokens = self.shared.refresh_tokens.lock().unwrap();
        self.shared.used.lock().unwrap().extend(tokens.keys().cloned());
    }

    /// Every access token given out so far has run out.
    pub fn expire_tokens(&self) {
        self.shared.valid_from.store(self.shared.generation.load(SeqCst) + 1, SeqCst);
    }
}

fn refused(status: StatusCode, code: ErrorCode) -> Response {
    (status, Json(json!({ "code": code, "message": "no", "request_id": "r" }))).into_response()
}

pub fn user_id(email: &str) -> UserId {
    UserId::new(Uuid::from_u128(email.bytes().fold(7_u128, |id, byte| id.wrapping_mul(131) ^ u128::from(byte))))
}

fn signed_in(shared: &Shared, email: &str) -> SignedIn {
    let generation = shared.generation.fetch_add(1, SeqCst) + 1;
    let refresh_token = Uuid::now_v7().to_string();
    shared.refresh_tokens.lock().unwrap().insert(refresh_token.clone(), email.to_owned());
    let user = User {
        id: user_id(email),
        name: email.to_owned(),
        email: email.to_owned(),
        role: if email.starts_with("viewer") { Role::Viewer } else { Role::Telecaller },
        active: true,
        skills: Vec::new(),
        languages: Vec::new(),
        phone: None,
        extension: None,
        max_concurrent_calls: 1,
        locale: UiLocale::En,
        theme: UiTheme::System,
        created_at_ms: UnixMillis(0),
        last_seen_at_ms: None,
    };
    let tenant = Tenant {
        id: TenantId::new(Uuid::from_u128(1)),
        name: "Test".to_owned(),
        country: "IN".to_owned(),
        zone: "Asia/Kolkata".to_owned(),
    };
    SignedIn {
        access_token: Personal::new(format!("{generation}:{email}")),
        expires_in_s: 900,
        refresh_token: Some(Personal::new(refresh_token)),
        me: Me { user, tenant, session_id: SessionId::new(Uuid::from_u128(2)) },
    }
}

/// The e-mail that the token belongs to.
fn check(shared: &Shared, token: &str) -> Result<String, ErrorCode> {
    let (generation, email) = token.split_once(':').ok_or(ErrorCode::NotSignedIn)?;
    let generation: u64 = generation.parse().map_err(|_| ErrorCode::NotSignedIn)?;
    if generation < shared.valid_from.load(SeqCst) {
        return Err(ErrorCode::TokenExpired);
    }
    Ok(email.to_owned())
}

fn authorize(shared: &Shared, headers: &HeaderMap) -> Result<String, ErrorCode> {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    check(shared, token.trim_start_matches("Bearer "))
}

async fn sign_in(State(shared): State<Arc<Shared>>, Json(body): Json<SignIn>) -> Response {
    if body.password.reveal() != "correct horse battery" {
        return refused(StatusCode::UNAUTHORIZED, ErrorCode::WrongCredentials);
    }
    Json(signed_in(&shared, &body.email)).into_response()
}

async fn refresh(State(shared): State<Arc<Shared>>, Json(body): Json<RefreshRequest>) -> Response {
    shared.refreshes.fetch_add(1, SeqCst);
    let token = body.refresh_token.map(Personal::into_inner).unwrap_or_default();
    let exchange = (token.clone(), body.attempt.map(Personal::into_inner).unwrap_or_default());
    if !shared.used.lock().unwrap().insert(token.clone()) {
        return match shared.answers.lock().unwrap().get(&exchange) {
            Some(answer) => refreshed(&shared, answer),
            None => refused(StatusCode::UNAUTHORIZED, ErrorCode::TokenReused),
        };
    }
    let email = shared.refresh_tokens.lock().unwrap().remove(&token);
    let Some(email) = email else { return refused(StatusCode::UNAUTHORIZED, ErrorCode::NotSignedIn) };
    let answer = signed_in(&shared, &email);
    shared.answers.lock().unwrap().insert(exchange, answer.clone());
    refreshed(&shared, &answer)
}

/// The answer, unless it gets lost on its way.
fn refreshed(shared: &Shared, answer: &SignedIn) -> Response {
    if shared.lose_refresh.load(SeqCst) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    Json(answer.clone()).into_response()
}

async fn me(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    match authorize(&shared, &headers) {
        Ok(email) => Json(json!({ "email": email })).into_response(),
        Err(code) => refused(StatusCode::UNAUTHORIZED, code),
    }
}

async fn snapshot(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let email = match authorize(&shared, &headers) {
        Ok(email) => email,
        Err(code) => return refused(StatusCode::UNAUTHORIZED, code),
    };
    let me = AgentStatus {
        user_id: user_id(&email),
        name: email,
        state: AgentState::Available,
        since_ms: UnixMillis(0),
        queue_ids: Vec::new(),
        calls_today: 0,
        last_call_at_ms: None,
        break_after_call: false,
        has_device: true,
        by_telephone: false,
    };
    let events = shared.events.lock().unwrap();
    let calls = events.iter().filter_map(|(_, event)| match event {
        LiveEvent::Call { call } => Some((**call).clone()),
        _ => None,
    });
    let snapshot = Snapshot {
        epoch: shared.epoch.lock().unwrap().clone(),
        seq: events.len() as u64,
        server_time_ms: UnixMillis(0),
        me,
        offer: None,
        calls: calls.collect(),
        agents: Vec::new(),
        queues: Vec::new(),
    };
    Json(snapshot).into_response()
}

async fn open_media(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(body): Json<OpenMediaSession>,
) -> Response {
    if let Err(code) = authorize(&shared, &headers) {
        return refused(StatusCode::UNAUTHORIZED, code);
    }
    let id = MediaSessionId::new(Uuid::now_v7());
    match shared.bridge.open_session(id, body.sdp_offer).await {
        Ok(sdp_answer) => {
            shared.opened.fetch_add(1, SeqCst);
            shared.sessions.lock().unwrap().insert(id);
            Json(MediaSession { id, sdp_answer: reachable(&shared, sdp_answer) }).into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

/// The answer as it is, or, where UDP is blocked, with candidates of a port where nobody listens.
fn reachable(shared: &Shared, answer: String) -> String {
    if !shared.udp_blocked.load(SeqCst) {
        return answer;
    }
    let port = shared.bridge.candidates()[0].port().to_string();
    answer.replace(&format!(" {port} typ host"), " 9 typ host")
}

async fn renegotiate_media(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<MediaSessionId>,
    Json(body): Json<RenegotiateMediaSession>,
) -> Response {
    shared.renegotiated.fetch_add(1, SeqCst);
    if !shared.sessions.lock().unwrap().contains(&id) {
        return refused(StatusCode::NOT_FOUND, ErrorCode::NotFound);
    }
    match shared.bridge.renegotiate(id, body.sdp_offer).await {
        Ok(sdp_answer) => Json(MediaSession { id, sdp_answer: reachable(&shared, sdp_answer) }).into_response(),
        Err(_) => refused(StatusCode::NOT_FOUND, ErrorCode::NotFound),
    }
}

async fn relays(State(shared): State<Arc<Shared>>) -> Json<RelayServers> {
    Json(shared.relays.lock().unwrap().clone())
}

async fn sound(State(shared): State<Arc<Shared>>, upgrade: WebSocketUpgrade) -> Response {
    if !shared.web_sound.load(SeqCst) {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.on_upgrade(move |socket| carry_sound(socket, shared))
}

async fn carry_sound(mut socket: WebSocket, shared: Arc<Shared>) {
    let Some(Ok(Message::Text(hello))) = socket.recv().await else { return };
    let hello: SoundHello = serde_json::from_str(&hello).unwrap();
    check(&shared, hello.access_token.reveal()).unwrap();
    let Ok(mut sound) = shared.bridge.attach_socket(hello.media_session_id).await else {
        let frame = CloseFrame { code: SOUND_NO_SESSION, reason: "no such session".into() };
        let _ = socket.send(Message::Close(Some(frame))).await;
        return;
    };
    shared.web_sockets.fetch_add(1, SeqCst);
    let _ = socket.send(Message::text("{}")).await;
    let mut dropped = shared.drop_sound.subscribe();
    loop {
        tokio::select! {
            _ = dropped.recv() => return,
            heard = socket.recv() => match heard {
                Some(Ok(Message::Binary(frame))) => assert_eq!(sound.heard(&frame), Verdict::GoOn),
                Some(Ok(_)) => {}
                _ => return,
            },
            outgoing = sound.next_outgoing() => match outgoing {
                Some(bytes) => drop(socket.send(Message::binary(bytes)).await),
                None => return,
            },
        }
    }
}

async fn close_media(State(shared): State<Arc<Shared>>, Path(id): Path<MediaSessionId>) -> StatusCode {
    shared.sessions.lock().unwrap().remove(&id);
    shared.bridge.close_session(id);
    StatusCode::NO_CONTENT
}

async fn record(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Option<Json<Value>>,
) -> Response {
    let status = shared.record_status.lock().unwrap().get(&path).copied().unwrap_or(200);
    if status == 200 {
        let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
        let body = body.map_or(Value::Null, |Json(body)| body);
        shared.recorded.lock().unwrap().push(Recorded { path, key, body });
        return Json(json!({ "ok": true })).into_response();
    }
    let status = StatusCode::from_u16(status).unwrap();
    (status, Json(json!({ "code": "invalid_fields", "message": "notes are too long", "request_id": "r" })))
        .into_response()
}

async fn live(State(shared): State<Arc<Shared>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| serve_live(shared, socket))
}

async fn serve_live(shared: Arc<Shared>, mut socket: WebSocket) {
    let Some(Ok(Message::Text(text))) = socket.recv().await else { return };
    let Ok(ClientMessage::Hello { access_token, epoch, after_seq, phone: true }) = serde_json::from_str(&text) else {
        return;
    };
    if check(&shared, &access_token).is_err() {
        return;
    }
    shared.hellos.lock().unwrap().push((epoch.clone(), after_seq));
    let (mut pushed, mut dropped) = (shared.push.subscribe(), shared.drop_live.subscribe());
    let current = shared.epoch.lock().unwrap().clone();
    let resumed = epoch.as_deref() == Some(current.as_str());
    let events = shared.events.lock().unwrap().clone();
    let seq = events.len() as u64;
    let mut first = vec![ServerMessage::Welcome { epoch: current, seq, resumed, server_time_ms: UnixMillis(5_000) }];
    if resumed {
        // One more than was missed: a repeated event must not be reported twice.
        let from = after_seq.unwrap_or(0);
        first.extend(events.into_iter().filter(|(seq, _)| *seq >= from).map(|(seq, event)| ServerMessage::Event {
            seq,
            at_ms: UnixMillis(0),
            event,
        }));
    }
    for message in first {
        let _ = socket.send(Message::text(serde_json::to_string(&message).unwrap())).await;
    }
    loop {
        tokio::select! {
            _ = dropped.recv() => return,
            Ok(message) = pushed.recv() => {
                let _ = socket.send(Message::text(serde_json::to_string(&message).unwrap())).await;
            }
            heard = socket.recv() => match heard {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text).unwrap() {
                    ClientMessage::ProbeReply { nonce, media_session_id, audio_running } => {
                        shared.probe_replies.lock().unwrap().push((nonce, media_session_id, audio_running));
                    }
                    ClientMessage::Ping { nonce } => {
                        let pong = ServerMessage::Pong { nonce, server_time_ms: UnixMillis(5_000) };
                        let _ = socket.send(Message::text(serde_json::to_string(&pong).unwrap())).await;
                    }
                    ClientMessage::Sound { media_session_id, sound } => {
                        shared.sound_reports.lock().unwrap().push((media_session_id, sound));
                    }
                    ClientMessage::Hello { .. } => return,
                },
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}

async fn setup() -> Json<wire::accounts::SetupStatus> {
    Json(wire::accounts::SetupStatus { needs_setup: true, version: "0.1.0".to_owned(), demo: false })
}
