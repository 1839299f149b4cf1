//! Everything that the use-cases share.

use std::{
    collections::HashMap,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bridge::{BridgeEvent, BridgeHandle};
use domain::{ids::TenantId, time::UnixMillis};
use storage::Store;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    assignment,
    auth::{SignInThrottle, TokenKey},
    calls::{self, Calls},
    carriers::{PROVIDERS, TenantCarrier},
    clock, crm,
    device_sound::DeviceReports,
    devices::Devices,
    directory::Directories,
    housekeeping, imports,
    intake::IntakeLimits,
    jobs, lead_sets,
    live::LiveFeed,
    presence::{self, Presence},
    queues::Wallboard,
    relays::RelayOptions,
    sip::{SipOptions, SipService},
    tasks,
    worklist::Counters,
};

/// What the end of the server waits at most until everything is written.
const TIME_TO_FINISH: Duration = Duration::from_secs(5);

/// What the composing program decides.
#[derive(Debug, Clone)]
pub struct Options {
    /// Under which carriers and browsers reach this server; without a slash at the end.
    pub public_url: String,
    /// Proxies whose word about who asks is taken.
    pub trusted_proxies: Vec<IpAddr>,
    pub ui_folder: Option<PathBuf>,
    /// Recordings of tenants without a store of their own go below `recordings` here.
    pub data_folder: PathBuf,
    /// Sample people and a labelled simulator.
    pub demo: bool,
    /// For devices that cannot reach the bridge directly.
    pub relays: Option<RelayOptions>,
    pub sip: SipOptions,
    /// Addresses that admins enter may lead to this computer and this network.
    pub private_targets: bool,
}

/// What the composing program has opened.
pub struct Parts {
    pub store: Store,
    pub bridge: BridgeHandle,
    pub bridge_events: mpsc::UnboundedReceiver<BridgeEvent>,
    /// At least 32 random bytes: signs access tokens and links.
    pub secret: Vec<u8>,
    pub options: Options,
}

