//! What may be wrong, and the signs of it in one second.

use serde::{Deserialize, Serialize};

use super::{Flow, Leg, Second};

/// Whose trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum CauseSide {
    Agent,
    Customer,
    Server,
}

/// The likely cause of bad sound. In the order in which they are named: the first that holds explains the later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum Cause {
    /// The server is late with its turns: everybody's sound has gaps.
    ServerBusy,
    /// The server sends and the agent's device gets nothing.
    NothingReachesAgent,
    /// Loss, jitter or delay between the agent's device and the server: their Wi-Fi or network.
    AgentNetwork,
    /// The device does not keep up: its speaker runs dry while packets come.
    AgentComputer,
    /// Gaps or bursts in what the carrier brings.
    Carrier,
    /// The microphone gives digital silence and is not muted.
    AgentMicrophoneDead,
    /// The agent's microphone is too loud and distorts.
    AgentLoud,
    /// The customer hears themselves: the agent's speaker comes back through the microphone.
    AgentEcho,
    AgentQuiet,
    CustomerLoud,
    /// The agent hears themselves: the customer's side sends it back.
    CustomerEcho,
    CustomerQuiet,
    /// So much delay that people talk into each other, with nothing else to blame.
    LongDelay,
}

impl Cause {
    pub const ALL: [Self; 13] = [
        Self::ServerBusy,
        Self::NothingReachesAgent,
        Self::AgentNetwork,
        Self::AgentComputer,
        Self::Carrier,
        Self::AgentMicrophoneDead,
        Self::AgentLoud,
        Self::AgentEcho,
        Self::AgentQuiet,
        Self::CustomerLoud,
        Self::CustomerEcho,
        Self::CustomerQuiet,
        Self::LongDelay,
    ];

    pub const fn side(self) -> CauseSide {
        match self {
            Self::ServerBusy | Self::LongDelay => CauseSide::Server,
            Self::NothingReachesAgent
            | Self::AgentNetwork
            | Self::AgentComputer
            | Self::AgentMicrophoneDead
            | Self::AgentLoud
            | Self::AgentEcho
            | Self::AgentQuiet => CauseSide::Agent,
            Self::Carrier | Self::CustomerLoud | Self::CustomerEcho | Self::CustomerQuiet => CauseSide::Customer,
        }
    }

    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// What one second says of one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Nothing can be said: nobody spoke, or something else covers it.
    Unknown,
    Absent,
    /// Here, but one second of it proves little.
    Slight,
    Present,
    /// So bad that two seconds are enough.
    Severe,
}

impl Sign {
    const fn of(present: bool) -> Self {
        if present { Self::Present } else { Self::Absent }
    }

    /// Slow causes: a person has to speak for some seconds before their level is known.
    const fn slow(present: bool) -> Self {
        if present { Self::Slight } else { Self::Absent }
    }
}

/// A turn that is later than this makes gaps for everybody, ms.
const SERVER_LATE_MS: f32 = 60.0;
/// Share of sound that may be missing before it is heard as trouble.
const MISSING: f32 = 0.03;
const MISSING_BADLY: f32 = 0.15;
const NETWORK_JITTER_MS: f32 = 60.0;
const NETWORK_ROUND_TRIP_MS: f32 = 400.0;
/// Carriers come by TCP: what a network loses comes later, in a burst.
const CARRIER_BUFFER_MS: f32 = 250.0;
/// Below this a second holds no speech, dBFS.
const SPEECH_DBFS: f32 = -52.0;
/// A second of speech below this is hard to hear, dBFS. Speech on a telephone line is at -20 to -30.
const QUIET_DBFS: f32 = -42.0;
/// Louder on average than any undistorted speech, dBFS.
const LOUD_DBFS: f32 = -8.0;
/// Share of samples at the end of the range that is heard as distortion: one in a thousand.
const CLIPPED: f32 = 0.001;
/// An echo that is less than this much weaker is heard, dB.
const ECHO_HEARD_DB: f32 = 35.0;
/// The floor of the meter: no noise of any room is so low.
const DEAD_DBFS: f32 = -95.0;
/// ITU-T G.114: above this one way a conversation suffers, ms.
const LONG_DELAY_MS: f32 = 400.0;

