use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use domain::pii::Personal;
use reqwest::StatusCode;
use serde_json::Value;
use tokio::sync::mpsc;
use url::Url;
use uuid::Uuid;
use wire::{
    accounts::{RefreshRequest, SignedIn},
    error::{ApiError, ErrorCode},
};

use super::{
    RequestError,
    kept::{Kept, new_attempt},
};
use crate::{state::SignOutReason, tokens::TokenStore};

pub use reqwest::Method;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// An access token with less life left than this is renewed before it is used for a long connection.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

/// An answer of the API, whether it says yes or no.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiResponse {
    pub status: u16,
    /// `null` when there was none.
    pub body: Value,
}

impl ApiResponse {
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// # Errors
    /// [`RequestError::Refused`] when the answer is a no, [`RequestError::BadAnswer`] when it is not a `T`.
    pub fn into<T: serde::de::DeserializeOwned>(self) -> Result<T, RequestError> {
        if !self.is_success() {
            return Err(self.refusal());
        }
        serde_json::from_value(self.body).map_err(|error| RequestError::BadAnswer(error.to_string()))
    }

    /// The code of an answer that says no.
    pub fn code(&self) -> Option<ErrorCode> {
        serde_json::from_value(self.body.get("code")?.clone()).ok()
    }

    fn refusal(self) -> RequestError {
        let status = self.status;
        match serde_json::from_value::<ApiError>(self.body) {
            Ok(error) => RequestError::Refused(Box::new(error)),
            Err(_) if status >= 500 => RequestError::Unreachable(format!("status {status}")),
            Err(_) => RequestError::BadAnswer(format!("status {status} without a reason")),
        }
    }
}

#[derive(Debug, Clone)]
struct Access {
    token: Personal<String>,
    renew_at: Instant,
    /// Counts tokens, so that of many requests that found one expired only the first renews it.
    generation: u64,
}

/// Talks to one server. Cheap to clone; clones share tokens and connections.
#[derive(Clone)]
pub struct ApiClient {
    inner: Arc<Inner>,
}

struct Inner {
    base: String,
    user_agent: String,
    http: RwLock<reqwest::Client>,
    store: Arc<dyn TokenStore>,
    access: Mutex<Option<Access>>,
    refreshing: tokio::sync::Mutex<()>,
    /// The exchange under way, where the store would not take it.
    unsaved: Mutex<Option<Kept>>,
    ended: mpsc::UnboundedSender<SignOutReason>,
}

impl ApiClient {
    /// The receiver tells when the session ended without being asked to.
    ///
    /// # Errors
    /// [`RequestError::BadAddress`] when no HTTP client can be made for this address.
    pub fn new(
        server: &Url,
        user_agent: &str,
        store: Arc<dyn TokenStore>,
    ) -> Result<(Self, mpsc::UnboundedReceiver<SignOutReason>), RequestError> {
        if !matches!(server.scheme(), "http" | "https") || server.host().is_none() {
            return Err(RequestError::BadAddress(format!("{server} (expected http:// or https://)")));
        }
        let (ended, has_ended) = mpsc::unbounded_channel();
        let inner = Inner {
            base: server.as_str().trim_end_matches('/').to_owned(),
            user_agent: user_agent.to_owned(),
            http: RwLock::new(client(user_agent)?),
            store,
            access: Mutex::new(None),
            refreshing: tokio::sync::Mutex::new(()),
            unsaved: Mutex::new(None),
            ended,
        };
        Ok((Self { inner: Arc::new(inner) }, has_ended))
    }

    /// Sends `body` to an open endpoint that answers with [`SignedIn`], and keeps the tokens.
    ///
    /// # Errors
    /// [`RequestError::Refused`] with the server's reason, or that there was no answer.
    pub async fn open_session(&self, path: &str, body: &Value) -> Result<SignedIn, RequestError> {
        let signed_in: SignedIn = self.send(&Method::POST, path, Some(body), None, None).await?.into()?;
        self.keep(&signed_in).await;
        Ok(signed_in)
    }

