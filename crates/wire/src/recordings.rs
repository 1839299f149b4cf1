//! Recordings, their receipts, and short forms of calls.

use domain::{
    ids::{CallId, RecordingId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::calls::{CallStatus, Direction};

/// One line of a person's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct CallOutcomeBrief {
    pub call_id: CallId,
    pub at_ms: UnixMillis,
    pub direction: Direction,
    pub status: CallStatus,
    pub agent_name: Option<String>,
    pub talk_s: u32,
    pub disposition: Option<String>,
    pub summary: Option<String>,
}

/// `Stored` is said only after the stored file was read back and its hash agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RecordingState {
    /// Switched off for this queue or campaign.
    Off,
    Recording,
    Paused,
    /// Finished; being uploaded and read back.
    Storing,
    Stored,
    /// `reason` says why, such as `disk_full`.
    NotStored {
        reason: String,
    },
}

/// Proof of what was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RecordingReceipt {
    pub id: RecordingId,
    pub call_id: CallId,
    pub state: RecordingState,
    /// `local:recordings/2026/11/20/<id>.ogg` or `s3://bucket/...`.
    pub location: Option<String>,
    pub expected_bytes: Option<u64>,
    pub stored_bytes: Option<u64>,
    pub sha256: Option<String>,
    pub read_back_at_ms: Option<UnixMillis>,
    pub duration_ms: Option<u64>,
    /// Talk time that should be in it.
    pub expected_ms: Option<u64>,
    pub gaps: Vec<RecordingGap>,
    pub channels: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RecordingGap {
    pub from_ms: u64,
    pub to_ms: u64,
    /// `paused`, `restart`, `disk` or `lost`.
    pub reason: String,
}

/// Peaks for drawing: per channel one value 0 to 255 per bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Waveform {
    pub buckets_per_s: u32,
    pub customer: Vec<u8>,
    pub agent: Vec<u8>,
}

/// A link that works without a token until it runs out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SignedUrl {
    pub url: String,
    pub expires_at_ms: UnixMillis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AudioFormat {
    /// As stored: Ogg-Opus.
    #[default]
    Ogg,
    /// 16-bit PCM for players without Opus.
    Wav,
}

/// In which form the sound is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AudioQuery {
    pub format: AudioFormat,
}
