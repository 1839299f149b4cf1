use std::time::Duration;

use domain::pii::Personal;
use switchboard_providers::{
    telephony::{
        AddParticipant, Carrier, CarrierError, Instructions, MachineDetection, MachineWait, NumberAddresses, Party,
        PlaceCall, ProviderCallId, Recorder, Seat,
    },
    twilio::{TwilioClient, TwilioSettings, TwilioSettingsError},
};
use url::Url;

use crate::loopback::{self, Answer, Loopback, answer};

const ACCOUNT: &str = "AC11112222333344445555666677778888";
const CALL: &str = r#"{"sid":"CA0a1b2c3d4e5f60718293a4b5c6d7e8f9","status":"queued","duration":null,"queue_time":"0"}"#;

fn client(base_url: Url) -> TwilioClient {
    TwilioClient::new(settings(base_url)).unwrap()
}

fn settings(base_url: Url) -> TwilioSettings {
    TwilioSettings { account_sid: ACCOUNT.into(), auth_token: Personal::new("secret".into()), base_url }
}

fn call() -> PlaceCall {
    PlaceCall {
        to: Personal::new("+14155550100".into()),
        from: Personal::new("+14155550199".into()),
        answer_url: "https://pbx.example.com/tw/answer?call=1&x=2".into(),
        status_url: Some("https://pbx.example.com/tw/status".into()),
        ring_timeout: Some(Duration::from_secs(25)),
        answering_machine: Some(MachineDetection {
            wait: MachineWait::EndOfGreeting,
            verdict_url: Some("https://pbx.example.com/tw/amd".into()),
        }),
        send_digits: None,
        via: Default::default(),
        reference: String::new(),
        record: false,
    }
}

fn id() -> ProviderCallId {
    ProviderCallId::new("CA0a1b2c3d4e5f60718293a4b5c6d7e8f9")
}

