//! Arithmetic of telephone audio: codecs, mixing, DTMF, jitter, quality estimate and the Ogg-Opus container.
//!
//! Pure: no I/O beyond `std::io::{Read, Write}` handed in, no async, no clock, no randomness. Points in time are
//! [`Duration`](std::time::Duration)s since an origin of the caller's choice. Samples are signed 16-bit, full scale
//! ±32 768; several channels are interleaved.

pub mod allowance;
pub mod audio_level;
pub mod codec;
pub mod comfort;
pub mod dtmf;
pub mod echo;
pub mod foreign_sound;
pub mod frame;
pub mod g711;
pub mod hearing;
pub mod jitter;
pub mod keystrokes;
pub mod level;
pub mod message;
pub mod mix;
pub mod ogg;
pub mod parts;
pub mod peaks;
pub mod playout;
pub mod protection;
pub mod quality;
pub mod red;
pub mod resample;
pub mod rtcp;
pub mod rtp;
pub mod rumble;
pub mod sender;
pub mod seq;
pub mod socket;
pub mod stretch;
pub mod tones;
pub mod wav;
