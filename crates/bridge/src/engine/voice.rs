//! 20 ms of one speaker, and the sounds of the bridge's own, at both rates that are needed.

use std::{ops::Range, sync::Arc};

use media::{
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::{NARROWBAND, WIDEBAND},
    tones,
};

use crate::plan::Source;

pub(super) const NARROW: usize = 160;
pub(super) const WIDE: usize = 320;

/// A turn, or one of its halves of 10 ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    First,
    Second,
    Whole,
}

impl Part {
    /// Where it lies in the turn's samples at 8 kHz.
    pub(super) const fn narrow(self) -> Range<usize> {
        self.of(NARROW)
    }

    /// The same at 16 kHz.
    pub(super) const fn wide(self) -> Range<usize> {
        self.of(WIDE)
    }

    const fn of(self, turn: usize) -> Range<usize> {
        match self {
            Self::First => 0..turn / 2,
            Self::Second => turn / 2..turn,
            Self::Whole => 0..turn,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Samples {
    pub(super) narrow: [i16; NARROW],
    pub(super) wide: [i16; WIDE],
}

impl Samples {
    pub(super) const SILENT: Self = Self { narrow: [0; NARROW], wide: [0; WIDE] };
}

/// What a speaker says in this turn, and what was said in the one before: of that a voice that stops comes to rest, and a
/// fresh encoder gets into its stride.
#[derive(Debug, Clone)]
pub(super) struct Voice {
    pub(super) now: Samples,
    pub(super) before: Samples,
    /// Turns since anything was written here; from two on all of it is silence.
    idle: u8,
}

impl Voice {
    pub(super) const SILENT: Self = Self { now: Samples::SILENT, before: Samples::SILENT, idle: 2 };

    /// A turn begins; whoever speaks in it writes into the answer of [`speak`](Self::speak).
    pub(super) fn pass(&mut self) {
        if self.idle < 2 {
            self.before = self.now;
            self.now = Samples::SILENT;
            self.idle += 1;
        }
    }

    pub(super) fn speak(&mut self) -> &mut Samples {
        self.idle = 0;
        &mut self.now
    }
}

/// Sounds of the bridge's own.
pub(super) struct Loops {
    pub(super) music: Loop,
    pub(super) ringback: Loop,
}

impl Loops {
    pub(super) fn compose() -> Result<Self, CodecError> {
        Ok(Self { music: Loop::of(tones::hold_music)?, ringback: Loop::of(tones::ringback)? })
    }

    /// `None` for a port.
    pub(super) const fn of(&self, source: Source) -> Option<&Loop> {
        match source {
            Source::Music => Some(&self.music),
            Source::Ringback => Some(&self.ringback),
            Source::Port(_) => None,
        }
    }
}

/// A sound that comes round again, made and encoded once for everybody who hears it.
pub(super) struct Loop {
    frames: Vec<Samples>,
    packets: Vec<Arc<[u8]>>,
}

impl Loop {
    /// `tone` makes one round at a sample rate.
    fn of(tone: fn(u32) -> Vec<i16>) -> Result<Self, CodecError> {
        let (narrow, wide) = (tone(NARROWBAND), tone(WIDEBAND));
        let mut encoder = OpusEncoder::new(EncoderSettings { fec: false, ..EncoderSettings::voice(WIDEBAND) })?;
        let mut packets = Vec::new();
        // The first round only brings the encoder into the state in which the loop comes round again.
        for _ in 0..2 {
            packets.clear();
            for frame in wide.chunks_exact(WIDE) {
                let mut packet = [0; MAX_PACKET];
                let length = encoder.encode(frame, &mut packet)?;
                packets.push(packet[..length].into());
            }
        }
        let frames = narrow.as_chunks().0.iter().zip(wide.as_chunks().0);
        let frames = frames.map(|(narrow, wide)| Samples { narrow: *narrow, wide: *wide }).collect();
        Ok(Self { frames, packets })
    }

    pub(super) fn packet(&self, turn: u64) -> Arc<[u8]> {
        Arc::clone(&self.packets[(turn % self.packets.len().max(1) as u64) as usize])
    }

    pub(super) fn samples(&self, turn: u64) -> &Samples {
        &self.frames[(turn % self.frames.len().max(1) as u64) as usize]
    }
}
