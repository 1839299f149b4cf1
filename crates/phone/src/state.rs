//! What the phone tells its owner. Field names are those of the desktop app's events.

use domain::time::UnixMillis;
use serde::{Deserialize, Serialize};
use wire::{accounts::Me, error::ErrorCode, live::ServerMessage};

use crate::outbox::Entry;

use crate::check::CheckProgress;

/// Everything the phone says by itself. A reader that was too slow gets `Lagged` from its receiver and should treat it
/// as [`PhoneEvent::Resync`].
#[derive(Debug, Clone)]
pub enum PhoneEvent {
    /// Numbered event of the live connection, in order and never twice.
    Live(ServerMessage),
    /// Events may have been missed: read `GET /live/snapshot`.
    Resync,
    State(Box<PhoneState>),
    /// Ten times a second while sound runs.
    Levels(Levels),
    /// How far the check before a shift is, and what it found.
    Check(Box<CheckProgress>),
    Connection(Connection),
    Outbox(OutboxStatus),
    SignedIn(Box<Me>),
    SignedOut {
        reason: SignOutReason,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Levels {
    pub mic_dbfs: f32,
    pub speaker_dbfs: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignOutReason {
    /// Asked for here.
    Asked,
    /// The session was ended elsewhere, or has run out.
    SessionEnded,
    /// The refresh token had been used before; the server signed out every device of this sign-in.
    TokenReused,
}

/// State of the live connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Connection {
    pub connection: ConnectionKind,
    /// Set while it is not connected.
    pub since_ms: Option<UnixMillis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    Connected,
    Reconnecting,
    /// Not signed in.
    Offline,
}

/// Things of the signed-in person that wait to be sent, and those that the server refused for good.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OutboxStatus {
    pub waiting: usize,
    pub refused: Vec<Refusal>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// All of it, so that what was typed can be read, copied and sent again.
    pub entry: Entry,
    pub status: u16,
    pub code: Option<ErrorCode>,
    /// The server's reason, or the beginning of what it said.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhoneState {
    pub muted: bool,
    /// An offer rings here.
    pub ringing: bool,
    pub in_call: bool,
    pub audio_running: bool,
    pub media: MediaKind,
    pub reconnecting_since_ms: Option<UnixMillis>,
    /// Sound goes over the web because UDP does not get through.
    pub over_web: bool,
    pub mic_level_dbfs: f32,
    pub speaker_level_dbfs: f32,
    pub microphone_problem: Option<DeviceProblem>,
    pub speaker_problem: Option<DeviceProblem>,
    pub devices: DeviceList,
    pub chosen: ChosenDevices,
    /// The whole order of wishes.
    pub preferences: DevicePreferences,
    /// What carries the sound now; may be the next in the order while the first is away.
    pub in_use: DevicesInUse,
    #[serde(flatten)]
    pub processing: Processing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    None,
    Connecting,
    Connected,
    Reconnecting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceProblem {
    /// There is no such device.
    None,
    /// The system does not let this app use it.
    Denied,
    /// It was there and is not any more, or stopped working.
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    Input,
    Output,
    /// Plays the ring tone; may differ from `Output`, so that a headset on the table is not missed.
    Ringer,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Stable across restarts.
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeviceList {
    pub inputs: Vec<Device>,
    pub outputs: Vec<Device>,
}

/// Devices in the order in which they are wanted, those that are away among them. Empty: the system's choice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DevicePreferences {
    pub input: Vec<Device>,
    pub output: Vec<Device>,
    pub ringer: Vec<Device>,
    /// Rings beside the ringer.
    pub also_ring_on: Option<Device>,
}

/// Set while sound runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DevicesInUse {
    pub input: Option<Device>,
    pub output: Option<Device>,
}

/// Ids of the devices that the user chose; `None` follows the system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChosenDevices {
    pub input: Option<String>,
    pub output: Option<String>,
    pub ringer: Option<String>,
}

/// Which parts of the microphone's processing are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Processing {
    pub echo_cancellation: bool,
    pub noise_suppression: bool,
    pub auto_gain: bool,
    /// Takes keystrokes out of the pauses.
    pub typing_suppression: bool,
}

impl Default for Processing {
    fn default() -> Self {
        Self::ALL
    }
}

impl Processing {
    pub const ALL: Self =
        Self { echo_cancellation: true, noise_suppression: true, auto_gain: true, typing_suppression: true };
    pub const NONE: Self =
        Self { echo_cancellation: false, noise_suppression: false, auto_gain: false, typing_suppression: false };
}

impl Default for PhoneState {
    fn default() -> Self {
        Self {
            muted: false,
            ringing: false,
            in_call: false,
            audio_running: false,
            media: MediaKind::None,
            reconnecting_since_ms: None,
            over_web: false,
            mic_level_dbfs: media::level::FLOOR_DBFS,
            speaker_level_dbfs: media::level::FLOOR_DBFS,
            microphone_problem: None,
            speaker_problem: None,
            devices: DeviceList::default(),
            chosen: ChosenDevices::default(),
            preferences: DevicePreferences::default(),
            in_use: DevicesInUse::default(),
            processing: Processing::ALL,
        }
    }
}