    /// Signs in with the kept refresh token. `Ok(None)`: there is none, or the server did not take it any more.
    ///
    /// # Errors
    /// [`RequestError::Unreachable`]; the token is still kept then.
    pub async fn restore(&self) -> Result<Option<SignedIn>, RequestError> {
        let _one_at_a_time = self.inner.refreshing.lock().await;
        match self.renew().await {
            Ok(signed_in) => Ok(Some(signed_in)),
            Err(RequestError::SignedOut) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Ends the session on the server when it can be reached, and here in any case.
    pub async fn sign_out(&self) {
        if let Some(access) = self.access() {
            let sent = self.send(&Method::POST, "/auth/sign-out", None, None, Some(&access.token)).await;
            if let Err(error) = sent {
                tracing::info!(%error, "signed out here; the server will see the session run out");
            }
        }
        self.forget().await;
    }

    /// Sends with the access token, renewing it when it has run out. `path` is relative to `/api/v1`.
    ///
    /// # Errors
    /// [`RequestError`] when there is no answer to hand over.
    pub async fn request(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
        idempotency_key: Option<Uuid>,
    ) -> Result<ApiResponse, RequestError> {
        let Some(access) = self.access() else {
            // What a page reads before anybody has signed in.
            if *method == Method::GET && path == "/setup" {
                return self.send(method, path, body, idempotency_key, None).await;
            }
            return Err(RequestError::SignedOut);
        };
        let answer = self.send(method, path, body, idempotency_key, Some(&access.token)).await?;
        if answer.status != StatusCode::UNAUTHORIZED || !session_may_go_on(&answer) {
            return Ok(answer);
        }
        let renewed = self.renewed(access.generation).await?;
        self.send(method, path, body, idempotency_key, Some(&renewed.token)).await
    }

    /// Reads bytes from a path relative to the server's root, such as a signed recording address.
    ///
    /// # Errors
    /// [`RequestError::Unreachable`], or [`RequestError::BadAnswer`] when it is not there.
    pub async fn bytes(&self, path: &str) -> Result<Bytes, RequestError> {
        let address = format!("{}/{}", self.inner.base, path.trim_start_matches('/'));
        let answer = self.http().get(address).send().await?;
        if !answer.status().is_success() {
            return Err(RequestError::BadAnswer(format!("status {}", answer.status().as_u16())));
        }
        Ok(answer.bytes().await?)
    }

    /// An access token that lasts long enough to open a connection with. `refused`: the last one was not taken.
    ///
    /// # Errors
    /// [`RequestError::SignedOut`] or [`RequestError::Unreachable`].
    pub async fn fresh_token(&self, refused: bool) -> Result<Personal<String>, RequestError> {
        let access = self.access().ok_or(RequestError::SignedOut)?;
        if !refused && Instant::now() < access.renew_at {
            return Ok(access.token);
        }
        Ok(self.renewed(access.generation).await?.token)
    }

    /// Requests from now on go over new connections: those of before a change of network may never answer.
    pub fn connect_anew(&self) {
        match client(&self.inner.user_agent) {
            Ok(http) => *self.inner.http.write().unwrap_or_else(PoisonError::into_inner) = http,
            Err(error) => tracing::warn!(%error, "the connections to the server stay as they are"),
        }
    }

    fn http(&self) -> reqwest::Client {
        self.inner.http.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Address of the socket that carries sound where UDP does not get through.
    pub fn sound_address(&self) -> String {
        format!("ws{}/api/v1/media/sound", self.inner.base.trim_start_matches("http"))
    }

    /// Address of the live connection.
    pub fn live_address(&self) -> String {
        // `http` -> `ws`, `https` -> `wss`.
        format!("ws{}/api/v1/live", self.inner.base.trim_start_matches("http"))
    }

    async fn send(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
        idempotency_key: Option<Uuid>,
        token: Option<&Personal<String>>,
    ) -> Result<ApiResponse, RequestError> {
        if !path.starts_with('/') {
            return Err(RequestError::BadAddress(format!("path {path} (expected a leading /)")));
        }
        let address = format!("{}/api/v1{path}", self.inner.base);
        let mut request = self.http().request(method.clone(), address);
        if let Some(token) = token {
            request = request.bearer_auth(token.reveal());
        }
        if let Some(key) = idempotency_key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))
        };
        Ok(ApiResponse { status, body })
    }

