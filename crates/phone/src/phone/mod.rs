//! The phone as its owner sees it.

mod calls;
mod core;
mod start;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use domain::ids::MediaSessionId;
use media::dtmf::Digit;
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::DropGuard;
use url::Url;
use uuid::Uuid;
use wire::accounts::{DeviceKind as ClientKind, Me, RegisterTenant, SignIn};

use crate::{
    api::{ApiClient, ApiResponse, Method, RequestError},
    devices::{DeviceCommand, DeviceOptions, Devices},
    outbox::{Entry, Outbox, OutboxError},
    session::MediaStatus,
    settings::Settings,
    sound::{SoundCommand, SoundEngine, SoundError, SoundFigures, VirtualAudio},
    state::{Connection, Device, DeviceKind, OutboxStatus, PhoneEvent, PhoneState, Processing, SignOutReason},
    tokens::TokenStore,
};
pub(crate) use core::CoreInput;

/// What carries the sound.
#[derive(Debug)]
pub enum AudioBackend {
    /// The system's microphones and speakers.
    Devices(DeviceOptions),
    /// Functions in this process.
    Virtual(VirtualAudio),
}

pub struct PhoneConfig {
    pub server_url: Url,
    /// Holds the outbox and the sound settings.
    pub data_dir: PathBuf,
    pub audio: AudioBackend,
    pub token_store: Arc<dyn TokenStore>,
    pub user_agent: String,
    /// Sound per packet: 10 ms has the shorter delay, 20 ms the smaller cost.
    pub frame: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Server(#[from] RequestError),
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    #[error(transparent)]
    Sound(#[from] SoundError),
    #[error("no thread could be started for the sound devices: {0}")]
    Devices(std::io::Error),
    #[error("no thread could be started for packets: {0}")]
    Packets(std::io::Error),
}

/// A softphone, signed in or not. Clones are the same phone; it stops when the last is dropped.
#[derive(Clone)]
pub struct Phone {
    shared: Arc<Shared>,
    _stop: Arc<DropGuard>,
}

pub(crate) struct Shared {
    server_url: Url,
    data_dir: PathBuf,
    api: ApiClient,
    outbox: Outbox,
    sound: SoundEngine,
    devices: Option<Devices>,
    settings: Mutex<Settings>,
    state: Mutex<PhoneState>,
    connection: Mutex<Connection>,
    me: Mutex<Option<Me>>,
    media: watch::Receiver<MediaStatus>,
    events: broadcast::Sender<PhoneEvent>,
    core: mpsc::UnboundedSender<CoreInput>,
    checking: Arc<AtomicBool>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Phone {
    /// Starts threads and tasks; needs a Tokio runtime. Nobody is signed in yet: see [`restore`](Self::restore).
    ///
    /// # Errors
    /// [`StartError`]. Missing sound devices are not an error.
    pub fn start(config: PhoneConfig) -> Result<Self, StartError> {
        start::start(config)
    }

    /// What happens from now on. Subscribe before signing in to miss nothing.
    pub fn events(&self) -> broadcast::Receiver<PhoneEvent> {
        self.shared.events.subscribe()
    }

    pub fn server_url(&self) -> &Url {
        &self.shared.server_url
    }

    // --- the account -----------------------------------------------------------------------------------------------

    /// # Errors
    /// [`RequestError`]; `Refused` has the server's reason.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<Me, RequestError> {
        let body = to_json(&SignIn { device: ClientKind::Desktop, ..sign_in })?;
        self.open_session("/auth/sign-in", &body).await
    }

    /// Makes a tenant with its first admin, and signs them in.
    ///
    /// # Errors
    /// [`RequestError`]; `Refused` has the server's reason.
    pub async fn register(&self, register: RegisterTenant) -> Result<Me, RequestError> {
        let body = to_json(&RegisterTenant { device: ClientKind::Desktop, ..register })?;
        self.open_session("/tenants", &body).await
    }

    /// Signs in with the kept token. `Ok(None)`: show the sign-in form.
    ///
    /// # Errors
    /// [`RequestError::Unreachable`]: the token is kept; try again later.
    pub async fn restore(&self) -> Result<Option<Me>, RequestError> {
        let restored = self.shared.api.restore().await?;
        Ok(restored.map(|signed_in| self.signed_in(signed_in.me)))
    }

    /// Ends the session here, and on the server when it can be reached. What waits in the outbox stays.
    pub async fn sign_out(&self) {
        self.shared.outbox.belongs_to(None);
        self.tell(CoreInput::SignedOut(SignOutReason::Asked));
        let mut media = self.shared.media.clone();
        // The media session is closed with the token that ends below.
        let closed = media.wait_for(|status| status.id.is_none());
        // In vain when the server is away; the session then ends there by itself. (The guard must not live on: it is not `Send`.)
        let _closed_in_time = tokio::time::timeout(Duration::from_secs(1), closed).await.is_ok();
        self.shared.api.sign_out().await;
    }

    pub fn me(&self) -> Option<Me> {
        lock(&self.shared.me).clone()
    }

    async fn open_session(&self, path: &str, body: &Value) -> Result<Me, RequestError> {
        // The new token is in use before anybody knows whose it is.
        self.shared.outbox.belongs_to(None);
        match self.shared.api.open_session(path, body).await {
            Ok(signed_in) => Ok(self.signed_in(signed_in.me)),
            Err(error) => {
                self.shared.outbox.belongs_to(self.me().map(|me| me.user.id));
                Err(error)
            }
        }
    }

    fn signed_in(&self, me: Me) -> Me {
        *lock(&self.shared.me) = Some(me.clone());
        self.shared.outbox.belongs_to(Some(me.user.id));
        self.tell(CoreInput::SignedIn(Box::new(me.clone())));
        me
    }

    // --- requests --------------------------------------------------------------------------------------------------

    /// Any request to the API. Answers that say no come back as they are. A `media_session_id` of `null` in an answer or
    /// monitor request is filled in.
    ///
    /// # Errors
    /// [`RequestError`] when there is no answer.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        mut body: Option<Value>,
        idempotency_key: Option<Uuid>,
    ) -> Result<ApiResponse, RequestError> {
        if starts_sound(&method, path) {
            self.tell(CoreInput::SoundSoon);
        }
        if let Some(Value::Object(fields)) = &mut body
            && (path.ends_with("/answer") || path.ends_with("/monitor"))
            && fields.get("media_session_id").is_none_or(Value::is_null)
        {
            fields.insert("media_session_id".to_owned(), json!(self.media_session_id()));
        }
        self.shared.api.request(&method, path, body.as_ref(), idempotency_key).await
    }

    /// Bytes from a path relative to the server's root.
    ///
    /// # Errors
    /// [`RequestError`].
    pub async fn bytes(&self, path: &str) -> Result<Bytes, RequestError> {
        self.shared.api.bytes(path).await
    }

    /// Keeps a request on disk and sends it once, in order, when the server can be reached.
    ///
    /// # Errors
    /// [`OutboxError`]: it is not kept.
    pub async fn outbox_put(&self, entry: Entry) -> Result<(), OutboxError> {
        self.shared.outbox.put(entry).await
    }

    /// Sends what the server had refused once more, under a new key.
    ///
    /// # Errors
    /// [`OutboxError::NotRefused`], [`OutboxError::Disk`].
    pub async fn outbox_again(&self, id: Uuid) -> Result<(), OutboxError> {
        self.shared.outbox.again(id).await
    }

    /// Forgets what the server had refused.
    ///
    /// # Errors
    /// [`OutboxError::NotRefused`], [`OutboxError::Disk`].
    pub async fn outbox_discard(&self, id: Uuid) -> Result<(), OutboxError> {
        self.shared.outbox.discard(id).await
    }

    pub fn outbox_status(&self) -> OutboxStatus {
        self.shared.outbox.status()
    }

    pub fn connection(&self) -> Connection {
        *lock(&self.shared.connection)
    }

    // --- sound -----------------------------------------------------------------------------------------------------

    pub fn state(&self) -> PhoneState {
        let mut state = lock(&self.shared.state).clone();
        let figures = self.figures();
        (state.mic_level_dbfs, state.speaker_level_dbfs) = (figures.mic_dbfs, figures.speaker_dbfs);
        state
    }

    pub fn figures(&self) -> SoundFigures {
        self.shared.sound.gauges().figures()
    }

    /// The session that carries this device's sound, when the server knows one.
    pub fn media_session_id(&self) -> Option<MediaSessionId> {
        self.shared.media.borrow().id
    }

    /// Takes effect with the next 10 ms of the microphone.
    pub fn set_muted(&self, muted: bool) {
        self.shared.sound.gauges().muted.store(muted, Relaxed);
        self.tell(CoreInput::Changed);
    }

    /// `None` follows the system's default.
    pub fn choose_device(&self, kind: DeviceKind, id: Option<&str>) {
        let device = id.map(|id| Device { id: id.to_owned(), name: self.device_name(kind, id).unwrap_or_default() });
        self.change_settings(|settings| settings.of(kind).choose(device));
    }

    /// The order in which devices are wanted; what is not in it any more is forgotten.
    pub fn order_devices(&self, kind: DeviceKind, ids: &[String]) {
        self.change_settings(|settings| settings.of(kind).order(ids, |id| self.device_name(kind, id)));
    }

    /// A second place to ring; `None` for the ringer alone.
    pub fn also_ring_on(&self, id: Option<&str>) {
        let name = |id| self.device_name(DeviceKind::Ringer, id).unwrap_or_default();
        let device = id.map(|id| Device { id: id.to_owned(), name: name(id) });
        self.change_settings(|settings| settings.also_ring_on = device);
    }

    /// What a device that is there now is called.
    fn device_name(&self, kind: DeviceKind, id: &str) -> Option<String> {
        let state = lock(&self.shared.state);
        let list = if kind == DeviceKind::Input { &state.devices.inputs } else { &state.devices.outputs };
        list.iter().find(|device| device.id == id).map(|device| device.name.clone())
    }

    pub fn set_processing(&self, processing: Processing) {
        self.shared.sound.tell(SoundCommand::Processing(processing));
        self.change_settings(|settings| settings.processing = processing);
    }

    /// 0 (silent) to 1.
    pub fn set_ring_volume(&self, volume: f32) {
        self.change_settings(|settings| settings.ring_volume = volume.clamp(0.0, 1.0));
    }

    /// Rings for three seconds.
    pub fn test_ring(&self) {
        if let Some(devices) = &self.shared.devices {
            devices.tell(DeviceCommand::TestRing);
        }
    }

    /// Presses keys in our own stream (RFC 4733). Characters that are not on a keypad are left out.
    pub fn send_digits(&self, digits: &str) {
        let digits = digits.chars().filter_map(Digit::from_char).collect();
        self.shared.sound.tell(SoundCommand::Digits(digits));
    }

    fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let settings = {
            let mut settings = lock(&self.shared.settings);
            change(&mut settings);
            settings.clone()
        };
        if let Err(error) = settings.save(&self.shared.data_dir) {
            tracing::warn!(%error, "the choice holds until this app ends");
        }
        if let Some(devices) = &self.shared.devices {
            devices.tell(DeviceCommand::Settings(Box::new(settings)));
        }
        self.tell(CoreInput::Changed);
    }

    pub(crate) fn sound(&self) -> &SoundEngine {
        &self.shared.sound
    }

    /// Set while a check runs.
    pub(crate) fn checking(&self) -> &Arc<AtomicBool> {
        &self.shared.checking
    }

    pub(crate) fn emit(&self, event: PhoneEvent) {
        // Fails while nobody listens.
        let _ = self.shared.events.send(event);
    }

    pub(crate) fn tell(&self, input: CoreInput) {
        // Only fails while the runtime shuts down.
        let _ = self.shared.core.send(input);
    }
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<Value, RequestError> {
    serde_json::to_value(value).map_err(|error| RequestError::BadAnswer(error.to_string()))
}

/// Requests after which sound is needed at once, before the server says so.
fn starts_sound(method: &Method, path: &str) -> bool {
    (*method == Method::POST && (path.ends_with("/answer") || path == "/calls")) || path.ends_with("/monitor")
}
