//! What ties the parts together: live events to ringing and sound, sign-in to connections, everything to the owner.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use domain::ids::UserId;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use wire::{
    accounts::Me,
    live::{ClientMessage, LiveEvent, ServerMessage, Snapshot},
};

use super::{Shared, lock};
use crate::{
    api::Method,
    calls::CallWatch,
    clock::unix_now,
    devices::{DeviceCommand, DeviceReport},
    live::{LiveInput, LiveOutput, ServerClock},
    network,
    session::{MediaInput, MediaStatus},
    sound::{SecondOfGauges, SoundCommand, SoundFigures},
    state::{Connection, ConnectionKind, Levels, MediaKind, OutboxStatus, PhoneEvent, PhoneState, SignOutReason},
};

const TICK: Duration = Duration::from_millis(100);
/// The server's name is looked up this often, and this soon again when it was not found.
const LOOK_UP_EVERY: Duration = Duration::from_secs(60);
const LOOK_UP_RETRY: Duration = Duration::from_secs(1);
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// The sound thread ticks five times a second at least; silent for this long it is stuck.
const STUCK_AFTER: Duration = Duration::from_secs(2);
/// Sound keeps running this long after the last reason for it.
const LINGER: Duration = Duration::from_secs(5);
/// Devices are tried this long after sign-in, so that a missing microphone is known before the first call.
const DEVICE_CHECK: Duration = Duration::from_secs(2);
/// Events kept while the snapshot is read.
const KEPT_EVENTS: usize = 1_000;

pub(crate) enum CoreInput {
    SignedIn(Box<Me>),
    SignedOut(SignOutReason),
    /// A call is about to need sound.
    SoundSoon,
    /// A setting changed.
    Changed,
    /// A check needs sound.
    Checking(bool),
    /// Answer to the snapshot asked for in welcome number `.0`.
    Snapshot(u64, Box<Snapshot>),
    /// What the server's name stands for.
    Server(Option<SocketAddr>),
}

pub(super) struct Inlets {
    pub inputs: mpsc::UnboundedReceiver<CoreInput>,
    pub live: mpsc::UnboundedReceiver<LiveOutput>,
    pub ended: mpsc::UnboundedReceiver<SignOutReason>,
    pub devices: mpsc::UnboundedReceiver<DeviceReport>,
    pub outbox: mpsc::UnboundedReceiver<OutboxStatus>,
    pub media: watch::Receiver<MediaStatus>,
    pub to_live: mpsc::UnboundedSender<LiveInput>,
    pub to_media: mpsc::UnboundedSender<MediaInput>,
}

pub(super) struct Core {
    shared: Arc<Shared>,
    inlets: Inlets,
    watch: Option<CallWatch>,
    clock: ServerClock,
    /// Counts welcomes, so that a late snapshot of an older line is not used.
    welcomes: u64,
    /// Events since the welcome whose snapshot is still being read.
    since_welcome: Option<Vec<(u64, LiveEvent)>>,
    sound_until: Instant,
    active: bool,
    ringing: bool,
    in_call: bool,
    checking: bool,
    ticks: (u64, Instant),
    second: SecondOfGauges,
    second_ends: Instant,
    packets_in: u64,
    server: Option<SocketAddr>,
    /// Ours on the way to the server.
    address: Option<IpAddr>,
    next_look_up: Instant,
}

