//! The sound path between devices (or virtual ones) and RTP. One thread does all of it; device callbacks only move
//! samples in and out of lock-free rings.
//!
//! Inside, sound is mono at 16 kHz in blocks of 10 ms: calls are wideband, and all that is done to sound costs a third of
//! what it would at the rate of devices.

#[cfg(test)]
mod allocations;
mod arena;
mod ends;
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

/// Of RTP timestamps of Opus (RFC 7587 section 4.1).
pub(crate) use media::frame::FULLBAND as RTP_CLOCK;
/// Of virtual microphones and speakers, and what is asked of devices.
pub(crate) use media::frame::FULLBAND as DEVICE_RATE;
/// Of sound inside.
pub(crate) use media::frame::WIDEBAND as RATE;

/// Samples of 10 ms.
pub(crate) const BLOCK: usize = 160;
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
    /// Number of the header extension that says how loud a packet is (RFC 6464).
    pub level: Option<u8>,
}

impl Agreement {
    /// What everybody takes.
    pub(crate) const PLAIN: Self = Self { red: false, short: false, level: None };
}
