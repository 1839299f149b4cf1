//! Webhooks: a lenient form, and the typed events read from it.
//!
//! A field that is not known never fails a request, an enum value that is not known becomes `Other`, and numbers that
//! do not read as numbers are absent. Only the ids without which an event belongs to no call are required.

mod form;
mod status;

use domain::{pii::Personal, time::UnixMillis};

pub use form::{Form, WebhookError};
pub use status::{AnsweredBy, CallStatus, ConferenceEvent, DialStatus, Direction, RecordingState, StreamEvent};

/// A request for instructions: an inbound call, the `Url` of an outbound call, or any `action`.
#[derive(Debug, Clone, PartialEq)]
pub struct VoiceRequest {
    pub call_sid: String,
    pub account_sid: String,
    /// E.164, `client:…`, `sip:…`, or any text that stands for a withheld number.
    pub from: Personal<String>,
    pub to: Personal<String>,
    pub status: CallStatus,
    pub direction: Direction,
    pub forwarded_from: Option<Personal<String>>,
    pub caller_name: Option<Personal<String>>,
    pub parent_call_sid: Option<String>,
    /// STIR/SHAKEN attestation as Twilio words it, such as `TN-Validation-Passed-A`.
    pub stir_verstat: Option<String>,
    /// Set when answering-machine detection ran before the document was asked for.
    pub answered_by: Option<AnsweredBy>,
    /// Code of the error for which this is the fallback URL, such as 11200.
    pub error_code: Option<u32>,
}

impl VoiceRequest {
    pub fn from_form(form: &Form) -> Result<Self, WebhookError> {
        Ok(Self {
            call_sid: form.sid("CallSid")?,
            account_sid: form.sid("AccountSid")?,
            from: Personal::new(form.text("From").unwrap_or_default().to_owned()),
            to: Personal::new(form.text("To").unwrap_or_default().to_owned()),
            status: CallStatus::parse(form.text("CallStatus").unwrap_or_default()),
            direction: Direction::parse(form.text("Direction").unwrap_or_default()),
            forwarded_from: form.personal("ForwardedFrom"),
            caller_name: form.personal("CallerName"),
            parent_call_sid: form.owned("ParentCallSid"),
            stir_verstat: form.owned("StirVerstat"),
            answered_by: form.text("AnsweredBy").map(AnsweredBy::parse),
            error_code: form.number("ErrorCode"),
        })
    }
}

/// Progress of a call. Deliveries are doubled, late and out of order: compare `sequence`, and never leave a terminal
/// status.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusCallback {
    pub call_sid: String,
    pub account_sid: String,
    pub parent_call_sid: Option<String>,
    pub status: CallStatus,
    /// Counts from 0 in the order in which Twilio made the events.
    pub sequence: Option<u32>,
    pub at: Option<UnixMillis>,
    /// Whole seconds; only on `completed`.
    pub duration_s: Option<u32>,
    pub sip_response_code: Option<u16>,
    pub answered_by: Option<AnsweredBy>,
    pub recording_sid: Option<String>,
}

impl StatusCallback {
    pub fn from_form(form: &Form) -> Result<Self, WebhookError> {
        let status = form.text("CallStatus").ok_or(WebhookError::Missing { field: "CallStatus" })?;
        Ok(Self {
            call_sid: form.sid("CallSid")?,
            account_sid: form.sid("AccountSid")?,
            parent_call_sid: form.owned("ParentCallSid"),
            status: CallStatus::parse(status),
            sequence: form.number("SequenceNumber"),
            at: form.rfc2822("Timestamp"),
            duration_s: form.number("CallDuration"),
            sip_response_code: form.number("SipResponseCode"),
            answered_by: form.text("AnsweredBy").map(AnsweredBy::parse),
            recording_sid: form.owned("RecordingSid"),
        })
    }
}

/// What the caller entered or said in a `<Gather>`.
#[derive(Debug, Clone, PartialEq)]
pub struct GatherResult {
    pub call_sid: String,
    /// Without the finishing key; empty when nothing was entered and an empty result was asked for.
    pub digits: String,
    pub speech: Option<Personal<String>>,
    /// 0 to 1.
    pub confidence: Option<f32>,
    pub finished_on_key: Option<String>,
}

