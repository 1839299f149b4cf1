//! The live WebSocket, `GET /api/v1/live`.
//!
//! The client first sends [`ClientMessage::Hello`] (with its access token; a browser cannot set headers on an upgrade). The
//! server answers with [`ServerMessage::Welcome`] and then [`ServerMessage::Event`]s with rising `seq`. After a lost
//! connection the client says the last epoch and seq that it has seen; the server sends what was missed, or says
//! `resumed: false`, and the client reads `GET /api/v1/live/snapshot`. A reader that falls too far behind is cut off with
//! close code 4008 and resumes the same way.

use domain::{
    ids::{CallId, LeadId, MediaSessionId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::{
    agents::{AgentStatus, QueueStatus},
    calls::{LegSound, LiveCall, Offer, OfferEnd},
    intelligence::AnalysisStatus,
    recordings::RecordingReceipt,
    sound::{DeviceSound, SoundCause},
    tasks::Reminder,
};

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    Hello {
        access_token: String,
        /// Epoch and last sequence number seen before; both or none.
        epoch: Option<String>,
        after_seq: Option<u64>,
        /// `true` from the phone: this connection answers probes for its audio engine.
        phone: bool,
    },
    /// The audio engine of this device answered.
    ProbeReply {
        nonce: u64,
        media_session_id: Option<MediaSessionId>,
        audio_running: bool,
    },
    Ping {
        nonce: u64,
    },
    /// Once a second while in a call; more often is not looked at.
    Sound {
        media_session_id: MediaSessionId,
        sound: DeviceSound,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    Welcome {
        epoch: String,
        seq: u64,
        resumed: bool,
        server_time_ms: UnixMillis,
    },
    Event {
        seq: u64,
        at_ms: UnixMillis,
        event: LiveEvent,
    },
    /// Asked every 2 s of connections that said `phone: true`. Not numbered.
    Probe {
        nonce: u64,
    },
    Pong {
        nonce: u64,
        server_time_ms: UnixMillis,
    },
}

/// Each variant carries the whole new state of its subject, so that applying one twice does no harm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LiveEvent {
    Offer {
        offer: Box<Offer>,
    },
    OfferEnded {
        call_id: CallId,
        end: OfferEnd,
    },
    /// A call that concerns the reader: their own, or any for supervisors.
    Call {
        call: Box<LiveCall>,
    },
    /// Not live any more; read it from history.
    CallEnded {
        call_id: CallId,
        /// Code of the outcome that fits what happened; none when nothing can be said.
        #[serde(default)]
        suggested_outcome: Option<String>,
    },
    /// Once a second while a call runs.
    Sound {
        call_id: CallId,
        agent: Option<LegSound>,
        customer: Option<LegSound>,
        /// What the agent's device says of its side.
        device: Option<DeviceSound>,
        /// The longer of both directions, milliseconds.
        mouth_to_ear_ms: Option<f32>,
        /// What is most likely wrong.
        cause: Option<SoundCause>,
    },
    /// Nothing comes from this device of the reader: it is to find a new path to the server.
    RestartMedia {
        media_session_id: MediaSessionId,
    },
    Agent {
        agent: AgentStatus,
    },
    Queue {
        queue: QueueStatus,
    },
    Lead {
        lead_id: LeadId,
    },
    Analysis {
        call_id: CallId,
        status: AnalysisStatus,
    },
    Recording {
        receipt: RecordingReceipt,
    },
    /// Leads came into the reader's worklist, or left it.
    Worklist {},
    /// Tasks or callbacks of the reader changed.
    Tasks {},
    /// A task or callback of the reader has come due.
    Reminder {
        reminder: Reminder,
    },
    Settings {},
    Notice {
        notice: Notice,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Notice {
    pub level: NoticeLevel,
    /// Text key of the UI, such as `missed_offer`, `recording_not_stored`, `unknown_number_called`.
    pub code: String,
    /// One sentence in English for screens that have no text for the code.
    pub text: String,
    pub call_id: Option<CallId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLevel {
    Info,
    Warning,
    Loss,
}

/// Everything live that the reader may see, at one sequence number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct Snapshot {
    pub epoch: String,
    pub seq: u64,
    pub server_time_ms: UnixMillis,
    pub me: AgentStatus,
    pub offer: Option<Offer>,
    pub calls: Vec<LiveCall>,
    pub agents: Vec<AgentStatus>,
    pub queues: Vec<QueueStatus>,
}
