//! A device's WebRTC connection to the bridge: opened once at sign-in, used for every call.

use domain::{ids::MediaSessionId, time::UnixMillis};
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

/// What came to the media sockets and to the UDP port since the server started and was dropped, because it was no message,
/// no packet, or from nobody known. Some is normal: every open port is probed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct DroppedMedia {
    pub since_ms: UnixMillis,
    /// Messages on the carrier's media sockets.
    pub socket_messages: u64,
    /// Datagrams that are neither STUN, DTLS, RTP nor RTCP.
    pub malformed_datagrams: u64,
    /// Datagrams from an address that no device has proved to own.
    pub unknown_datagrams: u64,
    /// Datagrams of a known device that its connection refused.
    pub refused_datagrams: u64,
    /// Packets of a known device whose sound is not what their type says.
    pub bad_payloads: u64,
    /// Bytes that a carrier brought faster than they could be played.
    pub overrun_bytes: u64,
}
