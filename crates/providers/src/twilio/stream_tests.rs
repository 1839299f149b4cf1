use super::*;

#[test]
fn the_documented_messages_read() {
    let connected = r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#;
    assert_eq!(FromTwilio::parse(connected), Ok(FromTwilio::Connected));
    let start = r#"{"event":"start","sequenceNumber":"1","streamSid":"MZ00","start":{"accountSid":"AC11","streamSid":"MZ00","callSid":"CA0a","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"callId":"7f3a"}}}"#;
    let FromTwilio::Start(start) = FromTwilio::parse(start).unwrap() else { panic!("not a start") };
    assert_eq!((start.call_sid.as_str(), start.stream_sid.as_str()), ("CA0a", "MZ00"));
    assert_eq!(start.parameters["callId"], "7f3a");
    let media = r#"{"event":"media","sequenceNumber":"3","streamSid":"MZ00","media":{"track":"inbound","chunk":"1","timestamp":"5","payload":"//////8="}}"#;
    assert_eq!(
        FromTwilio::parse(media),
        Ok(FromTwilio::Media(Media { track: Track::Inbound, chunk: 1, timestamp_ms: 5, payload: vec![0xff; 5] }))
    );
    let dtmf =
        r#"{"event":"dtmf","sequenceNumber":"9","streamSid":"MZ00","dtmf":{"track":"inbound_track","digit":"1"}}"#;
    assert_eq!(FromTwilio::parse(dtmf), Ok(FromTwilio::Dtmf { digit: '1' }));
    let mark = r#"{"event":"mark","sequenceNumber":"12","streamSid":"MZ00","mark":{"name":"greeting-end"}}"#;
    assert_eq!(FromTwilio::parse(mark), Ok(FromTwilio::Mark { name: "greeting-end".into() }));
    let stop =
        r#"{"event":"stop","sequenceNumber":"99","streamSid":"MZ00","stop":{"accountSid":"AC11","callSid":"CA0a"}}"#;
    assert_eq!(FromTwilio::parse(stop), Ok(FromTwilio::Stop));
}

#[test]
fn numbers_may_be_numbers_and_unknown_events_are_kept() {
    let media = r#"{"event":"media","new":{"x":1},"media":{"chunk":7,"timestamp":140,"payload":"fw=="}}"#;
    assert_eq!(
        FromTwilio::parse(media),
        Ok(FromTwilio::Media(Media { track: Track::Inbound, chunk: 7, timestamp_ms: 140, payload: vec![0x7f] }))
    );
    assert_eq!(FromTwilio::parse(r#"{"event":"video"}"#), Ok(FromTwilio::Other { event: "video".into() }));
}

#[test]
fn garbage_gets_a_typed_error() {
    assert!(matches!(FromTwilio::parse("\u{0}{"), Err(StreamMessageError::Malformed { .. })));
    assert!(matches!(FromTwilio::parse("[]"), Err(StreamMessageError::Malformed { .. })));
    assert_eq!(FromTwilio::parse(r#"{"event":"media","media":{"payload":"$$$"}}"#), Err(StreamMessageError::BadAudio));
    assert_eq!(
        FromTwilio::parse(r#"{"event":"start"}"#),
        Err(StreamMessageError::Missing { event: "start", field: "start" })
    );
    let long = format!(r#"{{"event":"mark","mark":{{"name":"{}"}}}}"#, "x".repeat(70_000));
    assert!(matches!(FromTwilio::parse(&long), Err(StreamMessageError::TooLarge { .. })));
    let wideband = r#"{"event":"start","streamSid":"MZ0","start":{"callSid":"CA0","mediaFormat":{"encoding":"audio/L16","sampleRate":"16000","channels":1}}}"#;
    assert!(matches!(FromTwilio::parse(wideband), Err(StreamMessageError::UnknownFormat { .. })));
}

#[test]
fn messages_to_twilio_are_the_documented_json() {
    assert_eq!(
        media_message("MZ00", &[0xff; 5]),
        r#"{"event":"media","streamSid":"MZ00","media":{"payload":"//////8="}}"#
    );
    assert_eq!(mark_message("MZ00", "a\"b"), r#"{"event":"mark","streamSid":"MZ00","mark":{"name":"a\"b"}}"#);
    assert_eq!(clear_message("MZ00"), r#"{"event":"clear","streamSid":"MZ00"}"#);
}

#[test]
fn a_twenty_millisecond_frame_has_216_base64_characters() {
    let text = media_message("MZ00", &[0x7f; 160]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["media"]["payload"].as_str().map(str::len), Some(216));
}