impl Core {
    pub(super) fn new(shared: Arc<Shared>, inlets: Inlets) -> Self {
        let now = Instant::now();
        Self {
            shared,
            inlets,
            watch: None,
            clock: ServerClock::default(),
            welcomes: 0,
            since_welcome: None,
            sound_until: now,
            active: false,
            ringing: false,
            in_call: false,
            checking: false,
            ticks: (0, now),
            second: SecondOfGauges::default(),
            second_ends: now,
            packets_in: 0,
            server: None,
            address: None,
            next_look_up: now,
        }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => self.tick(),
                Some(input) = self.inlets.inputs.recv() => self.on_input(input),
                Some(output) = self.inlets.live.recv() => self.on_live(output),
                Some(reason) = self.inlets.ended.recv() => self.sign_out(reason),
                Some(report) = self.inlets.devices.recv() => self.change(|state| {
                    state.devices = report.list;
                    state.in_use = report.in_use;
                    state.microphone_problem = report.microphone_problem;
                    state.speaker_problem = report.speaker_problem;
                }),
                Some(status) = self.inlets.outbox.recv() => self.emit(PhoneEvent::Outbox(status)),
                Ok(()) = self.inlets.media.changed() => {
                    let status = *self.inlets.media.borrow_and_update();
                    if status.kind == MediaKind::Connected && lock(&self.shared.state).media == MediaKind::Reconnecting {
                        // The network is back: a live connection of before is as dead as the path was.
                        self.shared.api.connect_anew();
                        self.to_live(LiveInput::NetworkBack);
                    }
                    self.change(|state| {
                        state.media = status.kind;
                        state.over_web = status.over_web;
                        state.reconnecting_since_ms =
                            status.lost_since.filter(|_| status.kind == MediaKind::Reconnecting);
                    });
                }
            }
        }
    }

    fn on_input(&mut self, input: CoreInput) {
        match input {
            CoreInput::SignedIn(me) => self.sign_in(*me),
            CoreInput::SignedOut(reason) => self.sign_out(reason),
            CoreInput::SoundSoon => {
                self.sound_for(LINGER * 2);
                self.weigh();
            }
            CoreInput::Changed => {
                let settings = lock(&self.shared.settings).clone();
                let muted = self.shared.sound.gauges().muted.load(Relaxed);
                self.change(|state| {
                    state.muted = muted;
                    state.processing = settings.processing;
                    state.chosen = settings.chosen();
                    state.preferences = settings.preferences();
                });
            }
            CoreInput::Checking(checking) => {
                self.checking = checking;
                self.weigh();
            }
            CoreInput::Snapshot(welcome, snapshot) => self.on_snapshot(welcome, &snapshot),
            CoreInput::Server(server) => {
                self.server = server.or(self.server);
                let pause = if server.is_some() { LOOK_UP_EVERY } else { LOOK_UP_RETRY };
                self.next_look_up = Instant::now() + pause;
            }
        }
    }

    fn sign_in(&mut self, me: Me) {
        let UserRole { id, takes_calls } = UserRole::of(&me);
        self.watch = Some(CallWatch::new(id));
        self.set_connection(ConnectionKind::Reconnecting);
        self.to_live(LiveInput::Want(true));
        if takes_calls {
            self.to_media(MediaInput::Want { takes_calls });
            if self.shared.devices.is_some() {
                self.sound_for(DEVICE_CHECK);
            }
        }
        self.emit(PhoneEvent::SignedIn(Box::new(me)));
        self.shared.outbox.nudge();
        self.weigh();
    }

    fn sign_out(&mut self, reason: SignOutReason) {
        if lock(&self.shared.me).take().is_none() {
            return;
        }
        self.shared.outbox.belongs_to(None);
        self.watch = None;
        self.since_welcome = None;
        self.sound_until = Instant::now();
        self.to_live(LiveInput::Want(false));
        self.to_media(MediaInput::Unwanted);
        self.set_connection(ConnectionKind::Offline);
        self.emit(PhoneEvent::SignedOut { reason });
        self.weigh();
    }

    fn on_live(&mut self, output: LiveOutput) {
        match output {
            LiveOutput::Welcomed { resumed, new_epoch } => {
                self.set_connection(ConnectionKind::Connected);
                self.shared.outbox.nudge();
                if new_epoch {
                    // Another run of the server does not know our media session.
                    self.to_media(MediaInput::Suspect);
                }
                if !resumed || new_epoch {
                    self.emit(PhoneEvent::Resync);
                    self.read_snapshot();
                }
            }
            LiveOutput::Lost => {
                if self.watch.is_some() {
                    self.set_connection(ConnectionKind::Reconnecting);
                }
            }
            LiveOutput::Probe { nonce } => {
                let media_session_id = self.inlets.media.borrow().id;
                let audio_running = self.sound_runs();
                self.to_live(LiveInput::Reply(ClientMessage::ProbeReply { nonce, media_session_id, audio_running }));
            }
            LiveOutput::Clock(clock) => self.clock = clock,
            LiveOutput::Event(message) => {
                if let ServerMessage::Event { seq, event, .. } = &*message {
                    if let Some(kept) = self.since_welcome.as_mut().filter(|kept| kept.len() < KEPT_EVENTS) {
                        kept.push((*seq, event.clone()));
                    }
                    if let Some(watch) = &mut self.watch {
                        watch.apply(event);
                    }
                    let ours = self.inlets.media.borrow().id;
                    if let LiveEvent::RestartMedia { media_session_id } = event
                        && Some(*media_session_id) == ours
                    {
                        tracing::info!("the server hears nothing of this device; it looks for a new path");
                        self.to_media(MediaInput::Suspect);
                    }
                }
                self.weigh();
                self.emit(PhoneEvent::Live(*message));
            }
        }
    }

    fn read_snapshot(&mut self) {
        self.welcomes += 1;
        self.since_welcome = Some(Vec::new());
        let (shared, welcome) = (Arc::clone(&self.shared), self.welcomes);
        tokio::spawn(async move {
            let answer = shared.api.request(&Method::GET, "/live/snapshot", None, None).await;
            match answer.and_then(crate::api::ApiResponse::into::<Snapshot>) {
                // The phone is gone when this fails.
                Ok(snapshot) => drop(shared.core.send(CoreInput::Snapshot(welcome, Box::new(snapshot)))),
                Err(error) => tracing::warn!(%error, "the live snapshot could not be read"),
            }
        });
    }

    fn on_snapshot(&mut self, welcome: u64, snapshot: &Snapshot) {
        if welcome != self.welcomes {
            return;
        }
        let later = self.since_welcome.take().unwrap_or_default();
        let Some(watch) = &mut self.watch else { return };
        watch.reset(snapshot);
        for (_, event) in later.iter().filter(|(seq, _)| *seq > snapshot.seq) {
            watch.apply(event);
        }
        self.weigh();
    }

    fn tick(&mut self) {
        let now = Instant::now();
        let figures = self.shared.sound.gauges().figures();
        if figures.ticks != self.ticks.0 {
            self.ticks = (figures.ticks, now);
        }
        if figures.packets_in != self.packets_in {
            // The bridge sends only to devices that somebody wants to be heard on, whatever we believe.
            self.packets_in = figures.packets_in;
            self.sound_for(LINGER);
        }
        let running = self.sound_runs();
        self.change(|state| state.audio_running = running);
        self.weigh();
        if self.active {
            self.emit(PhoneEvent::Levels(Levels { mic_dbfs: figures.mic_dbfs, speaker_dbfs: figures.speaker_dbfs }));
        }
        self.report_sound(&figures, now);
        if self.watch.is_none() {
            return;
        }
        if now >= self.next_look_up {
            self.next_look_up = now + LOOK_UP_EVERY;
            let shared = Arc::clone(&self.shared);
            tokio::task::spawn_blocking(move || {
                let server = network::look_up(&shared.server_url);
                // The phone is gone when this fails.
                let _ = shared.core.send(CoreInput::Server(server));
            });
        }
        if let Some(server) = self.server {
            self.on_address(network::our_address(server));
        }
    }

    /// Tells the server once a second how this device's sound is while it is in a call.
    fn report_sound(&mut self, figures: &SoundFigures, now: Instant) {
        if !self.in_call {
            self.second.clear();
            self.second_ends = now + REPORT_EVERY;
            return;
        }
        self.second.look(figures);
        if now < self.second_ends {
            return;
        }
        self.second_ends = now + REPORT_EVERY;
        let media_session_id = self.inlets.media.borrow().id;
        if let (Some(sound), Some(media_session_id)) = (self.second.close(figures), media_session_id) {
            self.to_live(LiveInput::Reply(ClientMessage::Sound { media_session_id, sound }));
        }
    }

    fn on_address(&mut self, address: Option<IpAddr>) {
        let Some(address) = address else { return };
        let before = self.address.replace(address);
        if before.is_some_and(|before| before != address) {
            tracing::info!("this machine's address changed");
            self.shared.api.connect_anew();
            self.to_media(MediaInput::Suspect);
            self.to_live(LiveInput::NetworkChanged);
        }
    }

    /// Whether the sound thread is alive.
    fn sound_runs(&self) -> bool {
        self.ticks.1.elapsed() < STUCK_AFTER
    }

    fn sound_for(&mut self, span: Duration) {
        self.sound_until = self.sound_until.max(Instant::now() + span);
    }

    /// Starts and stops what depends on calls.
    fn weigh(&mut self) {
        let server_now = self.clock.server_time(unix_now());
        let watch = self.watch.as_ref();
        let active = watch.is_some_and(|watch| watch.needs_sound(server_now))
            || (watch.is_some() && (self.checking || Instant::now() < self.sound_until));
        let ringing = watch.is_some_and(|watch| watch.rings(server_now) && !watch.in_call());
        let in_call = watch.is_some_and(CallWatch::in_call);
        if active != self.active {
            self.active = active;
            self.shared.sound.tell(SoundCommand::Active(active));
            self.to_devices(DeviceCommand::Want(active));
        }
        if ringing != self.ringing {
            self.ringing = ringing;
            self.to_devices(DeviceCommand::Ring(ringing));
        }
        if self.in_call && !in_call {
            // A mute belongs to its call; the next customer must not talk to a muted agent.
            self.shared.sound.gauges().muted.store(false, Relaxed);
            self.change(|state| state.muted = false);
        }
        self.in_call = in_call;
        self.change(|state| (state.ringing, state.in_call) = (ringing, in_call));
    }

    fn change(&self, change: impl FnOnce(&mut PhoneState)) {
        let changed = {
            let mut state = lock(&self.shared.state);
            let before = state.clone();
            change(&mut state);
            (*state != before).then(|| state.clone())
        };
        if let Some(state) = changed {
            self.emit(PhoneEvent::State(Box::new(state)));
        }
    }

    fn set_connection(&self, connection: ConnectionKind) {
        let changed = {
            let mut current = lock(&self.shared.connection);
            let since_ms = (connection == ConnectionKind::Reconnecting).then(unix_now);
            let changed = current.connection != connection;
            if changed {
                *current = Connection { connection, since_ms };
            }
            changed.then_some(*current)
        };
        if let Some(connection) = changed {
            self.emit(PhoneEvent::Connection(connection));
        }
    }

    // Each of these fails only while the phone stops or nobody listens.

    fn emit(&self, event: PhoneEvent) {
        let _ = self.shared.events.send(event);
    }

    fn to_live(&self, input: LiveInput) {
        let _ = self.inlets.to_live.send(input);
    }

    fn to_media(&self, input: MediaInput) {
        let _ = self.inlets.to_media.send(input);
    }

    fn to_devices(&self, command: DeviceCommand) {
        if let Some(devices) = &self.shared.devices {
            devices.tell(command);
        }
    }
}

struct UserRole {
    id: UserId,
    takes_calls: bool,
}

impl UserRole {
    fn of(me: &Me) -> Self {
        Self { id: me.user.id, takes_calls: me.user.role.takes_calls() }
    }
}