fn error(status: u16, code: u32, message: &str) -> Answer {
    answer(status, format!(r#"{{"code":{code},"message":"{message}","more_info":"…","status":{status}}}"#))
}

#[tokio::test]
async fn a_call_is_placed_with_the_documented_form() {
    let twilio = Loopback::answering([answer(201, CALL)]).await;
    assert_eq!(client(twilio.url.clone()).place_call(&call()).await, Ok(id()));
    let asked = &twilio.asked()[0];
    assert_eq!(asked.method, "POST");
    assert_eq!(asked.uri.path(), format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json"));
    // base64 of the account and token with a colon between.
    assert_eq!(asked.authorization(), Some("Basic QUMxMTExMjIyMjMzMzM0NDQ0NTU1NTY2NjY3Nzc3ODg4ODpzZWNyZXQ="));
    assert_eq!(
        asked.text(),
        "To=%2B14155550100&From=%2B14155550199&Url=https%3A%2F%2Fpbx.example.com%2Ftw%2Fanswer%3Fcall%3D1%26x%3D2\
&StatusCallback=https%3A%2F%2Fpbx.example.com%2Ftw%2Fstatus&StatusCallbackEvent=initiated&StatusCallbackEvent=ringing\
&StatusCallbackEvent=answered&StatusCallbackEvent=completed&Timeout=25&MachineDetection=DetectMessageEnd&AsyncAmd=true\
&AsyncAmdStatusCallback=https%3A%2F%2Fpbx.example.com%2Ftw%2Famd"
    );
}

#[tokio::test]
async fn refusals_say_what_can_be_done() {
    let cases = [
        (error(401, 20003, "Authenticate"), "credentials"),
        (error(400, 21211, "Invalid 'To'"), "called"),
        (error(400, 21210, "not verified"), "caller"),
        (error(400, 21215, "geo"), "not allowed"),
        (error(429, 20429, "Too many"), "pause"),
        (error(404, 20404, "not found"), "over"),
        (error(400, 99999, "Something else"), "rejected"),
        (answer(401, "<html>proxy</html>"), "credentials"),
    ];
    for (reply, expected) in cases {
        let twilio = Loopback::answering([reply]).await;
        let error = client(twilio.url.clone()).place_call(&call()).await.unwrap_err();
        let found = match &error {
            CarrierError::BadCredentials { .. } => "credentials",
            CarrierError::InvalidNumber { party: Party::Called, code: 21211, .. } => "called",
            CarrierError::InvalidNumber { party: Party::Caller, code: 21210, .. } => "caller",
            CarrierError::NotAllowed { code: 21215, .. } => "not allowed",
            CarrierError::RateLimited { .. } => "pause",
            CarrierError::CallOver => "over",
            CarrierError::Rejected { code: Some(99999), message } if message == "Something else" => "rejected",
            _ => "another",
        };
        assert_eq!(found, expected, "{error:?}");
        let sent = if expected == "pause" { 4 } else { 1 };
        assert_eq!(twilio.asked().len(), sent, "{expected}");
    }
}

#[tokio::test]
async fn a_create_that_may_have_worked_is_never_sent_again() {
    for twilio in [Loopback::answering([answer(503, "")]).await, Loopback::answering([answer(201, "{")]).await] {
        let error = client(twilio.url.clone()).place_call(&call()).await.unwrap_err();
        assert!(matches!(error, CarrierError::OutcomeUnknown { .. }), "{error:?}");
        assert!(!error.may_be_repeated());
        assert_eq!(twilio.asked().len(), 1);
    }
    let error = client(loopback::hangs_up().await).place_call(&call()).await.unwrap_err();
    assert!(matches!(error, CarrierError::OutcomeUnknown { .. }), "{error:?}");
}

#[tokio::test]
async fn a_change_that_does_nothing_twice_is_sent_again() {
    let gone = error(404, 20404, "gone");
    let twilio = Loopback::answering([answer(503, ""), answer(429, ""), answer(204, ""), gone]).await;
    let client = client(twilio.url.clone());
    assert_eq!(client.delete_recording("RE1").await, Ok(()));
    assert_eq!(twilio.asked().len(), 3);
    assert_eq!(client.delete_recording("RE1").await, Ok(()), "one that is gone is deleted");
    assert_eq!(twilio.asked()[3].method, "DELETE");
    assert_eq!(twilio.asked()[3].uri.path(), format!("/2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1.json"));
}

#[tokio::test]
async fn numbers_are_read_page_by_page_with_where_their_calls_go() {
    let first = format!(
        r#"{{"incoming_phone_numbers":[{{"sid":"PN2","phone_number":"+15550002","voice_url":"https://a.example","voice_method":"GET","status_callback":"https://b.example","voice_application_sid":"AP1","sms_url":"https://c.example","sms_method":"GET","sms_application_sid":"AP2","capabilities":{{"sms":true}}}}],
        "next_page_uri":"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json?Page=1"}}"#
    );
    let last = r#"{"incoming_phone_numbers":[{"sid":"PN1","phone_number":"+15550001","voice_url":null}],"next_page_uri":null}"#;
    let twilio = Loopback::answering([answer(200, first), answer(200, last)]).await;
    let numbers = client(twilio.url.clone()).list_numbers().await.unwrap();
    assert_eq!(numbers.iter().map(|number| number.id.as_str()).collect::<Vec<_>>(), ["PN1", "PN2"]);
    assert_eq!((numbers[0].voice_url.as_str(), numbers[0].passed_on), ("", false));
    assert_eq!((numbers[1].voice_post, numbers[1].status_url.as_str()), (false, "https://b.example"));
    assert!(numbers[1].passed_on && numbers[1].messages_passed_on, "an application of the account has both");
    assert_eq!(
        (numbers[1].sms, numbers[1].message_post, numbers[1].message_url.as_str()),
        (true, false, "https://c.example")
    );
    assert_eq!((numbers[0].sms, numbers[0].messages_passed_on, numbers[0].message_url.as_str()), (false, false, ""));
    assert_eq!(twilio.asked()[1].uri.query(), Some("Page=1"));
}

#[tokio::test]
async fn a_number_is_connected_with_or_without_its_text_messages() {
    let number = r#"{"sid":"PN1","phone_number":"+15550001"}"#;
    let twilio = Loopback::answering([answer(200, number), answer(200, number)]).await;
    let client = client(twilio.url.clone());
    let mut to =
        NumberAddresses { voice: "https://a.example/v".into(), status: "https://a.example/s".into(), messages: None };
    client.connect_number("PN1", &to).await.unwrap();
    to.messages = Some("https://a.example/m".into());
    client.connect_number("PN1", &to).await.unwrap();
    let calls = "VoiceUrl=https%3A%2F%2Fa.example%2Fv&VoiceMethod=POST&StatusCallback=https%3A%2F%2Fa.example%2Fs\
&StatusCallbackMethod=POST&VoiceApplicationSid=&TrunkSid=";
    let asked: Vec<String> = twilio.asked().iter().map(|one| one.text()).collect();
    let messages = "SmsUrl=https%3A%2F%2Fa.example%2Fm&SmsMethod=POST&SmsApplicationSid=";
    assert_eq!(asked, [calls.to_owned(), format!("{calls}&{messages}")]);
    assert_eq!(twilio.asked()[0].uri.path(), format!("/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/PN1.json"));
}

#[tokio::test]
async fn a_call_that_never_left_may_be_placed_again() {
    let error = client(loopback::nobody().await).place_call(&call()).await.unwrap_err();
    assert!(matches!(error, CarrierError::Unreachable { .. }), "{error:?}");
    assert!(error.may_be_repeated());
}

#[tokio::test]
async fn hanging_up_a_call_that_is_over_is_a_success() {
    for reply in [error(404, 20404, "gone"), error(400, 21220, "not in progress"), answer(200, CALL)] {
        let twilio = Loopback::answering([reply]).await;
        assert_eq!(client(twilio.url.clone()).hang_up(&id()).await, Ok(()));
        assert_eq!(twilio.asked()[0].text(), "Status=completed");
    }
    let twilio = Loopback::answering([error(404, 20404, "gone")]).await;
    let to = Instructions::Url("https://pbx.example.com/next".into());
    assert_eq!(client(twilio.url.clone()).redirect(&id(), &to).await, Err(CarrierError::CallOver));
    assert_eq!(twilio.asked()[0].text(), "Url=https%3A%2F%2Fpbx.example.com%2Fnext");
}

#[tokio::test]
async fn an_id_with_a_path_in_it_reaches_no_server() {
    let twilio = Loopback::answering([answer(200, CALL)]).await;
    let evil = ProviderCallId::new("../../Accounts");
    assert_eq!(client(twilio.url.clone()).fetch_call(&evil).await, Err(CarrierError::CallOver));
    assert_eq!(twilio.asked().len(), 0);
}

#[tokio::test]
async fn a_document_that_is_too_long_is_refused_before_it_is_sent() {
    let twilio = Loopback::answering([answer(200, CALL)]).await;
    let long = Instructions::Document("x".repeat(4001));
    let error = client(twilio.url.clone()).redirect(&id(), &long).await.unwrap_err();
    assert!(matches!(error, CarrierError::Rejected { code: None, .. }), "{error:?}");
    assert_eq!(twilio.asked().len(), 0);
}

#[tokio::test]
async fn reads_are_repeated_while_the_server_is_busy() {
    let busy = Answer { status: 429, headers: vec![("retry-after", "0")], body: String::new() };
    let account = r#"{"friendly_name":"Acme","status":"active","type":"Trial"}"#;
    let twilio = Loopback::answering([busy, answer(500, ""), answer(200, account)]).await;
    let info = client(twilio.url.clone()).test_credentials().await.unwrap();
    assert_eq!((info.name.as_str(), info.status.as_str(), info.trial), ("Acme", "active", true));
    assert_eq!(twilio.asked().len(), 3);
    assert_eq!(twilio.asked()[0].uri.path(), format!("/2010-04-01/Accounts/{ACCOUNT}.json"));
    let down = Loopback::answering([answer(500, "")]).await;
    assert_eq!(client(down.url.clone()).test_credentials().await, Err(CarrierError::Unavailable { status: 500 }));
}

#[tokio::test]
async fn live_calls_are_found_by_their_numbers() {
    let page =
        r#"{"calls":[{"sid":"CA1","status":"completed","duration":"42"},{"sid":"CA2","status":"ringing"}],"page":0}"#;
    let twilio = Loopback::answering([answer(200, page)]).await;
    let found = client(twilio.url.clone()).find_live_calls(&call().to, &call().from).await.unwrap();
    assert_eq!(found.iter().map(|call| call.id.as_str()).collect::<Vec<_>>(), ["CA2"]);
    assert_eq!(twilio.asked()[0].uri.query(), Some("To=%2B14155550100&From=%2B14155550199&PageSize=50"));
    let one = r#"{"sid":"CA1","status":"completed","duration":"42","answered_by":"human"}"#;
    let twilio = Loopback::answering([answer(200, one)]).await;
    let call = client(twilio.url.clone()).fetch_call(&id()).await.unwrap();
    assert_eq!((call.over, call.duration), (true, Some(Duration::from_secs(42))));
}

#[tokio::test]
async fn a_conference_is_led_with_the_documented_forms() {
    let participant = r#"{"call_sid":"CA2","conference_sid":"CF1","muted":true,"status":"queued"}"#;
    let recording = r#"{"sid":"RE1","status":"in-progress"}"#;
    let replies = [
        answer(200, participant),
        answer(201, participant),
        answer(201, recording),
        answer(200, recording),
        answer(200, recording),
        answer(200, participant),
    ];
    let twilio = Loopback::answering(replies).await;
    let client = client(twilio.url.clone());
    let agent = ProviderCallId::new("CA1");
    let seat = Seat { hold: false, muted: false, coaches: Some(agent.clone()) };
    client.seat("CF1", &ProviderCallId::new("CA2"), &seat).await.unwrap();
    let add = AddParticipant {
        conference: "CF1".into(),
        to: Personal::new("+14155550100".into()),
        from: Personal::new("+14155550199".into()),
        label: "telephone-2".into(),
        seat: Seat { muted: true, ..Seat::default() },
        status_url: "https://pbx.example.com/s".into(),
        ring_timeout: Duration::from_secs(30),
    };
    assert_eq!(client.add_participant(&add).await, Ok(ProviderCallId::new("CA2")));
    client.record(&agent, &Recorder::Start { report_url: "https://pbx.example.com/r".into() }).await.unwrap();
    client.record(&agent, &Recorder::Pause).await.unwrap();
    client.record(&agent, &Recorder::Resume).await.unwrap();
    client.announce("CF1", &ProviderCallId::new("CA2"), "https://pbx.example.com/keys").await.unwrap();
    let account = format!("/2010-04-01/Accounts/{ACCOUNT}");
    let asked: Vec<(String, String)> =
        twilio.asked().iter().map(|one| (one.uri.path().replace(&account, ""), one.text())).collect();
    let expected = [
        ("/Conferences/CF1/Participants/CA2.json", "Hold=false&Muted=false&Coaching=true&CallSidToCoach=CA1"),
        (
            "/Conferences/CF1/Participants.json",
            "To=%2B14155550100&From=%2B14155550199&Label=telephone-2&Muted=true&Beep=false&StartConferenceOnEnter=false\
&EndConferenceOnExit=false&EarlyMedia=false&Timeout=30&StatusCallback=https%3A%2F%2Fpbx.example.com%2Fs\
&StatusCallbackEvent=initiated&StatusCallbackEvent=ringing&StatusCallbackEvent=answered&StatusCallbackEvent=completed",
        ),
        (
            "/Calls/CA1/Recordings.json",
            "RecordingChannels=dual&RecordingStatusCallback=https%3A%2F%2Fpbx.example.com%2Fr\
&RecordingStatusCallbackEvent=completed+absent",
        ),
        ("/Calls/CA1/Recordings/Twilio.CURRENT.json", "Status=paused&PauseBehavior=silence"),
        ("/Calls/CA1/Recordings/Twilio.CURRENT.json", "Status=in-progress"),
        (
            "/Conferences/CF1/Participants/CA2.json",
            "AnnounceUrl=https%3A%2F%2Fpbx.example.com%2Fkeys&AnnounceMethod=GET",
        ),
    ];
    assert_eq!(asked, expected.map(|(path, form)| (path.to_owned(), form.to_owned())));
}

#[tokio::test]
async fn who_has_left_the_conference_is_no_fault_and_a_recording_is_found_once_it_is_complete() {
    let twilio = Loopback::answering([error(404, 20404, "gone")]).await;
    let left = client(twilio.url.clone()).seat("CF1", &id(), &Seat::default()).await;
    assert_eq!(left, Err(CarrierError::CallOver));
    let page = r#"{"recordings":[{"sid":"RE2","status":"processing"},{"sid":"RE1","status":"completed"}]}"#;
    let twilio = Loopback::answering([answer(200, page), answer(200, r#"{"recordings":[]}"#)]).await;
    let client = client(twilio.url.clone());
    assert_eq!(client.find_recording(&id()).await, Ok(Some("RE1".to_owned())));
    assert_eq!(client.find_recording(&id()).await, Ok(None));
}

#[test]
fn settings_that_cannot_work_are_refused_and_secrets_do_not_print() {
    let url = Url::parse(TwilioSettings::DEFAULT_BASE_URL).unwrap();
    let good = settings(url.clone());
    assert!(!format!("{good:?}").contains("secret"));
    let short = TwilioSettings { account_sid: "AC1".into(), ..good.clone() };
    assert!(matches!(TwilioClient::new(short), Err(TwilioSettingsError::AccountSid)));
    let blank = TwilioSettings { auth_token: Personal::new(String::new()), ..good };
    assert!(matches!(TwilioClient::new(blank), Err(TwilioSettingsError::AuthToken)));
}
