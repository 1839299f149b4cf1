//! A device's WebRTC connection to the bridge: opened once at sign-in, used for every call.

use domain::ids::MediaSessionId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// SDP offer with one send-receive audio line offering Opus and telephone-event/48000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct OpenMediaSession {
    pub sdp_offer: String,
    /// `true` for the agent's phone, `false` for a browser page that only listens in as a supervisor.
    pub takes_calls: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct MediaSession {
    pub id: MediaSessionId,
    pub sdp_answer: String,
}

/// ICE restart of an open session. A 404 means the server knows it no longer: open a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RenegotiateMediaSession {
    pub sdp_offer: String,
}
