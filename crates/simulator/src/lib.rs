//! Virtual customers, simulated Twilio and Exotel accounts, a simulated speech service, a simulated CRM and
//! virtual agents.
//!
//! A product feature for demos, training and load tests. Everything here is reached by the same protocols as the real
//! thing, knows nothing of the product's own code for them, and says in every label that it is simulated.

pub mod agent;
mod audio;
pub mod crm;
pub mod customer;
pub mod exotel;
pub mod load;
mod party;
pub mod speech_service;
pub mod twilio;
pub mod voices;

pub use party::PartyReport;

/// Samples in a frame of the telephone line: 20 ms at 8 kHz.
pub const FRAME_SAMPLES: usize = 160;
/// Milliseconds in a frame.
pub const FRAME_MS: u64 = 20;
/// Sample rate of the telephone line.
pub const LINE_RATE: u32 = 8_000;

/// 20 ms of the telephone line.
pub type Frame = [i16; FRAME_SAMPLES];
/// 20 ms of nothing.
pub const SILENCE: Frame = [0; FRAME_SAMPLES];