fn missing(flow: &Flow) -> f32 {
    flow.loss.max(flow.concealed)
}

fn gaps(share: f32, otherwise: bool) -> Sign {
    match share {
        share if share >= MISSING_BADLY => Sign::Severe,
        share => Sign::of(share >= MISSING || otherwise),
    }
}

fn quiet(level: Option<f32>) -> Sign {
    match level {
        Some(level) if level > SPEECH_DBFS => Sign::slow(level < QUIET_DBFS),
        Some(_) | None => Sign::Unknown,
    }
}

fn loud(level: Option<f32>, clipped: f32) -> Sign {
    match level {
        Some(level) if level > SPEECH_DBFS => Sign::of(clipped >= CLIPPED || level > LOUD_DBFS),
        Some(_) | None => Sign::Unknown,
    }
}

fn echo(leg: &Leg) -> Sign {
    Sign::of(leg.echo_loss_db.is_some_and(|loss| loss < ECHO_HEARD_DB))
}

/// The sign of each cause, by [`Cause::index`].
pub(super) fn signs(second: &Second) -> [Sign; Cause::ALL.len()] {
    Cause::ALL.map(|cause| sign(cause, second))
}

fn sign(cause: Cause, second: &Second) -> Sign {
    let late = second.server_late_ms >= SERVER_LATE_MS;
    let agent = second.agent.as_ref();
    let device = second.device.as_ref();
    let customer = second.customer.as_ref();
    match cause {
        Cause::ServerBusy => Sign::of(late),
        // Gaps that the server makes itself look like everybody else's.
        Cause::NothingReachesAgent | Cause::AgentNetwork | Cause::AgentComputer | Cause::Carrier if late => {
            Sign::Unknown
        }
        Cause::NothingReachesAgent => match device {
            Some(device) if second.together => {
                if device.down.packets == 0 {
                    Sign::Severe
                } else {
                    Sign::Absent
                }
            }
            Some(_) | None => Sign::Unknown,
        },
        Cause::AgentNetwork => {
            let Some(agent) = agent else { return Sign::Unknown };
            let down = device.map(|device| device.down).filter(|down| down.packets > 0).unwrap_or_default();
            let jitter = agent.up.jitter_ms.max(down.jitter_ms) >= NETWORK_JITTER_MS;
            let far = agent.round_trip_ms.is_some_and(|ms| ms >= NETWORK_ROUND_TRIP_MS);
            gaps(missing(&agent.up).max(missing(&down)), jitter || far)
        }
        Cause::AgentComputer => device.map_or(Sign::Unknown, |device| Sign::of(device.gaps >= 2)),
        Cause::Carrier => {
            customer.map_or(Sign::Unknown, |leg| gaps(missing(&leg.up), leg.up.buffer_ms >= CARRIER_BUFFER_MS))
        }
        Cause::AgentMicrophoneDead => match device {
            Some(device) if second.together && !device.muted => Sign::slow(device.mic_dbfs <= DEAD_DBFS),
            Some(_) | None => Sign::Unknown,
        },
        Cause::AgentLoud => match (device, agent) {
            (Some(device), _) if !device.muted => loud(Some(device.mic_dbfs), device.mic_clipped),
            (None, Some(agent)) => loud(agent.up.level_dbfs, agent.up.clipped),
            (Some(_), _) | (None, None) => Sign::Unknown,
        },
        Cause::AgentEcho => agent.map_or(Sign::Unknown, echo),
        Cause::AgentQuiet => agent.map_or(Sign::Unknown, |leg| quiet(leg.up.level_dbfs)),
        Cause::CustomerLoud => customer.map_or(Sign::Unknown, |leg| loud(leg.up.level_dbfs, leg.up.clipped)),
        Cause::CustomerEcho => customer.map_or(Sign::Unknown, echo),
        Cause::CustomerQuiet => customer.map_or(Sign::Unknown, |leg| quiet(leg.up.level_dbfs)),
        Cause::LongDelay => second
            .mouth_to_ear()
            .map_or(Sign::Unknown, |delay| Sign::slow(delay.to_customer.max(delay.to_agent) >= LONG_DELAY_MS)),
    }
}
