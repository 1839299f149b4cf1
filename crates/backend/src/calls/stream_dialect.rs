//! How each carrier speaks on its media socket, as one. The bridge's sound of a carrier is mu-law at 8 kHz, as the line's is.

use std::collections::BTreeMap;

use bridge::FRAME_BYTES;
use media::g711::Law;
use providers::{
    exotel::stream::{Encoding, FromExotel, LEAST_BYTES, Writer},
    twilio::stream::{self as twilio, FromTwilio},
};

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    Start(Start),
    /// Mu-law.
    Sound(Vec<u8>),
    Key(char),
    /// The stream ends; with it the telephone call, when the carrier says so.
    Stop {
        call_ended: bool,
    },
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Start {
    pub call_sid: String,
    pub parameters: BTreeMap<String, String>,
}

/// One socket's way of speaking.
#[derive(Debug)]
pub(crate) enum Dialect {
    Twilio { stream_sid: String },
    Exotel { writer: Option<Writer>, encoding: Encoding, waiting: Vec<u8> },
}

impl Dialect {
    pub(crate) const fn twilio() -> Self {
        Self::Twilio { stream_sid: String::new() }
    }

    pub(crate) const fn exotel() -> Self {
        Self::Exotel { writer: None, encoding: Encoding::Pcm, waiting: Vec::new() }
    }

    /// # Errors
    /// Why the message is none, in words.
    pub(crate) fn read(&mut self, text: &str) -> Result<Heard, String> {
        match self {
            Self::Twilio { stream_sid } => {
                Ok(match FromTwilio::parse(text).map_err(|error| error.to_string())? {
                    FromTwilio::Start(start) => {
                        *stream_sid = start.stream_sid;
                        Heard::Start(Start { call_sid: start.call_sid, parameters: start.parameters })
                    }
                    FromTwilio::Media(media) => Heard::Sound(media.payload),
                    FromTwilio::Dtmf { digit } => Heard::Key(digit),
                    // Twilio reports the end of the call by itself.
                    FromTwilio::Stop => Heard::Stop { call_ended: false },
                    FromTwilio::Connected | FromTwilio::Mark { .. } | FromTwilio::Other { .. } => Heard::Nothing,
                })
            }
            Self::Exotel { writer, encoding, .. } => {
                Ok(match FromExotel::parse(text).map_err(|error| error.to_string())? {
                    FromExotel::Start(start) => {
                        *writer = Some(Writer::new(start.stream_sid));
                        *encoding = start.encoding;
                        Heard::Start(Start { call_sid: start.call_sid, parameters: start.parameters })
                    }
                    FromExotel::Media(bytes) => Heard::Sound(match encoding {
                        Encoding::MuLaw => bytes,
                        Encoding::Pcm => bytes.chunks_exact(2).map(to_law).collect(),
                    }),
                    FromExotel::Dtmf(digit) => Heard::Key(digit),
                    FromExotel::Stop { call_ended } => Heard::Stop { call_ended },
                    FromExotel::Connected | FromExotel::Mark(_) | FromExotel::Other(_) => Heard::Nothing,
                })
            }
        }
    }

    /// The message for 20 ms, or for these and those that waited; none while too little is there to be sent.
    pub(crate) fn frame(&mut self, mulaw: &[u8; FRAME_BYTES]) -> Option<String> {
        match self {
            Self::Twilio { stream_sid } => Some(twilio::media_message(stream_sid, mulaw)),
            Self::Exotel { writer, encoding, waiting } => {
                match encoding {
                    Encoding::MuLaw => waiting.extend(mulaw),
                    Encoding::Pcm => {
                        waiting.extend(mulaw.iter().flat_map(|byte| Law::Pcmu.decode(*byte).to_le_bytes()))
                    }
                }
                let bytes_a_ms = if *encoding == Encoding::Pcm { 16 } else { 8 };
                let message = writer.as_mut().filter(|_| waiting.len() >= LEAST_BYTES)?;
                let ms = (waiting.len() / bytes_a_ms) as u64;
                Some(message.media(&std::mem::take(waiting), ms))
            }
        }
    }

    /// Everything that was sent and not played is to be forgotten.
    pub(crate) fn clear(&mut self) -> Option<String> {
        match self {
            Self::Twilio { stream_sid } => Some(twilio::clear_message(stream_sid)),
            Self::Exotel { writer, waiting, .. } => {
                waiting.clear();
                writer.as_mut().map(Writer::clear)
            }
        }
    }
}

fn to_law(sample: &[u8]) -> u8 {
    Law::Pcmu.encode(i16::from_le_bytes([sample[0], sample[1]]))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    fn exotel(encoding: &str) -> Dialect {
        let mut dialect = Dialect::exotel();
        let start = format!(
            r#"{{"event":"start","start":{{"stream_sid":"s","call_sid":"c","media_format":{{"encoding":"{encoding}","sample_rate":"8000"}}}}}}"#
        );
        assert!(matches!(dialect.read(&start), Ok(Heard::Start(_))));
        dialect
    }

    fn payload(message: &str) -> Vec<u8> {
        let message: serde_json::Value = serde_json::from_str(message).unwrap();
        STANDARD.decode(message["media"]["payload"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn sound_for_exotel_is_kept_until_a_piece_is_large_enough() {
        let mut dialect = exotel("base64");
        let sent: Vec<_> = (0..20).filter_map(|_| dialect.frame(&[0xff; FRAME_BYTES])).collect();
        assert_eq!(sent.len(), 2, "ten frames of 20 ms are 3200 bytes");
        assert!(sent.iter().all(|message| payload(message) == vec![0; LEAST_BYTES]));
        let mut mulaw = exotel("mulaw");
        let sent: Vec<_> = (0..20).filter_map(|_| mulaw.frame(&[0xff; FRAME_BYTES])).collect();
        assert_eq!(sent.len(), 1);
    }

    #[test]
    fn a_clear_forgets_what_was_kept() {
        let mut dialect = exotel("base64");
        for _ in 0..9 {
            assert_eq!(dialect.frame(&[0; FRAME_BYTES]), None);
        }
        assert!(dialect.clear().is_some_and(|message| message.contains("clear")));
        assert_eq!(dialect.frame(&[0; FRAME_BYTES]), None);
    }

    #[test]
    fn exotel_s_samples_are_the_line_s() {
        let mut dialect = exotel("base64");
        let pcm: Vec<u8> = [0_i16, 8031, -100].into_iter().flat_map(i16::to_le_bytes).collect();
        let media = format!(r#"{{"event":"media","media":{{"payload":"{}"}}}}"#, STANDARD.encode(&pcm));
        assert_eq!(dialect.read(&media), Ok(Heard::Sound(vec![0xff, 0xa0, 0x72])));
        let odd = format!(r#"{{"event":"media","media":{{"payload":"{}"}}}}"#, STANDARD.encode([1, 2, 3]));
        assert!(matches!(dialect.read(&odd), Ok(Heard::Sound(bytes)) if bytes.len() == 1));
        assert_eq!(
            dialect.read(r#"{"event":"stop","stop":{"reason":"callended"}}"#),
            Ok(Heard::Stop { call_ended: true })
        );
        assert!(dialect.read("nonsense").is_err());
    }
}
