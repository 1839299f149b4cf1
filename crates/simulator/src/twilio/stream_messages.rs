//! The JSON of a media stream, as Twilio writes and reads it.

use base64::{Engine, engine::general_purpose::STANDARD};
use media::g711::Law;
use serde_json::{Value, json};

use crate::Frame;

/// Writes the messages of one stream; every number is text, as in the original.
#[derive(Debug)]
pub struct Writer {
    pub stream_sid: String,
    account_sid: String,
    call_sid: String,
    sequence: u64,
    chunk: u64,
}

impl Writer {
    pub fn new(stream_sid: &str, account_sid: &str, call_sid: &str) -> Self {
        Self {
            stream_sid: stream_sid.to_owned(),
            account_sid: account_sid.to_owned(),
            call_sid: call_sid.to_owned(),
            sequence: 0,
            chunk: 0,
        }
    }

    pub fn connected() -> String {
        json!({"event": "connected", "protocol": "Call", "version": "1.0.0"}).to_string()
    }

    pub fn start(&mut self, parameters: &[(String, String)]) -> String {
        let parameters: serde_json::Map<String, Value> =
            parameters.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
        let start = json!({
            "accountSid": self.account_sid, "streamSid": self.stream_sid, "callSid": self.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        });
        self.message("start", "start", start)
    }

    /// `at_ms`: milliseconds since the stream began.
    pub fn media(&mut self, frame: &Frame, at_ms: u64) -> String {
        let mut bytes = [0; crate::FRAME_SAMPLES];
        Law::Pcmu.encode_into(frame, &mut bytes);
        self.chunk += 1;
        self.sequence += 1;
        // Written by hand because there are fifty a second of it for each call.
        format!(
            "{{\"event\":\"media\",\"sequenceNumber\":\"{}\",\"media\":{{\"track\":\"inbound\",\"chunk\":\"{}\",\
             \"timestamp\":\"{at_ms}\",\"payload\":\"{}\"}},\"streamSid\":\"{}\"}}",
            self.sequence,
            self.chunk,
            STANDARD.encode(bytes),
            self.stream_sid
        )
    }

    pub fn dtmf(&mut self, key: char) -> String {
        // The track's other name is Twilio's own inconsistency.
        self.message("dtmf", "dtmf", json!({"track": "inbound_track", "digit": key.to_string()}))
    }

    pub fn mark(&mut self, name: &str) -> String {
        self.message("mark", "mark", json!({"name": name}))
    }

    pub fn stop(&mut self) -> String {
        self.message("stop", "stop", json!({"accountSid": self.account_sid, "callSid": self.call_sid}))
    }

    fn message(&mut self, event: &str, field: &str, value: Value) -> String {
        self.sequence += 1;
        let sequence = self.sequence.to_string();
        let mut message = json!({"event": event, "sequenceNumber": sequence, "streamSid": self.stream_sid});
        message[field] = value;
        message.to_string()
    }
}

/// What the application sent.
#[derive(Debug, PartialEq)]
pub enum Received {
    Sound(Vec<i16>),
    Mark(String),
    Clear,
}

/// Error: Twilio's code and a sentence for the debugger. <https://www.twilio.com/docs/api/errors/31951>
pub fn read(text: &str, stream_sid: &str) -> Result<Received, (u32, String)> {
    let message: Value =
        serde_json::from_str(text).map_err(|error| (31951, format!("the message is not JSON: {error}")))?;
    if message["streamSid"].as_str() != Some(stream_sid) {
        return Err((31951, "the message names another stream, or none".to_owned()));
    }
    match message["event"].as_str() {
        Some("media") => {
            let payload = message["media"]["payload"].as_str().unwrap_or_default();
            let bytes = STANDARD.decode(payload).map_err(|_| (31951, "the audio is not base64".to_owned()))?;
            Ok(Received::Sound(bytes.iter().map(|byte| Law::Pcmu.decode(*byte)).collect()))
        }
        Some("mark") => match message["mark"]["name"].as_str() {
            Some(name) => Ok(Received::Mark(name.to_owned())),
            None => Err((31951, "the mark has no name".to_owned())),
        },
        Some("clear") => Ok(Received::Clear),
        other => Err((31951, format!("the event {other:?} is not known"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_is_160_bytes_in_216_characters_with_numbers_as_text() {
        let mut writer = Writer::new("MZ1", "AC1", "CA1");
        writer.start(&[]);
        let message: Value = serde_json::from_str(&writer.media(&crate::SILENCE, 20)).unwrap();
        assert_eq!(message["media"]["payload"].as_str().map(str::len), Some(216));
        assert_eq!(message["sequenceNumber"], "2");
        assert_eq!((&message["media"]["chunk"], &message["media"]["timestamp"]), (&json!("1"), &json!("20")));
        assert_eq!(message["streamSid"], "MZ1");
    }

    #[test]
    fn messages_of_the_application_read_and_wrong_ones_are_named() {
        let sound = read(r#"{"event":"media","streamSid":"MZ1","media":{"payload":"/38="}}"#, "MZ1");
        assert_eq!(sound, Ok(Received::Sound(vec![0, 0])));
        assert_eq!(read(r#"{"event":"clear","streamSid":"MZ1"}"#, "MZ1"), Ok(Received::Clear));
        for bad in [
            "{",
            r#"{"event":"clear"}"#,
            r#"{"event":"clear","streamSid":"MZ2"}"#,
            r#"{"event":"media","streamSid":"MZ1","media":{"payload":"$"}}"#,
            r#"{"event":"mark","streamSid":"MZ1","mark":{}}"#,
            r#"{"event":"dance","streamSid":"MZ1"}"#,
        ] {
            assert!(matches!(read(bad, "MZ1"), Err((31951, _))), "{bad}");
        }
    }
}