    /// The token after `generation`, made by whoever comes first.
    async fn renewed(&self, generation: u64) -> Result<Access, RequestError> {
        let _one_at_a_time = self.inner.refreshing.lock().await;
        let access = self.access().ok_or(RequestError::SignedOut)?;
        if access.generation != generation {
            return Ok(access);
        }
        self.renew().await?;
        self.access().ok_or(RequestError::SignedOut)
    }

    /// Exchanges the kept refresh token. The caller holds the `refreshing` lock: each refresh token works once, or as often
    /// as the same attempt asks whose answer was lost.
    async fn renew(&self) -> Result<SignedIn, RequestError> {
        let Some(kept) = self.attempted().await else { return Err(RequestError::SignedOut) };
        let body = serde_json::to_value(RefreshRequest { refresh_token: Some(kept.token), attempt: kept.attempt })
            .map_err(|error| RequestError::BadAnswer(error.to_string()))?;
        let answer = self.send(&Method::POST, "/auth/refresh", Some(&body), None, None).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            let reason = match answer.code() {
                Some(ErrorCode::TokenReused) => SignOutReason::TokenReused,
                _ => SignOutReason::SessionEnded,
            };
            self.forget().await;
            // Nobody listens any more once the phone is stopped.
            let _ = self.inner.ended.send(reason);
            return Err(RequestError::SignedOut);
        }
        let signed_in: SignedIn = answer.into()?;
        self.keep(&signed_in).await;
        Ok(signed_in)
    }

    /// The kept token with an attempt, which is kept too before anything is sent.
    async fn attempted(&self) -> Option<Kept> {
        let mut kept = Kept::read(self.load().await?);
        if kept.attempt.is_some() {
            return Some(kept);
        }
        let unsaved = self.unsaved().take().filter(|unsaved| unsaved.token == kept.token);
        kept.attempt = Some(unsaved.and_then(|one| one.attempt).unwrap_or_else(|| new_attempt(rand::random())));
        let text = kept.text();
        if let Some(Err(error)) = self.with_store(move |store| store.save(&text)).await {
            tracing::warn!(%error, "the session may not survive a restart of this app in the next moment");
            *self.unsaved() = Some(kept.clone());
        }
        Some(kept)
    }

    fn unsaved(&self) -> std::sync::MutexGuard<'_, Option<Kept>> {
        self.inner.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn access(&self) -> Option<Access> {
        self.inner.access.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn keep(&self, signed_in: &SignedIn) {
        if let Some(refresh_token) = signed_in.refresh_token.clone() {
            let saved = self.with_store(move |store| store.save(&refresh_token)).await;
            if let Some(Err(error)) = saved {
                tracing::warn!(%error, "the session will not survive a restart of this app");
            }
        }
        let life = Duration::from_secs(u64::from(signed_in.expires_in_s));
        let mut access = self.inner.access.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = access.as_ref().map_or(0, |access| access.generation) + 1;
        let renew_at = Instant::now() + life.saturating_sub(RENEW_BEFORE);
        *access = Some(Access { token: signed_in.access_token.clone(), renew_at, generation });
    }

    async fn load(&self) -> Option<Personal<String>> {
        match self.with_store(|store| store.load()).await? {
            Ok(token) => token,
            Err(error) => {
                tracing::warn!(%error, "the kept session cannot be read");
                None
            }
        }
    }

    async fn forget(&self) {
        *self.inner.access.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(Err(error)) = self.with_store(|store| store.clear()).await {
            tracing::warn!(%error, "the kept session could not be removed");
        }
    }

    /// Runs on a thread that may block: a keychain can ask the user.
    async fn with_store<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn TokenStore) -> T + Send + 'static,
    ) -> Option<T> {
        let store = Arc::clone(&self.inner.store);
        tokio::task::spawn_blocking(move || job(store.as_ref())).await.ok()
    }
}

fn client(user_agent: &str) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(user_agent)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .tcp_nodelay(true)
        .build()
}

/// Whether a 401 is one that a new access token cures.
fn session_may_go_on(answer: &ApiResponse) -> bool {
    matches!(answer.code(), Some(ErrorCode::TokenExpired | ErrorCode::NotSignedIn))
}
