//! How a call sounds: the figures of one second, the likely cause of trouble in them, and the series that is kept.

mod cause;
mod judge;
mod point;
mod series;
#[cfg(test)]
mod tests;

pub use cause::{Cause, CauseSide};
pub use judge::Judge;
pub use point::{Point, SidePoint, decode, encode};
pub use series::{LONGEST_SERIES, Thinning};

/// One direction of one leg over one second, as the end that receives it measured it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Flow {
    /// Packets (from a carrier: frames) that came.
    pub packets: u32,
    /// Share of packets that were lost on the way, 0 to 1.
    pub loss: f32,
    /// Share of the sound that had to be made up, 0 to 1: what repair did not bring back.
    pub concealed: f32,
    pub jitter_ms: f32,
    /// How long sound waits to be played evenly.
    pub buffer_ms: f32,
    /// Mean level of the second, dBFS. `None` when nobody looked at the samples.
    pub level_dbfs: Option<f32>,
    /// Share of samples at the end of the range, 0 to 1.
    pub clipped: f32,
}

/// A leg as the server sees it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Leg {
    /// Towards the server.
    pub up: Flow,
    pub round_trip_ms: Option<f32>,
    /// What is sent to the leg comes back from it, so much weaker (dB). `None`: no echo is heard.
    pub echo_loss_db: Option<f32>,
}

/// What the agent's device says of its own second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DeviceReport {
    /// From the server to the device.
    pub down: Flow,
    /// Level of the microphone after its processing, dBFS.
    pub mic_dbfs: f32,
    /// Share of the microphone's samples at the end of the range, 0 to 1.
    pub mic_clipped: f32,
    pub muted: bool,
    /// What the microphone and the system add, ms.
    pub capture_ms: f32,
    /// What waits for the speaker, and what the system adds, ms.
    pub playback_ms: f32,
    /// Times that the speaker ran dry.
    pub gaps: u32,
}

impl DeviceReport {
    /// The report with every figure inside what can be true, or `None` when one of them is no number.
    pub fn checked(self) -> Option<Self> {
        let Self { down, mic_dbfs, mic_clipped, muted, capture_ms, playback_ms, gaps } = self;
        let level = |dbfs: f32| dbfs.clamp(-96.0, 0.0);
        let share = |share: f32| share.clamp(0.0, 1.0);
        let span = |ms: f32| ms.clamp(0.0, 5_000.0);
        let figures = [
            down.loss,
            down.concealed,
            down.jitter_ms,
            down.buffer_ms,
            down.level_dbfs.unwrap_or_default(),
            down.clipped,
            mic_dbfs,
            mic_clipped,
            capture_ms,
            playback_ms,
        ];
        figures.iter().all(|figure| figure.is_finite()).then(|| Self {
            down: Flow {
                packets: down.packets.min(1_000),
                loss: share(down.loss),
                concealed: share(down.concealed),
                jitter_ms: span(down.jitter_ms),
                buffer_ms: span(down.buffer_ms),
                level_dbfs: down.level_dbfs.map(level),
                clipped: share(down.clipped),
            },
            mic_dbfs: level(mic_dbfs),
            mic_clipped: share(mic_clipped),
            muted,
            capture_ms: span(capture_ms),
            playback_ms: span(playback_ms),
            gaps: gaps.min(1_000),
        })
    }
}

/// Everything that is known of one second of a call.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Second {
    pub agent: Option<Leg>,
    pub device: Option<DeviceReport>,
    pub customer: Option<Leg>,
    /// How late the server's worst turn of the second was, ms.
    pub server_late_ms: f32,
    /// Agent and customer are to hear each other: neither held nor passed on.
    pub together: bool,
}

/// What a carrier's network and the customer's telephone add one way, ms. Not measurable from here: a planning value.
pub const ASSUMED_CARRIER_MS: f32 = 60.0;
/// What an agent's device adds one way while it has not said so itself, ms.
pub const ASSUMED_DEVICE_MS: f32 = 40.0;
/// A packet's length and the wait for the server's next turn, ms.
const FRAMING_MS: f32 = 20.0 + 10.0;

/// One-way delays of one second, ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MouthToEar {
    pub to_customer: f32,
    pub to_agent: f32,
}

impl Second {
    /// From the agent's mouth to the customer's ear and back; `None` while one of them is not there.
    pub fn mouth_to_ear(&self) -> Option<MouthToEar> {
        let (agent, customer) = (self.agent?, self.customer?);
        let network = agent.round_trip_ms.unwrap_or_default() / 2.0;
        let (capture, playback) = self.device.map_or((ASSUMED_DEVICE_MS, ASSUMED_DEVICE_MS), |device| {
            (device.capture_ms, device.playback_ms + device.down.buffer_ms)
        });
        Some(MouthToEar {
            to_customer: capture + FRAMING_MS + network + agent.up.buffer_ms + ASSUMED_CARRIER_MS,
            to_agent: ASSUMED_CARRIER_MS + customer.up.buffer_ms + FRAMING_MS + network + playback,
        })
    }
}
