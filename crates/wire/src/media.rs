//! A device's WebRTC connection to the bridge: opened once at sign-in, used for every call.

use domain::{ids::MediaSessionId, pii::Personal, time::UnixMillis};
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

/// Servers that pass UDP on for devices that cannot reach the bridge directly (TURN, RFC 8656). Empty: none is set up.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RelayServers {
    pub servers: Vec<RelayServer>,
    /// Nothing but these is to be used.
    pub only: bool,
    /// How long the credentials work; absent: until the server's configuration changes.
    pub expires_in_s: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct RelayServer {
    /// Such as `turn:relay.example.org:3478?transport=udp` (RFC 7065).
    pub urls: Vec<String>,
    pub username: String,
    #[ts(as = "String")]
    #[schema(value_type = String)]
    pub credential: Personal<String>,
}

/// First message on `/media/sound`, as text. The server answers with a [`SoundWelcome`] as text; from then on each binary
/// message is a frame of sound.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
pub struct SoundHello {
    #[ts(as = "String")]
    #[schema(value_type = String)]
    pub access_token: Personal<String>,
    /// The session whose sound this carries; it was opened with `POST /media/sessions`.
    pub media_session_id: MediaSessionId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct SoundWelcome {
    /// Longest frame that the server takes, in bytes.
    pub max_frame: u32,
}

/// Codes that `/media/sound` is closed with. The token is not valid.
pub const SOUND_NOT_SIGNED_IN: u16 = 4001;
/// No hello came, or too much that is no frame.
pub const SOUND_BAD_MESSAGE: u16 = 4002;
/// The server has no such session of this person: open one.
pub const SOUND_NO_SESSION: u16 = 4004;
/// The session's sound has gone another way.
pub const SOUND_MOVED: u16 = 4009;

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
    /// Messages on devices' sound sockets that are no frames, were there before, or came too fast.
    pub socket_frames: u64,
    /// Frames that devices' sound sockets were too slow for.
    pub late_frames: u64,
    /// RTP packets of a known device that are repeated, forged, or of a stream or kind that was not agreed on.
    pub ignored_packets: u64,
    /// Bytes that a carrier brought faster than they could be played.
    pub overrun_bytes: u64,
}