struct Inner {
    store: Store,
    sip: SipService,
    bridge: BridgeHandle,
    feed: LiveFeed,
    calls: Calls,
    devices: Devices,
    presence: Presence,
    device_reports: DeviceReports,
    throttle: SignInThrottle,
    imports: imports::Running,
    intake_limits: IntakeLimits,
    bulk_actions: lead_sets::Running,
    counters: Counters,
    token_key: TokenKey,
    secret: Vec<u8>,
    options: Options,
    carriers: Mutex<HashMap<(TenantId, &'static str), TenantCarrier>>,
    directories: Directories,
    wallboard: Wallboard,
    /// Messages of media sockets that were none.
    carrier_garbage: AtomicU64,
    started_at: UnixMillis,
    stop: CancellationToken,
    /// What the end of the server waits for.
    finishing: TaskTracker,
    out_of_time: CancellationToken,
    new_job: Notify,
    new_assignment: Notify,
    /// Rises when a sign-in has ended or somebody's role has changed.
    rights: watch::Sender<u64>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Backend(Arc<Inner>);

impl Backend {
    /// Takes up the calls that were under way when the last server ended, and starts the background work.
    pub async fn start(parts: Parts) -> Result<Self, crate::error::BackendError> {
        let backend = Self(Arc::new(Inner {
            store: parts.store,
            sip: SipService::new(parts.options.sip.clone(), parts.bridge.clone()),
            bridge: parts.bridge,
            feed: LiveFeed::new(&clock::new_uuid().to_string()),
            calls: Calls::default(),
            devices: Devices::default(),
            presence: Presence::default(),
            device_reports: DeviceReports::default(),
            throttle: SignInThrottle::default(),
            imports: imports::Running::default(),
            intake_limits: IntakeLimits::default(),
            bulk_actions: lead_sets::Running::default(),
            counters: Counters::default(),
            token_key: TokenKey::new(&parts.secret),
            secret: parts.secret,
            options: parts.options,
            carriers: Mutex::default(),
            directories: Directories::default(),
            wallboard: Wallboard::default(),
            carrier_garbage: AtomicU64::new(0),
            started_at: clock::now(),
            stop: CancellationToken::new(),
            finishing: TaskTracker::new(),
            out_of_time: CancellationToken::new(),
            new_job: Notify::new(),
            new_assignment: Notify::new(),
            rights: watch::Sender::new(0),
        }));
        backend.recover_agents().await?;
        backend.recover_calls().await?;
        backend.redo_inbox().await;
        imports::resume(&backend).await?;
        lead_sets::resume(&backend).await?;
        backend.finishing().spawn(calls::follow_bridge(backend.clone(), parts.bridge_events));
        backend.read_sip().await?;
        tokio::spawn(jobs::run(backend.clone()));
        tokio::spawn(presence::watch(backend.clone()));
        tokio::spawn(calls::look_for_forgotten_agents(backend.clone()));
        tokio::spawn(assignment::run(backend.clone()));
        tokio::spawn(crm::run(backend.clone()));
        tokio::spawn(tasks::reminders::run(backend.clone()));
        tokio::spawn(housekeeping::run(backend.clone()));
        Ok(backend)
    }

    /// Ends the background work and waits, for a while, until what has happened is written. Calls stay in the store and are
    /// taken up by the next start.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.finishing.close();
        if tokio::time::timeout(TIME_TO_FINISH, self.0.finishing.wait()).await.is_err() {
            tracing::error!(tasks = self.0.finishing.len(), "the server ends before everything is written");
        }
        self.0.out_of_time.cancel();
        self.0.sip.stop();
    }

    /// Tasks with something to write that would be lost with them.
    pub(crate) fn finishing(&self) -> &TaskTracker {
        &self.0.finishing
    }

    /// Nothing more can be written.
    pub(crate) fn out_of_time(&self) -> &CancellationToken {
        &self.0.out_of_time
    }

    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// There is something for the workers.
    pub(crate) fn wake_jobs(&self) {
        self.0.new_job.notify_waiters();
    }

    pub(crate) fn new_job(&self) -> &Notify {
        &self.0.new_job
    }

    /// Leads or rules came in: the rules are to look at once.
    pub(crate) fn wake_assignment(&self) {
        self.0.new_assignment.notify_waiters();
    }

    pub(crate) fn new_assignment(&self) -> &Notify {
        &self.0.new_assignment
    }

    /// Tells open connections to look again whether they may go on; see [`Backend::may_go_on`].
    pub(crate) fn rights_changed(&self) {
        self.0.rights.send_modify(|count| *count += 1);
    }

    /// Wakes whenever somebody's rights have changed.
    pub fn watch_rights(&self) -> watch::Receiver<u64> {
        self.0.rights.subscribe()
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    pub fn bridge(&self) -> &BridgeHandle {
        &self.0.bridge
    }

    pub(crate) fn sip(&self) -> &SipService {
        &self.0.sip
    }

    pub(crate) fn feed(&self) -> &LiveFeed {
        &self.0.feed
    }

    pub(crate) fn calls(&self) -> &Calls {
        &self.0.calls
    }

    pub(crate) fn devices(&self) -> &Devices {
        &self.0.devices
    }

    pub(crate) fn presence(&self) -> &Presence {
        &self.0.presence
    }

    pub(crate) fn device_reports(&self) -> &DeviceReports {
        &self.0.device_reports
    }

    pub(crate) fn throttle(&self) -> &SignInThrottle {
        &self.0.throttle
    }

    pub(crate) fn imports(&self) -> &imports::Running {
        &self.0.imports
    }

    pub(crate) fn intake_limits(&self) -> &IntakeLimits {
        &self.0.intake_limits
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.0.counters
    }

    pub(crate) fn bulk_actions(&self) -> &lead_sets::Running {
        &self.0.bulk_actions
    }

    pub(crate) fn token_key(&self) -> &TokenKey {
        &self.0.token_key
    }

    pub(crate) fn secret(&self) -> &[u8] {
        &self.0.secret
    }

    pub fn options(&self) -> &Options {
        &self.0.options
    }

    pub fn ui_folder(&self) -> Option<&Path> {
        self.0.options.ui_folder.as_deref()
    }

    /// Cookies are marked as secure.
    pub fn is_public_https(&self) -> bool {
        self.0.options.public_url.starts_with("https://")
    }

    pub async fn database_ready(&self) -> bool {
        self.0.store.is_ready().await
    }

    pub fn bridge_ready(&self) -> bool {
        !self.0.bridge.candidates().is_empty()
    }

    pub(crate) fn count_carrier_garbage(&self) {
        self.0.carrier_garbage.fetch_add(1, Relaxed);
    }

    pub(crate) fn carrier_garbage(&self) -> u64 {
        self.0.carrier_garbage.load(Relaxed)
    }

    pub(crate) fn started_at(&self) -> UnixMillis {
        self.0.started_at
    }

    pub(crate) fn cached_carrier(&self, tenant: TenantId, provider: &str) -> Option<TenantCarrier> {
        let provider = *PROVIDERS.iter().find(|name| **name == provider)?;
        self.0.carriers.lock().unwrap_or_else(PoisonError::into_inner).get(&(tenant, provider)).cloned()
    }

    pub(crate) fn cache_carrier(&self, carrier: TenantCarrier) {
        let key = (carrier.tenant, carrier.provider);
        self.0.carriers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, carrier);
    }

    /// Of the Twilio account with this id, if its tenant's carrier is cached.
    pub(crate) fn cached_account(&self, account_sid: &str) -> Option<TenantCarrier> {
        let carriers = self.0.carriers.lock().unwrap_or_else(PoisonError::into_inner);
        carriers.values().find(|carrier| carrier.account_sid() == Some(account_sid)).cloned()
    }

    pub(crate) fn wallboard(&self) -> &Wallboard {
        &self.0.wallboard
    }

    pub(crate) fn directories(&self) -> &Directories {
        &self.0.directories
    }

    /// After a change of the settings.
    pub(crate) fn forget_carrier(&self, tenant: TenantId) {
        self.0.carriers.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _), _| *of != tenant);
    }
}