impl GatherResult {
    pub fn from_form(form: &Form) -> Result<Self, WebhookError> {
        Ok(Self {
            call_sid: form.sid("CallSid")?,
            digits: form.text("Digits").unwrap_or_default().to_owned(),
            speech: form.personal("SpeechResult"),
            confidence: form.number("Confidence").filter(|value: &f32| value.is_finite()),
            finished_on_key: form.owned("FinishedOnKey"),
        })
    }
}

/// End of a `<Dial>`.
#[derive(Debug, Clone, PartialEq)]
pub struct DialResult {
    pub call_sid: String,
    pub status: DialStatus,
    /// Absent when a conference or queue was dialled.
    pub child_call_sid: Option<String>,
    pub duration_s: Option<u32>,
    pub bridged: Option<bool>,
}

impl DialResult {
    pub fn from_form(form: &Form) -> Result<Self, WebhookError> {
        let status = form.text("DialCallStatus").ok_or(WebhookError::Missing { field: "DialCallStatus" })?;
        Ok(Self {
            call_sid: form.sid("CallSid")?,
            status: DialStatus::parse(status),
            child_call_sid: form.owned("DialCallSid"),
            duration_s: form.number("DialCallDuration"),
            bridged: form.flag("DialBridged"),
        })
    }
}

/// A media stream started, stopped or failed.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamStatus {
    pub call_sid: String,
    pub stream_sid: String,
    pub name: Option<String>,
    pub event: StreamEvent,
    pub error: Option<String>,
}

impl StreamStatus {
    pub fn from_form(form: &Form) -> Result<Self, WebhookError> {
        let event = form.text("StreamEvent").ok_or(WebhookError::Missing { field: "StreamEvent" })?;
        Ok(Self {
            call_sid: form.sid("CallSid")?,
            stream_sid: form.sid("StreamSid")?,
            name: form.owned("StreamName"),
            event: StreamEvent::parse(event),
            error: form.owned("StreamError"),
        })
    }
}

/// Verdict of answering-machine detection that ran beside the call.
#[derive(Debug, Clone, PartialEq)]
pub struct AmdResult {
    pub call_sid: String,
    pub account_sid: String,
    pub answered_by: AnsweredBy,
    pub detection_ms: Option<u32>,
}

impl AmdResult {
    pub fn from_form(form: &Form) -> Result<Self, WebhookError> {
        let answered_by = form.text("AnsweredBy").ok_or(WebhookError::Missing { field: "AnsweredBy" })?;
        Ok(Self {
            call_sid: form.sid("CallSid")?,
            account_sid: form.sid("AccountSid")?,
            answered_by: AnsweredBy::parse(answered_by),
            detection_ms: form.number("MachineDetectionDuration"),
        })
    }
}

/// Progress of a recording that Twilio makes.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingStatus {
    pub account_sid: String,
    /// Conference recordings may carry only `conference_sid`.
    pub call_sid: Option<String>,
    pub conference_sid: Option<String>,
    pub recording_sid: String,
    pub url: Option<String>,
    pub state: RecordingState,
    pub duration_s: Option<u32>,
    pub channels: Option<u8>,
    pub started_at: Option<UnixMillis>,
    pub error_code: Option<u32>,
}

impl RecordingStatus {
    pub fn from_form(form: &Form) -> Result<Self, WebhookError> {
        let state = form.text("RecordingStatus").ok_or(WebhookError::Missing { field: "RecordingStatus" })?;
        Ok(Self {
            account_sid: form.sid("AccountSid")?,
            call_sid: form.owned("CallSid"),
            conference_sid: form.owned("ConferenceSid"),
            recording_sid: form.sid("RecordingSid")?,
            url: form.owned("RecordingUrl"),
            state: RecordingState::parse(state),
            duration_s: form.number("RecordingDuration"),
            channels: form.number("RecordingChannels"),
            started_at: form.rfc2822("RecordingStartTime"),
            error_code: form.number("ErrorCode"),
        })
    }
}

