//! What the bridge reports.

use std::{path::PathBuf, time::Duration};

use domain::ids::{CallId, LegId, MediaSessionId, RecordingId};
use media::quality::CodecImpairment;

use crate::{handle::PromptId, port::PortId};

#[derive(Debug, Clone, PartialEq)]
pub enum BridgeEvent {
    /// Audio can flow; also after a loss that mended by itself.
    SessionConnected {
        id: MediaSessionId,
    },
    SessionLost {
        id: MediaSessionId,
        reason: LossReason,
    },
    /// The device's user pressed a key (RFC 4733).
    SessionDtmf {
        id: MediaSessionId,
        digit: char,
    },
    CarrierDtmf {
        leg: LegId,
        digit: char,
    },
    /// `completed`: played to its end, not stopped or replaced.
    PromptFinished {
        port: PortId,
        prompt: PromptId,
        completed: bool,
    },
    /// The first audio of this port in this room that is not silence, and the first after it was reported as silent.
    AudioHeard {
        room: CallId,
        port: PortId,
    },
    /// Nothing at all has come from this port for two seconds; said within the third.
    PortSilent {
        room: CallId,
        port: PortId,
    },
    /// `resumed`: the file was there already and goes on. Comes again when a recording that failed could go on.
    RecordingStarted {
        room: CallId,
        recording: RecordingId,
        resumed: bool,
    },
    RecordingFinished {
        room: CallId,
        recording: RecordingId,
        path: PathBuf,
        bytes: u64,
        /// Lower-case hexadecimal.
        sha256: String,
        duration_ms: u64,
        gaps: Vec<RecordingGap>,
    },
    /// Nothing is being written; the call goes on. What was written stays in the spool, and while the recording is in the
    /// plan of its room it is tried again every two seconds.
    RecordingFailed {
        room: CallId,
        recording: RecordingId,
        error: String,
    },
    /// Once a second. `late`: how late the worst turn of the second was.
    Stats {
        room: CallId,
        late: Duration,
        ports: Vec<(PortId, PortStats)>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LossReason {
    /// Nothing comes from the device any more; it may come back by an ICE restart or by itself.
    Unreachable,
    /// The device closed the connection, or its security broke; the session is gone.
    Closed,
}

/// A stretch of a recording that is silent because nothing could be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingGap {
    pub at_ms: u64,
    pub duration_ms: u64,
    pub cause: GapCause,
}

/// Why nothing could be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapCause {
    /// The process that recorded was gone.
    Restart,
    /// The disk took nothing.
    Disk,
    /// The sound did not reach the recorder.
    Lost,
}

impl GapCause {
    const ALL: [Self; 3] = [Self::Restart, Self::Disk, Self::Lost];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Disk => "disk",
            Self::Lost => "lost",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// Figures of one port; those about sound are of the last second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PortStats {
    /// `None` while nobody needs this port's samples (its packets are passed on as they are).
    pub level_dbfs_in: Option<f32>,
    /// `None` while packets of another port are passed on to it as they are.
    pub level_dbfs_out: Option<f32>,
    /// Share of samples from this port at the end of the range, 0 to 1.
    pub clipped: f32,
    /// What was sent to the port comes back from it, so much weaker; `None` while no echo is heard.
    pub echo_loss_db: Option<f32>,
    /// Packets lost on the way in, 0 to 1.
    pub loss_fraction: f32,
    /// Frames that had to be made up, in all.
    pub concealed: u64,
    /// Share of the second that had to be made up, 0 to 1.
    pub concealed_fraction: f32,
    pub jitter_ms: f32,
    pub round_trip_ms: Option<f32>,
    /// How long audio waits here to be played evenly.
    pub jitter_buffer_ms: f32,
    pub packets_in: u64,
    /// Packets of the last second.
    pub packets: u32,
    pub packets_out: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    /// Packets that came too late and frames that could not be handed over.
    pub dropped: u64,
    /// What the port's sound comes in.
    pub codec: CodecImpairment,
    /// Estimate after ITU-T G.107, or G.107.1 where the codec is wide, 1.0 to 4.5.
    pub mos: f32,
}

impl Default for PortStats {
    fn default() -> Self {
        Self {
            level_dbfs_in: None,
            level_dbfs_out: None,
            clipped: 0.0,
            echo_loss_db: None,
            loss_fraction: 0.0,
            concealed: 0,
            concealed_fraction: 0.0,
            jitter_ms: 0.0,
            round_trip_ms: None,
            jitter_buffer_ms: 0.0,
            packets_in: 0,
            packets: 0,
            packets_out: 0,
            bytes_in: 0,
            bytes_out: 0,
            dropped: 0,
            codec: CodecImpairment::G711,
            mos: 1.0,
        }
    }
}
