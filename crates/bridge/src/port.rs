//! What can speak and hear in a room.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use domain::ids::{LegId, MediaSessionId};
use media::g711::Law;
use tokio::sync::mpsc;

use crate::{counters::Counters, engine::Command};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortId {
    /// A device's WebRTC connection.
    Session(MediaSessionId),
    /// A carrier's stream.
    Carrier(LegId),
}

/// What is known of a carrier's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CarrierOptions {
    pub codec: CarrierCodec,
    /// The carrier reports no keys: their tones are to be found in its sound.
    pub keys_in_sound: bool,
}

impl CarrierOptions {
    /// A carrier that reports keys by itself.
    pub const fn of(codec: CarrierCodec) -> Self {
        Self { codec, keys_in_sound: false }
    }
}

/// How a carrier's bytes are coded; 8 kHz mono either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CarrierCodec {
    Pcmu,
    Pcma,
}

impl CarrierCodec {
    pub(crate) const fn law(self) -> Law {
        match self {
            Self::Pcmu => Law::Pcmu,
            Self::Pcma => Law::Pcma,
        }
    }
}

/// How the network between a carrier and us did in the last second, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CarrierNetwork {
    /// Packets lost on the way in, 0 to 1.
    pub loss: f32,
    pub jitter: Duration,
    pub round_trip: Option<Duration>,
    /// The other side sends nothing because it says nothing.
    pub silent: bool,
}

/// Bytes in 20 ms of G.711.
pub const FRAME_BYTES: usize = 160;
/// One second of G.711 waits at most.
pub(crate) const INPUT_BYTES: usize = 8_000;
/// One second of frames waits at most.
pub(crate) const OUTPUT_FRAMES: usize = 50;

/// A carrier leg. The leg leaves the bridge when `output` is dropped.
#[derive(Debug)]
pub struct CarrierPort {
    pub leg: LegId,
    pub input: CarrierInput,
    pub output: mpsc::Receiver<CarrierOut>,
}

/// What the carrier is to play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarrierOut {
    /// 20 ms. Frames come at the pace of the clock: all the time while the leg is in a room, otherwise while something
    /// is played to it.
    Frame([u8; FRAME_BYTES]),
    /// Throw away what has not been played yet.
    Clear,
}

/// The carrier's voice on its way in.
#[derive(Debug)]
pub struct CarrierInput {
    leg: LegId,
    bytes: rtrb::Producer<u8>,
    commands: mpsc::UnboundedSender<Command>,
    counters: Arc<Counters>,
    dropped: Arc<AtomicU64>,
}

impl CarrierInput {
    pub(crate) fn new(
        leg: LegId,
        bytes: rtrb::Producer<u8>,
        commands: mpsc::UnboundedSender<Command>,
        counters: Arc<Counters>,
        dropped: Arc<AtomicU64>,
    ) -> Self {
        Self { leg, bytes, commands, counters, dropped }
    }

    /// Takes any number of bytes in the leg's codec; never waits. What does not fit into the second that may wait is
    /// dropped and counted.
    pub fn push(&mut self, payload: &[u8]) {
        let (_, rest) = self.bytes.push_partial_slice(payload);
        if !rest.is_empty() {
            self.dropped.fetch_add(rest.len() as u64, Relaxed);
            self.counters.carrier_overrun.fetch_add(rest.len() as u64, Relaxed);
        }
    }

    /// What is known of the network, once a second.
    pub fn network(&self, network: CarrierNetwork) {
        // As below.
        let _ = self.commands.send(Command::CarrierNetwork { leg: self.leg, network });
    }

    /// A key that the carrier recognised. It is reported once, also when its tones are heard too.
    pub fn dtmf(&self, digit: char) {
        // The bridge has stopped when this fails.
        let _ = self.commands.send(Command::CarrierKey { leg: self.leg, digit });
    }
}
