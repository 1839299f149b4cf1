//! Messages of the Voicebot stream, both directions.
//!
//! 16-bit little-endian PCM at 8 kHz in base64, in pieces of [`LEAST_BYTES`] both ways; one page says mu-law, so the start message decides.
//! Exotel's own pages and samples disagree about the spelling of names: both are read, and both are sent.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const MAX_MESSAGE_BYTES: usize = 256 * 1024;
/// What is sent has to come in multiples of this (20 ms), and in no less than [`LEAST_BYTES`]; other sizes leave gaps.
pub const UNIT_BYTES: usize = 320;
/// The pages call it 100 ms, which it would be at 16 kHz; at 8 kHz it is 200 ms. The number of bytes is what is checked.
pub const LEAST_BYTES: usize = 3_200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// 16 bits, little-endian.
    Pcm,
    MuLaw,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FromExotel {
    Connected,
    Start(Start),
    /// Bytes in the encoding of the start message.
    Media(Vec<u8>),
    Dtmf(char),
    Mark(String),
    /// `callended`: the person has hung up. `stopped`: the flow goes on.
    Stop {
        call_ended: bool,
    },
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    pub stream_sid: String,
    pub call_sid: String,
    pub account_sid: String,
    pub encoding: Encoding,
    pub parameters: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreamMessageError {
    #[error("the message has {bytes} bytes; at most {MAX_MESSAGE_BYTES} are read")]
    TooLarge { bytes: usize },
    #[error("the message is not the JSON of a Voicebot stream")]
    Malformed,
    #[error("the message of event {event} has no {field}")]
    Missing { event: &'static str, field: &'static str },
    #[error("the audio of a media message is not base64")]
    BadAudio,
    /// Set the applet's address up without `sample-rate`.
    #[error("the stream has {rate} Hz; only 8000 Hz is carried")]
    Rate { rate: u64 },
}

fn text<'v>(value: &'v Value, names: &[&str]) -> Option<&'v str> {
    names.iter().find_map(|name| value[*name].as_str())
}

fn number(value: &Value, names: &[&str]) -> Option<u64> {
    names.iter().find_map(|name| match &value[*name] {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    })
}

impl FromExotel {
    /// # Errors
    /// See [`StreamMessageError`].
    pub fn parse(message: &str) -> Result<Self, StreamMessageError> {
        if message.len() > MAX_MESSAGE_BYTES {
            return Err(StreamMessageError::TooLarge { bytes: message.len() });
        }
        let raw: Value = serde_json::from_str(message).map_err(|_| StreamMessageError::Malformed)?;
        let event = raw["event"].as_str().ok_or(StreamMessageError::Malformed)?;
        Ok(match event {
            "connected" => Self::Connected,
            "start" => Self::Start(start(&raw)?),
            "media" => {
                let missing = StreamMessageError::Missing { event: "media", field: "payload" };
                let payload = raw["media"]["payload"].as_str().ok_or(missing)?;
                Self::Media(STANDARD.decode(payload).map_err(|_| StreamMessageError::BadAudio)?)
            }
            "dtmf" => {
                let digit = match &raw["dtmf"]["digit"] {
                    Value::String(text) => text.chars().next(),
                    Value::Number(digit) => digit.to_string().chars().next(),
                    _ => None,
                };
                Self::Dtmf(digit.ok_or(StreamMessageError::Missing { event: "dtmf", field: "digit" })?)
            }
            "mark" => Self::Mark(raw["mark"]["name"].as_str().unwrap_or_default().to_owned()),
            "stop" => Self::Stop { call_ended: raw["stop"]["reason"].as_str() == Some("callended") },
            other => Self::Other(other.to_owned()),
        })
    }
}

fn start(raw: &Value) -> Result<Start, StreamMessageError> {
    let missing = |field| StreamMessageError::Missing { event: "start", field };
    let start = &raw["start"];
    let format = if start["media_format"].is_object() { &start["media_format"] } else { &start["mediaFormat"] };
    if let Some(rate) = number(format, &["sample_rate", "sampleRate"]).filter(|rate| *rate != 8000) {
        return Err(StreamMessageError::Rate { rate });
    }
    let encoding = text(format, &["encoding"]).unwrap_or_default().to_ascii_lowercase();
    let sid = ["stream_sid", "streamSid"];
    let parameters = ["custom_parameters", "customParameters"].iter().find_map(|name| start[*name].as_object());
    let parameters = parameters.into_iter().flatten().filter_map(|(key, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some((key.clone(), value)).filter(|(_, value)| value != "null")
    });
    Ok(Start {
        stream_sid: text(start, &sid).or(text(raw, &sid)).ok_or(missing("stream_sid"))?.to_owned(),
        call_sid: text(start, &["call_sid", "callSid"]).ok_or(missing("call_sid"))?.to_owned(),
        account_sid: text(start, &["account_sid", "accountSid"]).unwrap_or_default().to_owned(),
        encoding: if encoding.contains("mulaw") || encoding.contains("ulaw") { Encoding::MuLaw } else { Encoding::Pcm },
        parameters: parameters.collect(),
    })
}

