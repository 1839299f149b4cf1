//! A carrier leg that speaks RTP by itself: a pair of UDP ports, a codec, and a port of the engine behind it.
//!
//! All such legs share one thread of their own that takes in what comes, so that neither the database nor the mixer makes a
//! packet wait. What goes out is sent by the engine, in its turn.

mod coder;
mod drive;
mod handshake;
mod keys;
mod leg;
mod line;
mod pace;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use domain::ids::LegId;
use tokio::{
    net::UdpSocket,
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use crate::handle::BridgeHandle;
pub use handshake::{Fingerprint, Handshake, our_fingerprint};
pub use keys::{SrtpKey, SrtpKeys};
pub(crate) use line::Line;

/// How the sound of an RTP stream is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RtpCodec {
    Pcmu,
    Pcma,
    /// 16 kHz by its definition (RFC 3551 section 4.5.2); its clock says 8000.
    G722,
    Opus,
}

impl RtpCodec {
    /// Units of the RTP timestamp in a second.
    pub const fn clock(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => 8_000,
            Self::Opus => 48_000,
        }
    }
}

/// What both sides have agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtpRoute {
    /// Where the other side says that it listens. Sound goes to where its own comes from once that is known.
    pub remote: SocketAddr,
    /// Its port for reports; with `multiplexed` they share the one for sound.
    pub remote_reports: SocketAddr,
    pub multiplexed: bool,
    /// Sent as this.
    pub codec: RtpCodec,
    pub payload_type: u8,
    /// What may come: payload type and codec.
    pub accepted: Vec<(u8, RtpCodec)>,
    /// Payload type and clock of key presses (RFC 4733).
    pub events: Option<(u8, u32)>,
    /// Payload type of comfort noise (RFC 3389).
    pub comfort_noise: Option<u8>,
    /// Milliseconds in a packet: 20, 40 or 60.
    pub packet_ms: u32,
    /// Whether it wants to hear.
    pub sends: bool,
    /// Whether it speaks.
    pub receives: bool,
    pub seal: Option<Seal>,
}

/// Where the keys of sealed sound come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seal {
    /// From the descriptions (RFC 4568).
    Keys(SrtpKeys),
    /// The two ends agree on them.
    Handshake(Handshake),
}

/// Figures of a leg, as its own packets and the other side's reports say.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RtpFigures {
    pub packets_in: u64,
    pub packets_out: u64,
    /// Missing on the way here, as counted by sequence numbers.
    pub lost: u64,
    pub late: u64,
    /// Datagrams that were no packet of this stream.
    pub refused: u64,
    /// Frames that could not be sent in time.
    pub jitter: Duration,
    /// From the other side's reports.
    pub round_trip: Option<Duration>,
    /// Share of our packets that it missed, 0 to 1.
    pub far_loss: Option<f32>,
    pub far_jitter: Option<Duration>,
    /// Since the last packet of sound or its agreed absence.
    pub silent_for: Duration,
    /// Where sound comes from.
    pub source: Option<SocketAddr>,
}

#[derive(Debug)]
pub(crate) enum LegCommand {
    Route { route: Box<RtpRoute>, done: oneshot::Sender<()> },
    Digits(String),
    Figures(oneshot::Sender<RtpFigures>),
}

/// An RTP leg. Its ports are closed when this is dropped.
#[derive(Debug)]
pub struct RtpLeg {
    leg: LegId,
    local: SocketAddr,
    commands: mpsc::UnboundedSender<LegCommand>,
}

impl RtpLeg {
    pub fn leg(&self) -> LegId {
        self.leg
    }

    /// Where sound is taken in; reports one port above.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Begins, or goes on with what has been agreed anew. The leg is a port of the bridge when this is done.
    pub async fn route(&self, route: RtpRoute) {
        let (done, finished) = oneshot::channel();
        if self.commands.send(LegCommand::Route { route: Box::new(route), done }).is_ok() {
            // The bridge has stopped when this fails.
            let _ = finished.await;
        }
    }

    /// Presses keys for the other side to hear: as events when those were agreed, otherwise as tones.
    pub fn send_digits(&self, digits: String) {
        // As above.
        let _ = self.commands.send(LegCommand::Digits(digits));
    }

    /// `None` when the bridge has stopped.
    pub async fn figures(&self) -> Option<RtpFigures> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(LegCommand::Figures(reply)).ok()?;
        answer.await.ok()
    }
}

/// Ports of which each leg takes an even one and the one above it.
const FIRST_PORTS: RangeInclusive<u16> = 16_384..=32_766;
/// Tries before the range counts as taken.
const MOST_TRIES: u32 = 500;

/// The thread of all RTP legs. It ends with the process: between legs it sleeps.
fn thread() -> io::Result<Handle> {
    static THREAD: OnceLock<Handle> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = THREAD.get() {
        return Ok(handle.clone());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    handle.spawn(pace::keep());
    std::thread::Builder::new().name("bridge-rtp".to_owned()).spawn(move || {
        crate::urgent::raise_priority();
        runtime.block_on(std::future::pending::<()>());
    })?;
    Ok(THREAD.get_or_init(|| handle).clone())
}

/// A free pair of ports.
fn bind_pair(address: IpAddr, ports: &RangeInclusive<u16>) -> io::Result<(std::net::UdpSocket, std::net::UdpSocket)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let pairs = u32::from(ports.end().saturating_sub(*ports.start())) / 2;
    let mut last = io::Error::new(io::ErrorKind::AddrInUse, "no pair of UDP ports is free");
    for _ in 0..MOST_TRIES.min(pairs.max(1)) {
        let pair = NEXT.fetch_add(1, Relaxed) % pairs.max(1);
        let sound = (u32::from(*ports.start()).next_multiple_of(2) + 2 * pair) as u16;
        let both = std::net::UdpSocket::bind((address, sound))
            .and_then(|one| Ok((one, std::net::UdpSocket::bind((address, sound + 1))?)));
        match both {
            Ok((sound, reports)) => {
                sound.set_nonblocking(true)?;
                reports.set_nonblocking(true)?;
                return Ok((sound, reports));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl BridgeHandle {
    /// Opens a pair of ports for a leg at `address`, within `ports` (or 16384 to 32766). Nothing flows before
    /// [`RtpLeg::route`].
    ///
    /// # Errors
    /// No pair is free, or the address is not one of this machine.
    pub async fn open_rtp_leg(
        &self,
        leg: LegId,
        address: IpAddr,
        ports: Option<RangeInclusive<u16>>,
    ) -> io::Result<RtpLeg> {
        let (sound, reports) = bind_pair(address, &ports.unwrap_or(FIRST_PORTS))?;
        let local = sound.local_addr()?;
        let (commands, orders) = mpsc::unbounded_channel();
        let bridge = self.clone();
        let thread = thread()?;
        // Sockets belong to the runtime that they are made in.
        let (ready, made) = oneshot::channel();
        thread.spawn(async move {
            match UdpSocket::from_std(sound).and_then(|sound| Ok((sound, UdpSocket::from_std(reports)?))) {
                Ok((sound, reports)) => {
                    let _ = ready.send(Ok(()));
                    drive::Drive::new(bridge, leg, sound, reports).run(orders).await;
                }
                // The asker hears of it.
                Err(error) => drop(ready.send(Err(error))),
            }
        });
        made.await.map_err(|_| io::Error::other("the RTP thread has ended"))??;
        Ok(RtpLeg { leg, local, commands })
    }
}

/// Ports of the RTP legs are shared by value.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<Arc<RtpLeg>>();
};
