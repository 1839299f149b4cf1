//! What has to hold for whatever a carrier, or somebody in its name, sends.

use domain::pii::Personal;
use switchboard_providers::twilio::{
    signature::{self, SignedBody},
    stream::FromTwilio,
    webhook::{AmdResult, DialResult, Form, GatherResult, RecordingStatus, StatusCallback, StreamStatus, VoiceRequest},
};

/// A frame of a media stream.
pub fn media_stream(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(FromTwilio::Media(media)) = FromTwilio::parse(text) {
        assert!(media.payload.len() < text.len());
    }
}

/// The body of a webhook. None passes without the key.
pub fn webhook(data: &[u8]) {
    let Ok(form) = Form::parse(data) else { return };
    drop(VoiceRequest::from_form(&form));
    drop(StatusCallback::from_form(&form));
    drop(GatherResult::from_form(&form));
    drop(DialResult::from_form(&form));
    drop(StreamStatus::from_form(&form));
    drop(AmdResult::from_form(&form));
    drop(RecordingStatus::from_form(&form));
    let text = String::from_utf8_lossy(data);
    let key = [Personal::new("the key of the account".to_owned())];
    let passed = signature::verify(&key, &text, SignedBody::Form(&form), Some(&text));
    assert!(passed.is_err() && signature::verify_upgrade(&key, &text, Some(&text)).is_err());
    let url = "https://calls.example/webhooks/twilio/voice?a='b'";
    let signed = signature::sign(&key[0], url, &form);
    assert_eq!(signature::verify(&key, url, SignedBody::Form(&form), Some(&signed)), Ok(()));
}
