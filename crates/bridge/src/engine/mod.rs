//! The audio thread: everything in it happens one after the other, so there is nothing to lock.

mod carrier;
mod clip;
mod commands;
mod datagrams;
mod desk;
mod fifo;
mod gate;
mod inbound;
mod intake;
mod loopback;
mod net;
mod numbering;
mod orders;
mod pace;
mod protect;
mod room;
mod session;
mod socket;
mod tally;
mod ticks;
pub(crate) mod transport;
mod turn;
mod voice;

#[cfg(test)]
mod alignment_tests;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::{Duration, Instant},
};

use domain::ids::{CallId, LegId, MediaSessionId};
use media::mix::Mixer;
use mio::net::UdpSocket;
use str0m::{Rtc, change::SdpOffer};
use tokio::sync::{
    mpsc::{self, error::TryRecvError},
    oneshot,
};

use crate::{
    config::{BridgeConfig, BridgeError},
    counters::Counters,
    event::{BridgeEvent, PortStats},
    handle::{LastHeard, PromptId, SessionError},
    plan::RoomPlan,
    port::{Arrived, CarrierNetwork, CarrierOptions, Outlet, PortId},
    recorder::Recorder,
    socket::{SocketHeard, SocketOut},
};
use carrier::Carrier;
use datagrams::Inbox;
use net::Net;
pub(crate) use orders::Orders;
use orders::Rest;
use pace::Pace;
use room::Room;
use session::{Inbound, Session};
use ticks::Grid;
use voice::{Loops, NARROW, WIDE};

pub(crate) enum Command {
    OpenSession {
        id: MediaSessionId,
        rtc: Box<Rtc>,
        /// The device asks for packets of 10 ms.
        short: bool,
        reply: oneshot::Sender<()>,
    },
    Renegotiate {
        id: MediaSessionId,
        offer: Box<SdpOffer>,
        reply: oneshot::Sender<Result<String, SessionError>>,
    },
    CloseSession(MediaSessionId),
    /// From now on the session's sound goes through `frames`. The answer is the attachment's name.
    AttachSocket {
        session: MediaSessionId,
        frames: mpsc::Sender<SocketOut>,
        reply: oneshot::Sender<Result<u64, SessionError>>,
    },
    DetachSocket {
        session: MediaSessionId,
        attachment: u64,
    },
    SocketHeard {
        session: MediaSessionId,
        attachment: u64,
        heard: SocketHeard,
    },
    OpenCarrier {
        leg: LegId,
        options: CarrierOptions,
        arrived: Arrived,
        outlet: Outlet,
        dropped: Arc<AtomicU64>,
        reply: oneshot::Sender<()>,
    },
    /// The carrier says that a key was pressed.
    CarrierKey {
        leg: LegId,
        digit: char,
    },
    CarrierNetwork {
        leg: LegId,
        network: CarrierNetwork,
    },
    ApplyRoom {
        room: CallId,
        plan: RoomPlan,
    },
    CloseRoom(CallId),
    Play {
        port: PortId,
        prompt: PromptId,
        pcm: Arc<[i16]>,
    },
    StopPrompt(PortId),
    SendDtmf {
        port: PortId,
        digits: String,
    },
    /// `None` ends it; the answer says whether the session is there and in no room.
    Loop {
        id: MediaSessionId,
        delay: Option<Duration>,
        reply: oneshot::Sender<bool>,
    },
    Looped {
        id: MediaSessionId,
        reply: oneshot::Sender<Option<Duration>>,
    },
    Stats {
        port: PortId,
        reply: oneshot::Sender<Option<PortStats>>,
    },
}

/// What is done to a room between two turns.
enum RoomChange {
    Apply(CallId, RoomPlan),
    Close(CallId),
}

pub(crate) struct Started {
    pub(crate) commands: Orders,
    pub(crate) candidates: Vec<SocketAddr>,
    pub(crate) last_heard: LastHeard,
    pub(crate) origin: Instant,
}

/// Times that datagrams are taken in before turns and commands get their chance again.
const BATCHES: usize = 2;
/// A connected transport's own timers (reports, time-outs of seconds) are looked at this often, so that all sessions share
/// one wake-up.
const TIMER_SLACK: Duration = Duration::from_millis(100);
/// The same while it connects, when a person may be waiting for it.
const HANDSHAKE_SLACK: Duration = Duration::from_millis(5);

struct Engine {
    origin: Instant,
    net: Net,
    events: mpsc::UnboundedSender<BridgeEvent>,
    counters: Arc<Counters>,
    last_heard: LastHeard,
    recorder: Recorder,
    loops: Loops,
    sessions: HashMap<MediaSessionId, Session>,
    carriers: HashMap<LegId, Carrier>,
    rooms: HashMap<CallId, Room>,
    places: HashMap<PortId, CallId>,
    grid: Grid,
    pace: Pace,
    was_active: bool,
    /// The turn whose first half has been played.
    begun: Option<u64>,
    /// Some room is played in halves.
    halves: bool,
    /// Changes of rooms that came in the middle of a turn, which belongs to the plans before.
    waiting: Vec<RoomChange>,
    next_timer: Instant,
    /// Counts sockets that carried a session's sound.
    attachments: u64,
    /// How late the worst turn of this second was.
    late: Duration,
    inbox: Vec<Inbound>,
    /// Of what was taken in together, something went on to another device as it came.
    passed_on: bool,
    /// Sessions whose transport has something to send.
    changed: Vec<MediaSessionId>,
    narrow: Mixer,
    wide: Mixer,
}

