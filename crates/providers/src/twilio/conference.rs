//! The forms of conference participants and of a call's recorder.
//! <https://www.twilio.com/docs/voice/api/conference-participant-resource>,
//! <https://www.twilio.com/docs/voice/api/recording#create-a-recording>

use super::client::sid;
use crate::telephony::{AddParticipant, CarrierError, ProviderCallId, Recorder, Seat};

pub(super) type Form = Vec<(&'static str, String)>;

pub(super) fn participant(conference: &str, call: &ProviderCallId) -> Result<String, CarrierError> {
    Ok(format!("/Conferences/{}/Participants/{}.json", sid(conference)?, sid(call.as_str())?))
}

pub(super) fn participants(conference: &str) -> Result<String, CarrierError> {
    Ok(format!("/Conferences/{}/Participants.json", sid(conference)?))
}

/// Everything of it each time, so that one update does not rest on another that was lost.
pub(super) fn seat(seat: &Seat) -> Form {
    let mut form = vec![
        ("Hold", seat.hold.to_string()),
        ("Muted", seat.muted.to_string()),
        ("Coaching", seat.coaches.is_some().to_string()),
    ];
    if let Some(coached) = &seat.coaches {
        form.push(("CallSidToCoach", coached.as_str().to_owned()));
    }
    form
}

/// `url` gives a sound file, or a document of `Say`, `Play`, `Pause` and `Redirect` alone
/// (<https://www.twilio.com/docs/api/errors/13238>).
pub(super) fn announced(url: &str) -> Form {
    vec![("AnnounceUrl", url.to_owned()), ("AnnounceMethod", "GET".to_owned())]
}

pub(super) fn added(add: &AddParticipant) -> Form {
    let mut form = vec![
        ("To", add.to.reveal().clone()),
        ("From", add.from.reveal().clone()),
        ("Label", add.label.clone()),
        ("Muted", add.seat.muted.to_string()),
        ("Beep", "false".to_owned()),
        // Who listens neither begins nor ends a conversation.
        ("StartConferenceOnEnter", "false".to_owned()),
        ("EndConferenceOnExit", "false".to_owned()),
        ("EarlyMedia", "false".to_owned()),
        ("Timeout", add.ring_timeout.as_secs().clamp(5, 600).to_string()),
        ("StatusCallback", add.status_url.clone()),
    ];
    form.extend(
        ["initiated", "ringing", "answered", "completed"].map(|event| ("StatusCallbackEvent", event.to_owned())),
    );
    if let Some(coached) = &add.seat.coaches {
        form.extend([("Coaching", "true".to_owned()), ("CallSidToCoach", coached.as_str().to_owned())]);
    }
    form
}

/// The resource and its form. `Twilio.CURRENT` is the recording that runs.
pub(super) fn recorder(call: &ProviderCallId, what: &Recorder) -> Result<(String, Form), CarrierError> {
    let recordings = format!("/Calls/{}/Recordings", sid(call.as_str())?);
    let current = format!("{recordings}/Twilio.CURRENT.json");
    let status = |word: &str| ("Status", word.to_owned());
    Ok(match what {
        Recorder::Start { report_url } => {
            let form = vec![
                ("RecordingChannels", "dual".to_owned()),
                ("RecordingStatusCallback", report_url.clone()),
                ("RecordingStatusCallbackEvent", "completed absent".to_owned()),
            ];
            (format!("{recordings}.json"), form)
        }
        Recorder::Pause => (current, vec![status("paused"), ("PauseBehavior", "silence".to_owned())]),
        Recorder::Resume => (current, vec![status("in-progress")]),
        Recorder::Stop => (current, vec![status("stopped")]),
    })
}
