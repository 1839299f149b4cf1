//! Opus in Ogg (RFC 7845 in RFC 3533), one logical stream per file.
//!
//! The writer only appends, so what it wrote stays valid whatever happens next; [`scan`] finds the last whole page of
//! a file that was cut off, and [`OggOpusWriter::resume`] continues behind it as one valid stream.

mod page;
mod read;
mod recover;
mod write;

pub use page::crc;
pub use read::{OggOpusReader, Packet, decode};
pub use recover::{Recovered, scan};
pub use write::OggOpusWriter;

/// RFC 7845 section 4: granule positions count samples at 48 kHz, whatever the input was.
pub const GRANULE_RATE: u32 = 48_000;

#[derive(Debug, thiserror::Error)]
pub enum OggError {
    #[error("the file could not be read or written: {0}")]
    Io(#[from] std::io::Error),
    #[error("this is not an Ogg-Opus file: {0}")]
    NotOpus(&'static str),
    #[error("a packet of {0} bytes does not fit into one page")]
    PacketTooLong(usize),
    #[error(transparent)]
    Codec(#[from] crate::codec::CodecError),
}

/// The identification header (RFC 7845 section 5.1), mapping family 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpusHead {
    /// 1 or 2.
    pub channels: u8,
    /// Samples at 48 kHz that a player drops at the start.
    pub pre_skip: u16,
    /// Rate of the original input in hertz, for information only.
    pub input_rate: u32,
}

impl OpusHead {
    fn encode(self) -> Vec<u8> {
        let mut head = b"OpusHead\x01".to_vec();
        head.push(self.channels);
        head.extend(self.pre_skip.to_le_bytes());
        head.extend(self.input_rate.to_le_bytes());
        head.extend([0, 0, 0]);
        head
    }

    fn decode(packet: &[u8]) -> Result<Self, OggError> {
        let Some([version, channels, skip_low, skip_high, r0, r1, r2, r3, _, _, family, ..]) =
            packet.strip_prefix(b"OpusHead").filter(|rest| rest.len() >= 11)
        else {
            return Err(OggError::NotOpus("it does not start with an OpusHead packet"));
        };
        if version >> 4 != 0 || *family != 0 || !matches!(channels, 1 | 2) {
            return Err(OggError::NotOpus("only version 1 with one or two channels is supported"));
        }
        Ok(Self {
            channels: *channels,
            pre_skip: u16::from_le_bytes([*skip_low, *skip_high]),
            input_rate: u32::from_le_bytes([*r0, *r1, *r2, *r3]),
        })
    }
}

/// The comment header (RFC 7845 section 5.2): `NAME=value` pairs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpusTags {
    pub comments: Vec<(String, String)>,
}

impl OpusTags {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.comments.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn encode(&self) -> Vec<u8> {
        let mut tags = b"OpusTags".to_vec();
        let mut text = |text: &str| {
            tags.extend((text.len() as u32).to_le_bytes());
            tags.extend(text.as_bytes());
        };
        text("switchboard");
        let lines: Vec<String> = self.comments.iter().map(|(name, value)| format!("{name}={value}")).collect();
        tags.extend((lines.len() as u32).to_le_bytes());
        for line in lines {
            tags.extend((line.len() as u32).to_le_bytes());
            tags.extend(line.as_bytes());
        }
        tags
    }

    fn decode(packet: &[u8]) -> Result<Self, OggError> {
        const BROKEN: OggError = OggError::NotOpus("its OpusTags packet is broken");
        fn number(rest: &mut &[u8]) -> Option<usize> {
            let (head, tail) = rest.split_first_chunk::<4>()?;
            *rest = tail;
            usize::try_from(u32::from_le_bytes(*head)).ok()
        }
        fn text(rest: &mut &[u8]) -> Option<String> {
            let length = number(rest)?;
            let (head, tail) = rest.split_at_checked(length)?;
            *rest = tail;
            Some(String::from_utf8_lossy(head).into_owned())
        }
        let mut rest = packet.strip_prefix(b"OpusTags").ok_or(BROKEN)?;
        text(&mut rest).ok_or(BROKEN)?;
        let count = number(&mut rest).ok_or(BROKEN)?;
        let mut comments = Vec::new();
        for _ in 0..count {
            let line = text(&mut rest).ok_or(BROKEN)?;
            if let Some((name, value)) = line.split_once('=') {
                comments.push((name.to_owned(), value.to_owned()));
            }
        }
        Ok(Self { comments })
    }
}
