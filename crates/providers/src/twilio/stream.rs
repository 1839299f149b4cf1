//! Messages of a media stream, both directions.
//!
//! Text frames of JSON; numbers usually come as strings. Audio is mu-law, 8 kHz, mono, base64 without a header.
//! Source: <https://www.twilio.com/docs/voice/media-streams/websocket-messages>.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer};

/// Twilio's own frames have about 400 bytes.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// A message from Twilio.
#[derive(Debug, Clone, PartialEq)]
pub enum FromTwilio {
    Connected,
    Start(Start),
    Media(Media),
    Dtmf {
        digit: char,
    },
    /// All audio that was sent before the mark was played, or was dropped by a clear.
    Mark {
        name: String,
    },
    Stop,
    /// An event that was not documented when this was written.
    Other {
        event: String,
    },
}

/// First message that says which call this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    pub stream_sid: String,
    pub call_sid: String,
    pub account_sid: String,
    pub tracks: Vec<String>,
    /// The `<Parameter>`s of the TwiML.
    pub parameters: BTreeMap<String, String>,
}

/// Some milliseconds of audio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub track: Track,
    /// Counts from 1 in each track.
    pub chunk: u64,
    /// Milliseconds since the stream began.
    pub timestamp_ms: u64,
    /// Mu-law bytes, usually 160 (20 ms).
    pub payload: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Track {
    Inbound,
    Outbound,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreamMessageError {
    #[error("the message has {bytes} bytes; at most {MAX_MESSAGE_BYTES} are read")]
    TooLarge { bytes: usize },
    #[error("the message is not the JSON of a media stream: {reason}")]
    Malformed { reason: String },
    #[error("the message of event {event} has no {field}")]
    Missing { event: &'static str, field: &'static str },
    #[error("the audio of a media message is not base64")]
    BadAudio,
    /// Only `audio/x-mulaw`, 8000 Hz, one channel is defined.
    #[error("the stream has the audio format {format}, not mu-law at 8000 Hz in one channel")]
    UnknownFormat { format: String },
}

impl FromTwilio {
    pub fn parse(text: &str) -> Result<Self, StreamMessageError> {
        if text.len() > MAX_MESSAGE_BYTES {
            return Err(StreamMessageError::TooLarge { bytes: text.len() });
        }
        let raw: Raw<'_> =
            serde_json::from_str(text).map_err(|error| StreamMessageError::Malformed { reason: error.to_string() })?;
        match raw.event.as_ref() {
            "connected" => Ok(Self::Connected),
            "start" => start(raw.start, raw.stream_sid).map(Self::Start),
            "media" => media(raw.media).map(Self::Media),
            "dtmf" => {
                let digit = raw.dtmf.and_then(|dtmf| dtmf.digit.chars().next());
                Ok(Self::Dtmf { digit: required(digit, "dtmf", "digit")? })
            }
            "mark" => {
                let name = raw.mark.map(|mark| mark.name.into_owned());
                Ok(Self::Mark { name: required(name, "mark", "name")? })
            }
            "stop" => Ok(Self::Stop),
            other => Ok(Self::Other { event: other.to_owned() }),
        }
    }
}

fn start(raw: Option<RawStart<'_>>, stream_sid: Option<Cow<'_, str>>) -> Result<Start, StreamMessageError> {
    let raw = required(raw, "start", "start")?;
    if let Some(format) = &raw.media_format {
        let known = format.encoding == "audio/x-mulaw" && format.sample_rate == 8000 && format.channels == 1;
        if !known {
            let format = format!("{} {} Hz {}ch", format.encoding, format.sample_rate, format.channels);
            return Err(StreamMessageError::UnknownFormat { format });
        }
    }
    Ok(Start {
        stream_sid: required(raw.stream_sid.or(stream_sid), "start", "streamSid")?.into_owned(),
        call_sid: required(raw.call_sid, "start", "callSid")?.into_owned(),
        account_sid: raw.account_sid.unwrap_or_default().into_owned(),
        tracks: raw.tracks,
        parameters: raw.custom_parameters.unwrap_or_default(),
    })
}

fn media(raw: Option<RawMedia<'_>>) -> Result<Media, StreamMessageError> {
    let raw = required(raw, "media", "media")?;
    Ok(Media {
        track: if raw.track.as_deref() == Some("outbound") { Track::Outbound } else { Track::Inbound },
        chunk: raw.chunk,
        timestamp_ms: raw.timestamp,
        payload: STANDARD.decode(raw.payload.as_bytes()).map_err(|_| StreamMessageError::BadAudio)?,
    })
}

fn required<T>(value: Option<T>, event: &'static str, field: &'static str) -> Result<T, StreamMessageError> {
    value.ok_or(StreamMessageError::Missing { event, field })
}

/// Audio to be played after what is already queued. `mulaw` may have any length.
pub fn media_message(stream_sid: &str, mulaw: &[u8]) -> String {
    let mut text = String::with_capacity(stream_sid.len() + mulaw.len().div_ceil(3) * 4 + 64);
    text.push_str(r#"{"event":"media","streamSid":"#);
    push_json_string(&mut text, stream_sid);
    text.push_str(r#","media":{"payload":""#);
    STANDARD.encode_string(mulaw, &mut text);
    text.push_str(r#""}}"#);
    text
}

/// Asks for a [`FromTwilio::Mark`] when everything before it was played.
pub fn mark_message(stream_sid: &str, name: &str) -> String {
    let mut text = String::from(r#"{"event":"mark","streamSid":"#);
    push_json_string(&mut text, stream_sid);
    text.push_str(r#","mark":{"name":"#);
    push_json_string(&mut text, name);
    text.push_str("}}");
    text
}

/// Drops all queued audio; outstanding marks come back at once.
pub fn clear_message(stream_sid: &str) -> String {
    let mut text = String::from(r#"{"event":"clear","streamSid":"#);
    push_json_string(&mut text, stream_sid);
    text.push('}');
    text
}

fn push_json_string(out: &mut String, value: &str) {
    out.push_str(&serde_json::Value::from(value).to_string());
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow, default)]
    stream_sid: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    start: Option<RawStart<'a>>,
    #[serde(borrow, default)]
    media: Option<RawMedia<'a>>,
    #[serde(borrow, default)]
    dtmf: Option<RawDtmf<'a>>,
    #[serde(borrow, default)]
    mark: Option<RawMark<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawStart<'a> {
    #[serde(borrow, default)]
    stream_sid: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    call_sid: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    account_sid: Option<Cow<'a, str>>,
    #[serde(default)]
    tracks: Vec<String>,
    #[serde(default)]
    media_format: Option<RawFormat>,
    #[serde(default)]
    custom_parameters: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawFormat {
    encoding: String,
    #[serde(deserialize_with = "string_or_number")]
    sample_rate: u64,
    #[serde(deserialize_with = "string_or_number")]
    channels: u64,
}

#[derive(Deserialize)]
struct RawMedia<'a> {
    #[serde(borrow, default)]
    track: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "string_or_number")]
    chunk: u64,
    #[serde(default, deserialize_with = "string_or_number")]
    timestamp: u64,
    #[serde(borrow)]
    payload: Cow<'a, str>,
}

#[derive(Deserialize)]
struct RawDtmf<'a> {
    #[serde(borrow)]
    digit: Cow<'a, str>,
}

#[derive(Deserialize)]
struct RawMark<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

fn string_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(number) => Ok(number),
        Either::Text(text) => text.trim().parse().map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