/// A text message, by SMS or WhatsApp, has come to a number of the account. <https://www.twilio.com/docs/messaging/guides/webhook-request>
#[derive(Debug, Clone, PartialEq)]
pub struct MessageRequest {
    pub message_sid: String,
    pub account_sid: String,
    /// E.164, or a channel and a number such as `whatsapp:+91…`, or a short code.
    pub from: Personal<String>,
    pub to: Personal<String>,
    /// Empty when there are pictures only.
    pub text: Personal<String>,
}

impl MessageRequest {
    pub fn from_form(form: &Form) -> Result<Self, WebhookError> {
        let personal = |field: &str| Personal::new(form.text(field).unwrap_or_default().to_owned());
        Ok(Self {
            message_sid: form.sid("MessageSid")?,
            account_sid: form.sid("AccountSid")?,
            from: personal("From"),
            to: personal("To"),
            text: personal("Body"),
        })
    }
}

/// Something happened in a conference. Deliveries are doubled, late and out of order.
#[derive(Debug, Clone, PartialEq)]
pub struct ConferenceReport {
    pub account_sid: String,
    pub conference_sid: String,
    pub event: ConferenceEvent,
    /// Of the participant whom it is about.
    pub call_sid: Option<String>,
    /// Our own name for that participant.
    pub label: Option<String>,
    /// Counts in the order in which Twilio made the events.
    pub sequence: Option<u32>,
    /// Why a participant has left, as Twilio words it, such as `participant_hung_up`.
    pub left_because: Option<String>,
}

