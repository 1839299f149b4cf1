//! Session descriptions of audio calls (RFC 8866) and their agreement (RFC 3264): one audio stream, all else declined.
//!
//! Pure: keys and numbers are handed in.

mod agree;
mod read;
mod write;

use std::net::{IpAddr, SocketAddr};

pub use agree::{Agreed, Handshake, accept, answer};
pub use read::parse;
pub use write::offer;

/// What we can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    Pcmu,
    Pcma,
    G722,
    Opus,
}

impl Codec {
    pub const ALL: [Self; 4] = [Self::Opus, Self::G722, Self::Pcma, Self::Pcmu];

    /// As settings name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pcmu => "pcmu",
            Self::Pcma => "pcma",
            Self::G722 => "g722",
            Self::Opus => "opus",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// Units of the RTP clock in a second (RFC 3551 table 4, RFC 7587).
    pub const fn clock(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Pcmu | Self::Pcma | Self::G722 => 8_000,
        }
    }

    /// Static payload type, or the dynamic one that we use for it.
    const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
            Self::Opus => 107,
        }
    }

    const fn encoding(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU/8000",
            Self::Pcma => "PCMA/8000",
            Self::G722 => "G722/8000",
            Self::Opus => "opus/48000/2",
        }
    }
}

/// Who may speak, as one side says it of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    #[default]
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    const fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// Whether sound is sealed with keys from the description (RFC 4568).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Srtp {
    /// In the clear; a sealed offer is taken all the same, because it is the other side's wish.
    #[default]
    Off,
    /// Nothing else.
    Required,
}

/// SHA-256 of a certificate.
pub type Fingerprint = [u8; 32];

/// Who begins a handshake, as one side says it of itself (RFC 4145).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setup {
    Active,
    Passive,
    Either,
}

/// Length of master key and salt of AES-CM-128.
pub const KEY: usize = 30;

/// One `a=crypto` line that we can use.
#[derive(Clone, PartialEq, Eq)]
pub struct Crypto {
    pub tag: u32,
    /// `AES_CM_128_HMAC_SHA1_32` in place of `_80`.
    pub short_tag: bool,
    pub key: [u8; KEY],
}

impl std::fmt::Debug for Crypto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Crypto({}, {})", self.tag, if self.short_tag { "32" } else { "80" })
    }
}

impl Crypto {
    const fn suite(&self) -> &'static str {
        if self.short_tag { "AES_CM_128_HMAC_SHA1_32" } else { "AES_CM_128_HMAC_SHA1_80" }
    }
}

/// Our side of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    pub address: IpAddr,
    pub port: u16,
    /// Best first.
    pub codecs: Vec<Codec>,
    pub srtp: Srtp,
    /// Random, new for each session.
    pub key: [u8; KEY],
    /// Of the certificate that we show in a handshake for keys (RFC 5763); none takes part in no such handshake.
    pub fingerprint: Option<Fingerprint>,
    pub direction: Direction,
    /// Random; the same in all descriptions of a session.
    pub session: u64,
    /// One more in each description that differs from the one before.
    pub version: u64,
}

/// A description as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    pub media: Vec<Media>,
}

impl Description {
    /// Where the first audio stream is taken in, unless that is nowhere.
    pub fn address(&self) -> Option<IpAddr> {
        let audio = self.media.iter().find(|media| media.kind == "audio" && media.port != 0)?;
        audio.address.filter(|address| !address.is_unspecified())
    }
}

/// One `m=` line with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Media {
    /// `audio`, `video`, `image` …
    pub kind: String,
    pub port: u16,
    /// Such as `RTP/AVP`.
    pub protocol: String,
    pub formats: Vec<String>,
    /// None for a name that is no address.
    pub address: Option<IpAddr>,
    pub maps: Vec<Map>,
    pub direction: Direction,
    pub packet_ms: Option<u32>,
    pub reports: Option<(u16, Option<IpAddr>)>,
    pub multiplexed: bool,
    pub cryptos: Vec<Crypto>,
    pub fingerprint: Option<Fingerprint>,
    pub setup: Option<Setup>,
}

/// Payload type and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    pub payload_type: u8,
    /// Lower case.
    pub encoding: String,
    pub clock: u32,
}

/// Why a description cannot be worked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SdpError {
    #[error("the description is no SDP")]
    Malformed,
    #[error("the description is too long")]
    TooLong,
    #[error("no audio is offered")]
    NoAudio,
    #[error("no codec is common to both sides")]
    NoCommonCodec,
    #[error("the address is no address")]
    NoAddress,
    #[error("sealed sound is required and not offered")]
    NotSealed,
}

impl Media {
    /// Where its reports go.
    fn reports_to(&self, remote: SocketAddr) -> SocketAddr {
        match self.reports {
            Some((port, address)) => SocketAddr::new(address.unwrap_or(remote.ip()), port),
            None => SocketAddr::new(remote.ip(), remote.port().saturating_add(1)),
        }
    }
}

#[cfg(test)]
mod tests;
