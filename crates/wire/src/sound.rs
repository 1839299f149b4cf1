//! How a call sounds: what a device reports, and the series that is kept of a call.

use domain::{
    sound::{Cause, CauseSide},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// What a device says of its own last second while its user is in a call. Units: dBFS, shares 0 to 1, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct DeviceSound {
    /// Packets that came from the server.
    pub packets: u32,
    /// Share of packets that were lost on the way to the device.
    pub loss: f32,
    /// Share of the sound that had to be made up.
    pub concealed: f32,
    pub jitter_ms: f32,
    pub buffer_ms: f32,
    /// What is played to the user.
    pub speaker_dbfs: f32,
    /// After echo cancellation, noise suppression and gain.
    pub mic_dbfs: f32,
    pub mic_clipped: f32,
    pub muted: bool,
    /// From the microphone to the encoder.
    pub capture_ms: f32,
    /// From the decoder to the speaker, without `buffer_ms`.
    pub playback_ms: f32,
    /// Times that the speaker ran dry.
    pub gaps: u32,
    /// How much of the speaker's sound the echo canceller takes out of the microphone; null without one.
    pub echo_removed_db: Option<f32>,
}

/// The likely cause of bad sound, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SoundCause {
    pub cause: Cause,
    pub side: CauseSide,
}

impl From<Cause> for SoundCause {
    fn from(cause: Cause) -> Self {
        Self { cause, side: cause.side() }
    }
}

/// The figures of a call, for its page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct CallSound {
    /// At most one point a second for ten minutes, one each ten seconds for an hour, one a minute after that.
    pub points: Vec<SoundPoint>,
    /// Holds and reconnects.
    pub marks: Vec<SoundMark>,
    /// What the opinion scores of the agent's leg are computed by.
    pub agent_model: String,
    /// The same of the customer's leg.
    pub customer_model: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SoundPoint {
    pub at_ms: UnixMillis,
    /// How long the point stands for.
    pub span_ms: u32,
    /// What the server received from the agent's device.
    pub agent: Option<SideSound>,
    /// What the agent's device received.
    pub device: Option<SideSound>,
    /// What the server received from the carrier.
    pub customer: Option<SideSound>,
    /// The longer of both directions; the carrier's part is a planning value.
    pub mouth_to_ear_ms: Option<f32>,
    pub cause: Option<Cause>,
}

/// One side at one point. Null where nothing was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SideSound {
    pub mos: Option<f32>,
    pub loss: Option<f32>,
    pub concealed: Option<f32>,
    pub jitter_ms: Option<f32>,
    pub round_trip_ms: Option<f32>,
    pub buffer_ms: Option<f32>,
    pub level_dbfs: Option<f32>,
    pub clipped: Option<f32>,
    pub echo_loss_db: Option<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SoundMarkKind {
    Hold,
    /// The agent's device was away.
    AgentAway,
    /// The carrier's connection was away.
    CarrierAway,
    /// The server was started anew.
    ServerRestart,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SoundMark {
    pub kind: SoundMarkKind,
    pub from_ms: UnixMillis,
    pub to_ms: Option<UnixMillis>,
}
