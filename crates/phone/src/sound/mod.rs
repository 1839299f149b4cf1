//! The sound path between devices (or virtual ones) and RTP. One thread does all of it; device callbacks only move
//! samples in and out of lock-free rings.
//!
//! Inside, sound is mono at 48 kHz in blocks of 10 ms.

#[cfg(test)]
mod allocations;
mod arena;
mod engine;
mod gauges;
mod pacer;
mod processing;
mod receive;
mod report;
mod resample;
mod rings;
mod send;
mod tape;
mod virtual_audio;

pub(crate) use engine::SoundCommand;
pub use engine::{SoundEngine, SoundError};
pub use gauges::{Gauges, SoundFigures};
pub(crate) use receive::RtpIn;
pub(crate) use report::SecondOfGauges;
pub use resample::Resampler;
pub use rings::{CaptureEnd, CaptureTap, PlaybackEnd, PlaybackTap, StreamHealth, capture_ring, playback_ring};
pub(crate) use send::RtpOut;
pub(crate) use tape::Tape;
pub use virtual_audio::{Microphone, Silence, Speaker, VirtualAudio};

use std::time::Duration;

pub use media::frame::FULLBAND as RATE;

/// Samples of 10 ms.
pub const BLOCK: usize = 480;
pub(crate) const BLOCK_SPAN: Duration = media::frame::FRAME_10;

/// RTP payload types that the phone offers and the bridge answers with.
pub(crate) const OPUS_PAYLOAD: u8 = 111;
/// Opus with copies of earlier frames (RFC 2198); the number that browsers use.
pub(crate) const RED_PAYLOAD: u8 = 63;
pub(crate) const EVENT_PAYLOAD: u8 = 110;

/// What an answer allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agreement {
    /// Copies of earlier frames (RFC 2198).
    pub red: bool,
    /// Packets of 10 ms.
    pub short: bool,
}

impl Agreement {
    /// What everybody takes.
    pub(crate) const PLAIN: Self = Self { red: false, short: false };
}