pub(crate) fn start(
    config: BridgeConfig,
    events: mpsc::UnboundedSender<BridgeEvent>,
    counters: Arc<Counters>,
) -> Result<Started, BridgeError> {
    let bind = |source| BridgeError::Bind { address: config.udp_bind, source };
    let socket = std::net::UdpSocket::bind(config.udp_bind).map_err(bind)?;
    socket.set_nonblocking(true).map_err(bind)?;
    let candidates = config.candidates(socket.local_addr().map_err(bind)?);
    let net =
        Net::new(UdpSocket::from_std(socket), candidates.as_slice().into(), Arc::clone(&counters)).map_err(bind)?;
    let (rest, commands, orders) = Rest::new().map_err(BridgeError::Thread)?;
    let recorder = Recorder::start(config.spool, events.clone(), Arc::clone(&counters))?;
    let last_heard: LastHeard = Arc::new(Mutex::new(HashMap::new()));
    let origin = Instant::now();
    let loops = Loops::compose()?;
    let engine = Engine::new(origin, net, events, counters, Arc::clone(&last_heard), recorder, loops);
    std::thread::Builder::new()
        .name("bridge-audio".to_owned())
        .spawn(|| {
            crate::urgent::raise_priority();
            engine.run(rest, orders);
        })
        .map_err(BridgeError::Thread)?;
    Ok(Started { commands, candidates, last_heard, origin })
}

impl Engine {
    fn new(
        origin: Instant,
        net: Net,
        events: mpsc::UnboundedSender<BridgeEvent>,
        counters: Arc<Counters>,
        last_heard: LastHeard,
        recorder: Recorder,
        loops: Loops,
    ) -> Self {
        Self {
            origin,
            net,
            events,
            counters,
            last_heard,
            recorder,
            loops,
            sessions: HashMap::new(),
            carriers: HashMap::new(),
            rooms: HashMap::new(),
            places: HashMap::new(),
            grid: Grid::default(),
            pace: Pace::default(),
            was_active: false,
            begun: None,
            halves: false,
            waiting: Vec::new(),
            next_timer: origin,
            attachments: 0,
            late: Duration::ZERO,
            inbox: Vec::new(),
            passed_on: false,
            changed: Vec::new(),
            narrow: Mixer::new(NARROW),
            wide: Mixer::new(WIDE),
        }
    }

    fn run(mut self, mut rest: Rest, mut orders: mpsc::UnboundedReceiver<Command>) {
        let mut inbox = Inbox::new();
        loop {
            let (due, wake) = (self.pace.next(), self.wake_at());
            let wake = due.map_or(wake, |due| wake.min(self.origin + due));
            let told = match self.net.rest(&mut rest, wake, due.is_none()) {
                Ok(told) => told,
                Err(error) => {
                    tracing::error!(%error, "the audio port is broken; the audio thread stops");
                    break;
                }
            };
            let gone = loop {
                match orders.try_recv() {
                    Ok(order) => self.obey(order, Instant::now()),
                    Err(reason) => break reason == TryRecvError::Disconnected,
                }
            };
            if gone {
                break;
            }
            // Before the turns: when this thread was kept waiting, packets that came in time would count as missing.
            let now = self.origin.elapsed();
            let turn = self.was_active && now >= self.grid.due();
            if told || turn || due.is_some_and(|due| now >= due) {
                self.take_datagrams(&mut inbox);
            }
            self.take_turns();
            self.run_timers();
            self.flush(Instant::now());
            self.net.flush();
        }
        self.stop();
    }

    /// Whether anybody has to be played to or listened to on the clock.
    fn is_active(&self) -> bool {
        !self.carriers.is_empty()
            || !self.waiting.is_empty()
            || self.rooms.values().any(|room| !room.is_idle())
            || self.sessions.values().any(|session| !session.clips.is_empty() || session.looped.is_some())
    }

    fn wake_at(&mut self) -> Instant {
        let active = self.is_active();
        if active && !self.was_active {
            self.grid.resume(self.origin.elapsed());
        }
        self.was_active = active;
        let due = if self.halves { self.grid.due() } else { self.grid.end_due() };
        if active { self.next_timer.min(self.origin + due) } else { self.next_timer }
    }

    fn take_turns(&mut self) {
        if !self.was_active {
            return;
        }
        while let Some((half, skipped)) = self.grid.take(self.origin.elapsed()) {
            self.counters.skipped_ticks.fetch_add(skipped / 2, std::sync::atomic::Ordering::Relaxed);
            let (turn, now) = (half / 2, Instant::now());
            if self.begun != Some(turn) {
                self.begin_turn(turn, now);
            }
            if half % 2 == 1 {
                self.end_turn(turn, now);
            }
        }
    }

    fn report(&self, event: BridgeEvent) {
        // The owner may have stopped listening while it still uses the handle.
        let _ = self.events.send(event);
    }

    fn stop(mut self) {
        let now = Instant::now();
        for (id, session) in &mut self.sessions {
            // Best effort: tells the device at once instead of letting it time out.
            if session.rtc.close().is_ok() {
                let _ = session.advance(now);
                let _ = session.drain(&mut self.inbox, |transmit| self.net.send(transmit));
            }
            tracing::debug!(%id, "session closed with the bridge");
        }
        self.net.flush();
        for room in self.rooms.values_mut() {
            if let Some(chunk) = room.tap.as_mut().and_then(room::Tap::end) {
                self.recorder.chunk(chunk);
            }
        }
    }
}
