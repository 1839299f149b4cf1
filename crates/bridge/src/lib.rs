//! The audio bridge: everybody's voice comes in here, and who hears whom is decided by a plan handed in from outside.
//!
//! Devices connect by WebRTC (ICE-lite, DTLS-SRTP, Opus) on one UDP port for all of them; carriers bring G.711 frames or
//! samples at 16 kHz, or speak RTP to a pair of ports of their own.
//! One thread carries all audio; nothing on it waits for a disk, a lock that somebody else holds, or a slow reader.
//! Recordings are encoded and written by a second thread behind a bounded queue.
//!
//! Non-goals: call control (who should hear whom), signalling, and anything about providers.

mod config;
mod counters;
mod engine;
mod event;
pub mod foreign;
mod handle;
mod plan;
mod port;
mod recorder;
mod rtp;
mod socket;
mod urgent;

pub use config::{BridgeConfig, BridgeError};
pub use counters::CounterSnapshot;
pub use event::{BridgeEvent, GapCause, LossReason, PortStats, RecordingGap};
pub use handle::{BridgeHandle, PromptId, SessionError, start};
pub use plan::{Layout, RecordPlan, RoomPlan, Source, Stream};
pub use port::{
    CarrierCodec, CarrierFrame, CarrierInput, CarrierNetwork, CarrierOptions, CarrierOut, CarrierPort, FRAME_BYTES,
    FRAME_WIDE, PortId,
};
pub use recorder::left_over::{EndedRecording, LeftOverError};
pub use rtp::{
    Fingerprint, Handshake, RtpCodec, RtpFigures, RtpLeg, RtpRoute, Seal, SrtpKey, SrtpKeys, our_fingerprint,
};
pub use socket::{SoundSocket, Verdict};
