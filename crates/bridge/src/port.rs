//! What can speak and hear in a room.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use domain::ids::{LegId, MediaSessionId};
use media::{g711::Law, quality::CodecImpairment};
use tokio::sync::mpsc::{self, error::TrySendError};

use crate::{
    counters::Counters,
    engine::{Command, Orders},
    rtp::Line,
};

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

/// How a carrier's sound is coded on its line; mono. A port of G.711 takes and gives the bytes of the line, 8 kHz; a port of
/// a wide codec takes and gives samples at 16 kHz, and coding them is its owner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CarrierCodec {
    Pcmu,
    Pcma,
    G722,
    Opus,
}

impl CarrierCodec {
    /// Of a port that holds bytes; `None` of a wide one.
    pub(crate) const fn law(self) -> Option<Law> {
        match self {
            Self::Pcmu => Some(Law::Pcmu),
            Self::Pcma => Some(Law::Pcma),
            Self::G722 | Self::Opus => None,
        }
    }

    /// Something above 4 kHz can be in it.
    pub(crate) const fn is_wide(self) -> bool {
        self.law().is_none()
    }

    pub(crate) const fn impairment(self) -> CodecImpairment {
        match self {
            Self::Pcmu | Self::Pcma => CodecImpairment::G711,
            Self::G722 => CodecImpairment::G722,
            Self::Opus => CodecImpairment::OPUS,
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
/// Samples in 20 ms at 16 kHz.
pub const FRAME_WIDE: usize = 320;
/// One second of sound waits at most.
const INPUT_FRAMES: usize = 50;
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
#[expect(clippy::large_enum_variant, reason = "as for its frames")]
pub enum CarrierOut {
    /// Frames come at the pace of the clock: all the time while the leg is in a room, otherwise while something is played to
    /// it.
    Frame(CarrierFrame),
    /// Throw away what has not been played yet.
    Clear,
}

/// 20 ms in the form of the port.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a box would be an allocation for each frame")]
pub enum CarrierFrame {
    /// In the law of a port of G.711.
    Law([u8; FRAME_BYTES]),
    /// Of a wide port: samples at 16 kHz.
    Wide([i16; FRAME_WIDE]),
}

/// Where the engine puts a carrier's frames.
pub(crate) enum Outlet {
    /// The carrier's owner reads them.
    Queue(mpsc::Sender<CarrierOut>),
    /// They go to the network at once.
    Line(Line),
}

/// The frame was not taken: a second of them waits.
#[derive(Debug)]
pub(crate) struct OutletFull;

impl Outlet {
    /// A frame for an owner who has gone is nobody's; see [`is_gone`](Self::is_gone).
    pub(crate) fn play(&self, frame: CarrierFrame) -> Result<(), OutletFull> {
        match self {
            Self::Queue(frames) => put(frames, CarrierOut::Frame(frame)),
            Self::Line(line) => {
                line.speak(&frame);
                Ok(())
            }
        }
    }

    /// Has what was not played yet thrown away; what a line was given is on its way.
    pub(crate) fn clear(&self) -> Result<(), OutletFull> {
        match self {
            Self::Queue(frames) => put(frames, CarrierOut::Clear),
            Self::Line(_) => Ok(()),
        }
    }

    /// The carrier's owner has let go of it.
    pub(crate) fn is_gone(&self) -> bool {
        match self {
            Self::Queue(frames) => frames.is_closed(),
            Self::Line(line) => line.is_gone(),
        }
    }
}

fn put(frames: &mpsc::Sender<CarrierOut>, out: CarrierOut) -> Result<(), OutletFull> {
    match frames.try_send(out) {
        Err(TrySendError::Full(_)) => Err(OutletFull),
        Ok(()) | Err(TrySendError::Closed(_)) => Ok(()),
    }
}

/// The engine's end of what a carrier brings.
#[derive(Debug)]
pub(crate) enum Arrived {
    Law(Law, rtrb::Consumer<u8>),
    Wide(rtrb::Consumer<i16>),
}

/// The carrier's end.
#[derive(Debug)]
pub(crate) enum Bringing {
    Law(rtrb::Producer<u8>),
    Wide(rtrb::Producer<i16>),
}

/// Both ends, in the form that a port of this codec has.
pub(crate) fn ring(codec: CarrierCodec) -> (Bringing, Arrived) {
    match codec.law() {
        Some(law) => {
            let (bringing, arrived) = rtrb::RingBuffer::new(INPUT_FRAMES * FRAME_BYTES);
            (Bringing::Law(bringing), Arrived::Law(law, arrived))
        }
        None => {
            let (bringing, arrived) = rtrb::RingBuffer::new(INPUT_FRAMES * FRAME_WIDE);
            (Bringing::Wide(bringing), Arrived::Wide(arrived))
        }
    }
}

/// The carrier's voice on its way in.
#[derive(Debug)]
pub struct CarrierInput {
    leg: LegId,
    sound: Bringing,
    commands: Orders,
    counters: Arc<Counters>,
    /// Samples.
    dropped: Arc<AtomicU64>,
}

impl CarrierInput {
    pub(crate) fn new(
        leg: LegId,
        sound: Bringing,
        commands: Orders,
        counters: Arc<Counters>,
        dropped: Arc<AtomicU64>,
    ) -> Self {
        Self { leg, sound, commands, counters, dropped }
    }

    /// Takes any number of bytes in the law of a port of G.711; never waits. What does not fit into the second that may wait
    /// is dropped and counted, and so is all of it when the port is a wide one.
    pub fn push(&mut self, payload: &[u8]) {
        let rest = match &mut self.sound {
            Bringing::Law(bytes) => bytes.push_partial_slice(payload).1,
            Bringing::Wide(_) => payload,
        };
        self.drop_rest(rest);
    }

    /// As [`push`](Self::push), for samples at 16 kHz and a wide port.
    pub fn push_wide(&mut self, pcm: &[i16]) {
        let rest = match &mut self.sound {
            Bringing::Law(_) => pcm,
            Bringing::Wide(samples) => samples.push_partial_slice(pcm).1,
        };
        self.drop_rest(rest);
    }

    fn drop_rest<T>(&self, rest: &[T]) {
        if !rest.is_empty() {
            self.dropped.fetch_add(rest.len() as u64, Relaxed);
            self.counters.carrier_overrun.fetch_add(size_of_val(rest) as u64, Relaxed);
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