impl ConferenceReport {
    pub fn from_form(form: &Form) -> Result<Self, WebhookError> {
        let field = "StatusCallbackEvent";
        let event = form.text(field).ok_or(WebhookError::Missing { field })?;
        Ok(Self {
            account_sid: form.sid("AccountSid")?,
            conference_sid: form.sid("ConferenceSid")?,
            event: ConferenceEvent::parse(event),
            call_sid: form.owned("CallSid"),
            label: form.owned("ParticipantLabel"),
            sequence: form.number("SequenceNumber"),
            left_because: form.owned("ReasonParticipantLeft"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INBOUND: &[u8] = b"CallSid=CA0a1b2c3d4e5f60718293a4b5c6d7e8f9&AccountSid=AC11112222333344445555666677778888\
&From=%2B14155550100&To=%2B14155550199&CallStatus=ringing&ApiVersion=2010-04-01&Direction=inbound&FromCity=SAN+FRANCISCO\
&FromZip=&StirVerstat=TN-Validation-Passed-A&CallToken=%7B%22x%22%3A1%7D&SomethingNew=yes";

    fn parse(body: &[u8]) -> Form {
        Form::parse(body).unwrap()
    }

    #[test]
    fn an_inbound_request_reads_with_fields_nobody_knows() {
        let request = VoiceRequest::from_form(&parse(INBOUND)).unwrap();
        assert_eq!(request.call_sid, "CA0a1b2c3d4e5f60718293a4b5c6d7e8f9");
        assert_eq!(request.from.reveal(), "+14155550100");
        assert_eq!(request.status, CallStatus::Ringing);
        assert_eq!(request.direction, Direction::Inbound);
        assert_eq!(request.stir_verstat.as_deref(), Some("TN-Validation-Passed-A"));
        assert_eq!(request.answered_by, None);
    }

    #[test]
    fn an_event_without_its_call_names_the_missing_field() {
        let form = parse(b"AccountSid=AC1&From=a");
        assert_eq!(VoiceRequest::from_form(&form), Err(WebhookError::Missing { field: "CallSid" }));
        let form = parse(b"AccountSid=AC1&CallSid=CA1");
        assert_eq!(StatusCallback::from_form(&form), Err(WebhookError::Missing { field: "CallStatus" }));
        let form = parse(b"AccountSid=AC1&CallSid=../../etc/passwd");
        assert_eq!(VoiceRequest::from_form(&form), Err(WebhookError::NotASid { field: "CallSid" }));
    }

    #[test]
    fn a_final_status_carries_duration_sequence_and_time() {
        let form = parse(
            b"CallSid=CA1&AccountSid=AC1&CallStatus=completed&CallDuration=42&Duration=1&SequenceNumber=3\
&Timestamp=Fri%2C+20+Nov+2026+10%3A20%3A30+%2B0000&SipResponseCode=200&CallbackSource=call-progress-events",
        );
        let status = StatusCallback::from_form(&form).unwrap();
        assert!(status.status.is_terminal());
        assert_eq!(status.duration_s, Some(42));
        assert_eq!(status.sequence, Some(3));
        assert_eq!(status.at, Some(UnixMillis(1_795_170_030_000)));
        assert_eq!(status.sip_response_code, Some(200));
    }

    #[test]
    fn values_nobody_knows_are_kept_and_bad_numbers_are_absent() {
        let form =
            parse(b"CallSid=CA1&AccountSid=AC1&CallStatus=parked&CallDuration=soon&AnsweredBy=alien&Timestamp=now");
        let status = StatusCallback::from_form(&form).unwrap();
        assert_eq!(status.status, CallStatus::Other("parked".into()));
        assert!(!status.status.is_terminal());
        assert_eq!(status.answered_by, Some(AnsweredBy::Other("alien".into())));
        assert_eq!((status.duration_s, status.at), (None, None));
    }

    #[test]
    fn the_other_events_read_what_they_are_about() {
        let gather = GatherResult::from_form(&parse(b"CallSid=CA1&Digits=1&FinishedOnKey=%23&Confidence=0.5")).unwrap();
        assert_eq!((gather.digits.as_str(), gather.confidence), ("1", Some(0.5)));
        let dial = DialResult::from_form(&parse(b"CallSid=CA1&DialCallStatus=no-answer&DialBridged=false")).unwrap();
        assert_eq!((dial.status, dial.bridged), (DialStatus::NoAnswer, Some(false)));
        let stream =
            StreamStatus::from_form(&parse(b"CallSid=CA1&StreamSid=MZ1&StreamEvent=stream-error&StreamError=gone"))
                .unwrap();
        assert_eq!((stream.event, stream.error.as_deref()), (StreamEvent::Failed, Some("gone")));
        let amd = AmdResult::from_form(&parse(
            b"CallSid=CA1&AccountSid=AC1&AnsweredBy=machine_end_beep&MachineDetectionDuration=4210",
        ))
        .unwrap();
        assert!(amd.answered_by.is_machine() && amd.answered_by.greeting_is_over());
        assert!(!AnsweredBy::MachineStart.greeting_is_over() && !AnsweredBy::Human.greeting_is_over());
        assert_eq!(amd.detection_ms, Some(4210));
        let recording = RecordingStatus::from_form(&parse(
            b"AccountSid=AC1&ConferenceSid=CF1&RecordingSid=RE1&RecordingStatus=completed&RecordingChannels=2",
        ))
        .unwrap();
        assert_eq!(
            (recording.state, recording.channels, recording.call_sid),
            (RecordingState::Completed, Some(2), None)
        );
    }

    #[test]
    fn a_conference_says_who_came_and_why_they_left() {
        let form = parse(
            b"AccountSid=AC1&ConferenceSid=CF1&StatusCallbackEvent=participant-leave&CallSid=CA1&SequenceNumber=4\
&ParticipantLabel=customer&ReasonParticipantLeft=participant_hung_up&FriendlyName=call-7&Muted=false",
        );
        let report = ConferenceReport::from_form(&form).unwrap();
        assert_eq!((report.event, report.sequence), (ConferenceEvent::Left, Some(4)));
        assert_eq!(report.label.as_deref(), Some("customer"));
        assert_eq!(report.left_because.as_deref(), Some("participant_hung_up"));
        let form = parse(b"AccountSid=AC1&ConferenceSid=CF1&StatusCallbackEvent=participant-sings");
        let unknown = ConferenceReport::from_form(&form).unwrap();
        assert_eq!(unknown.event, ConferenceEvent::Other("participant-sings".into()));
        let form = parse(b"AccountSid=AC1&ConferenceSid=CF1");
        let missing = WebhookError::Missing { field: "StatusCallbackEvent" };
        assert_eq!(ConferenceReport::from_form(&form), Err(missing));
    }

    #[test]
    fn a_person_s_number_does_not_show_in_debug_text() {
        let request = VoiceRequest::from_form(&parse(INBOUND)).unwrap();
        assert!(!format!("{request:?} {:?}", parse(INBOUND)).contains("4155550100"));
    }
}