/// Writes the messages of one stream.
#[derive(Debug)]
pub struct Writer {
    stream_sid: String,
    chunk: u64,
    sequence: u64,
    sent_ms: u64,
}

impl Writer {
    pub fn new(stream_sid: String) -> Self {
        Self { stream_sid, chunk: 0, sequence: 0, sent_ms: 0 }
    }

    /// `bytes`: a multiple of [`UNIT_BYTES`] of PCM, of `ms` milliseconds.
    pub fn media(&mut self, bytes: &[u8], ms: u64) -> String {
        self.chunk += 1;
        self.sequence += 1;
        let (sid, chunk, sequence, at) = (&self.stream_sid, self.chunk, self.sequence, self.sent_ms);
        self.sent_ms += ms;
        json!({ "event": "media", "stream_sid": sid, "streamSid": sid, "sequence_number": sequence.to_string(),
            "media": { "payload": STANDARD.encode(bytes), "chunk": chunk.to_string(), "timestamp": at.to_string(),
                "sequenceNumber": sequence.to_string() } })
        .to_string()
    }

    pub fn clear(&mut self) -> String {
        json!({ "event": "clear", "stream_sid": self.stream_sid, "streamSid": self.stream_sid }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = r#"{"event":"start","sequence_number":"1","stream_sid":"a1b2c3","start":{"stream_sid":"a1b2c3","call_sid":"c5797dcb",
"account_sid":"acme1","from":"09123456789","to":"08047112233","custom_parameters":{"call":"7f3a","n":3},
"media_format":{"encoding":"base64","sample_rate":"8000","bit_rate":"128kbps"}}}"#;

    #[test]
    fn a_start_in_either_spelling_is_the_same() {
        let camel = START
            .replace("stream_sid", "streamSid")
            .replace("call_sid", "callSid")
            .replace("account_sid", "accountSid")
            .replace("custom_parameters", "customParameters")
            .replace("media_format", "mediaFormat")
            .replace("\"8000\"", "8000");
        let (snake, camel) = (FromExotel::parse(START).unwrap(), FromExotel::parse(&camel).unwrap());
        assert_eq!(snake, camel);
        let FromExotel::Start(start) = snake else { panic!("{snake:?}") };
        assert_eq!((start.call_sid.as_str(), start.encoding), ("c5797dcb", Encoding::Pcm));
        assert_eq!(start.parameters["call"], "7f3a");
        assert_eq!(start.parameters["n"], "3");
    }

    #[test]
    fn the_encoding_is_what_the_start_says_and_other_rates_are_refused() {
        let mulaw = START.replace("base64", "audio/x-mulaw");
        assert!(matches!(FromExotel::parse(&mulaw), Ok(FromExotel::Start(Start { encoding: Encoding::MuLaw, .. }))));
        assert_eq!(FromExotel::parse(&START.replace("8000", "16000")), Err(StreamMessageError::Rate { rate: 16000 }));
    }

    #[test]
    fn a_stop_says_whether_the_person_has_hung_up() {
        let stop = |reason: &str| FromExotel::parse(&format!(r#"{{"event":"stop","stop":{{"reason":"{reason}"}}}}"#));
        assert_eq!(stop("callended"), Ok(FromExotel::Stop { call_ended: true }));
        assert_eq!(stop("stopped"), Ok(FromExotel::Stop { call_ended: false }));
    }

    #[test]
    fn keys_and_audio_read_and_nonsense_is_named() {
        let digit = r#"{"event":"dtmf","stream_sid":"a","dtmf":{"duration":"120","digit":"1"}}"#;
        assert_eq!(FromExotel::parse(digit), Ok(FromExotel::Dtmf('1')));
        let media = r#"{"event":"media","media":{"chunk":2,"timestamp":"100","payload":"AAD//w=="}}"#;
        assert_eq!(FromExotel::parse(media), Ok(FromExotel::Media(vec![0, 0, 255, 255])));
        assert_eq!(
            FromExotel::parse(r#"{"event":"media","media":{"payload":"$"}}"#),
            Err(StreamMessageError::BadAudio)
        );
        assert_eq!(FromExotel::parse("{}"), Err(StreamMessageError::Malformed));
        assert_eq!(FromExotel::parse(r#"{"event":"dance"}"#), Ok(FromExotel::Other("dance".into())));
        let missing = StreamMessageError::Missing { event: "start", field: "stream_sid" };
        assert_eq!(FromExotel::parse(r#"{"event":"start","start":{"call_sid":"c"}}"#), Err(missing));
    }

    #[test]
    fn what_is_sent_has_both_spellings_and_every_number_that_some_streams_want() {
        let mut writer = Writer::new("a1".into());
        writer.media(&[0; 1600], 100);
        let message: Value = serde_json::from_str(&writer.media(&[0; 1600], 100)).unwrap();
        assert_eq!((&message["stream_sid"], &message["streamSid"]), (&json!("a1"), &json!("a1")));
        assert_eq!(message["media"]["chunk"], "2");
        assert_eq!((&message["media"]["timestamp"], &message["media"]["sequenceNumber"]), (&json!("100"), &json!("2")));
        assert_eq!(LEAST_BYTES % UNIT_BYTES, 0);
    }
}
