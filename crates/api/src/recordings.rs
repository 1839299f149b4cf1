//! Recordings.

pub mod receipt;
pub mod signed;
pub mod url;
pub mod waveform;
