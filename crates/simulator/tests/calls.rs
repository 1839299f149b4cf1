use std::{sync::Arc, time::Duration};

use domain::pii::Personal;
use providers::telephony::{
    Carrier, CarrierError, Instructions, MachineDetection, MachineWait, NumberAddresses, Party, PlaceCall,
};
use switchboard_simulator::{
    customer::CustomerScript,
    twilio::{Answer, Destination, EndedBy, Happening, Pace, PlaceError, RestFailure, SimulatedTwilio, Status},
};

use crate::application::{Application, NUMBER, carrier};

const CALLER: &str = "+919800000101";

fn silent() -> Arc<CustomerScript> {
    CustomerScript::silent(CALLER)
}

fn order(application: &Application, to: &str) -> PlaceCall {
    PlaceCall {
        to: Personal::new(to.into()),
        from: Personal::new(NUMBER.into()),
        answer_url: format!("{}/answer", application.url),
        status_url: Some(format!("{}/status", application.url)),
        ring_timeout: Some(Duration::from_secs(20)),
        answering_machine: None,
        send_digits: None,
        via: Default::default(),
        reference: String::new(),
        record: false,
    }
}

fn script(steps: &str) -> Arc<CustomerScript> {
    CustomerScript::from_toml(&format!("name = \"T\"\nnumber = \"{CALLER}\"\n{steps}")).unwrap()
}

#[tokio::test]
async fn an_inbound_call_asks_with_a_good_signature_and_does_what_it_is_told() {
    let (application, _streams) = Application::start().await;
    application.document(
        "/voice",
        "<Say>This call is recorded for quality and training.</Say><Redirect>/next?x=1&amp;y=2</Redirect>",
    );
    application.document("/next", "<Hangup/>");
    let simulator = application.simulator(|_| {}).await;
    let call = simulator.place_inbound_call(CALLER, NUMBER, silent()).unwrap();
    let outcome = call.outcome().await.unwrap();
    assert_eq!((outcome.ended_by.clone(), outcome.record.status), (EndedBy::Document, Status::Completed));
    let asked = &application.webhooks("/voice")[0];
    assert!(asked.genuine);
    assert_eq!((asked.field("CallStatus"), asked.field("Direction")), ("ringing", "inbound"));
    assert_eq!((asked.field("From"), asked.field("To")), (CALLER, NUMBER));
    assert!(application.webhooks("/next")[0].genuine);
    let said = switchboard_simulator::voices::line("system-recorded").unwrap().pcm();
    let start = outcome.customer.heard.iter().position(|sample| *sample != 0).unwrap();
    let begin = said.iter().position(|sample| *sample != 0).unwrap();
    assert_eq!(outcome.customer.heard[start..start + 8000], said[begin..begin + 8000]);
    let told = application.expect("/number-status", 1).await;
    assert!(told[0].genuine);
    assert_eq!((told[0].field("CallStatus"), told[0].field("SequenceNumber")), ("completed", "0"));
    assert!(told[0].field("CallDuration").parse::<u32>().unwrap() >= 2);
}

#[tokio::test]
async fn a_rejected_call_is_never_answered() {
    let (application, _streams) = Application::start().await;
    application.document("/voice", "<Reject reason=\"busy\"/>");
    let simulator = application.simulator(|_| {}).await;
    let outcome = simulator.place_inbound_call(CALLER, NUMBER, silent()).unwrap().outcome().await.unwrap();
    assert_eq!((outcome.ended_by.clone(), outcome.record.status), (EndedBy::Rejected, Status::Busy));
    assert_eq!(outcome.record.answered, None);
    let unknown = simulator.place_inbound_call(CALLER, "+14155550000", silent()).unwrap_err();
    assert_eq!(unknown, PlaceError::UnknownNumber { number: "+14155550000".into() });
}

#[tokio::test]
async fn keys_reach_the_action_of_a_menu() {
    let (application, _streams) = Application::start().await;
    application.document(
        "/voice",
        "<Gather numDigits=\"1\" timeout=\"3\" action=\"/menu\"><Say>For sales press one, or wait and hear this long text again.</Say></Gather><Say>Nothing</Say>",
    );
    application.document("/menu", "<Hangup/>");
    let simulator = application.simulator(|_| {}).await;
    let press = script("[[steps]]\ndo = \"pause\"\nms = 600\n[[steps]]\ndo = \"keys\"\ndigits = \"2\"\n");
    let outcome = simulator.place_inbound_call(CALLER, NUMBER, press).unwrap().outcome().await.unwrap();
    assert_eq!(application.webhooks("/menu")[0].field("Digits"), "2");
    let spoken = outcome.first(|what| *what == Happening::Keys { digits: "2".into() }).unwrap();
    assert!(spoken < 1500, "the key ends the prompt at once, not after {spoken} ms");
}

#[tokio::test]
async fn silence_goes_on_after_the_menu_or_asks_the_action_when_that_is_wanted() {
    let (application, _streams) = Application::start().await;
    application.document("/voice", "<Gather timeout=\"1\" action=\"/menu\"/><Redirect>/more</Redirect>");
    application.document("/more", "<Gather timeout=\"1\" action=\"/menu\" actionOnEmptyResult=\"true\"/>");
    application.document("/menu", "<Hangup/>");
    let simulator = application.simulator(|config| config.pace = Pace::SkipWaiting).await;
    simulator.place_inbound_call(CALLER, NUMBER, silent()).unwrap().outcome().await.unwrap();
    assert_eq!(application.webhooks("/more").len(), 1);
    assert_eq!(application.webhooks("/menu").len(), 1);
    assert_eq!(application.webhooks("/menu")[0].field("Digits"), "");
}

#[tokio::test]
async fn a_failing_application_is_asked_at_its_fallback_and_then_the_caller_hears_an_apology() {
    let (application, _streams) = Application::start().await;
    application.answer("/voice", 500, "");
    application.answer("/broken", 200, "<Response><Say>");
    application.document("/fallback", "<Redirect>/broken</Redirect>");
    let simulator = application
        .simulator(|config| {
            config.pace = Pace::SkipWaiting;
            config.numbers[0].fallback_url = Some(format!("{}/fallback", application.url));
        })
        .await;
    let outcome = simulator.place_inbound_call(CALLER, NUMBER, silent()).unwrap().outcome().await.unwrap();
    assert_eq!(application.webhooks("/fallback")[0].field("ErrorCode"), "11200");
    assert!(application.webhooks("/fallback")[0].field("ErrorUrl").ends_with("/voice"));
    // The fallback is not asked a second time when it leads to another failure.
    assert_eq!((application.webhooks("/fallback").len(), application.webhooks("/broken").len()), (1, 1));
    assert_eq!(simulator.debugger().first().map(|entry| entry.code), Some(11200));
    assert!(simulator.debugger().iter().any(|entry| entry.code == 12100));
    assert_eq!(outcome.record.status, Status::Completed);
}

#[tokio::test]
async fn an_outbound_call_reports_every_step_in_order() {
    let (application, _streams) = Application::start().await;
    application.document("/answer", "<Say>Hello</Say>");
    let simulator = application.simulator(|config| config.pace = Pace::SkipWaiting).await;
    simulator.set_destination(CALLER, Destination::person(silent()));
    let placed = carrier(&simulator).place_call(&order(&application, CALLER)).await.unwrap();
    let call = simulator.next_outbound_call().await.unwrap();
    assert_eq!(call.sid(), placed.as_str());
    call.outcome().await.unwrap();
    let told = application.expect("/status", 4).await;
    let steps: Vec<_> = told.iter().map(|event| (event.field("SequenceNumber"), event.field("CallStatus"))).collect();
    assert_eq!(steps, [("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]);
    assert!(told.iter().all(|event| event.genuine && !event.field("Timestamp").is_empty()));
    let fetched = carrier(&simulator).fetch_call(&placed).await.unwrap();
    assert!(fetched.over && fetched.status == "completed");
}

#[tokio::test]
async fn calls_that_nobody_answers_end_as_what_they_are() {
    let (application, _streams) = Application::start().await;
    let simulator = application.simulator(|config| config.pace = Pace::SkipWaiting).await;
    for (answer, status, sip) in
        [(Answer::Busy, "busy", "486"), (Answer::Never, "no-answer", "487"), (Answer::Fails, "failed", "404")]
    {
        simulator.set_destination(CALLER, Destination { answer, ..Destination::person(silent()) });
        carrier(&simulator).place_call(&order(&application, CALLER)).await.unwrap();
        let outcome = simulator.next_outbound_call().await.unwrap().outcome().await.unwrap();
        assert_eq!(outcome.record.status.as_str(), status);
        let sid = outcome.record.sid.clone();
        application.expect("/status", 1).await;
        let last = loop {
            let told = application.webhooks("/status");
            match told.iter().rfind(|event| event.field("CallSid") == sid && event.field("CallStatus") == status) {
                Some(event) => break event.clone(),
                None => application.expect("/status", told.len() + 1).await,
            };
        };
        assert_eq!(last.field("SipResponseCode"), sip);
    }
    assert_eq!(application.webhooks("/answer").len(), 0);
}

#[tokio::test]
async fn machine_verdicts_come_with_the_first_request_or_beside_the_call() {
    let (application, _streams) = Application::start().await;
    application.document("/answer", "<Pause length=\"1\"/>");
    let simulator = application.simulator(|config| config.pace = Pace::SkipWaiting).await;
    let machine = Destination {
        answered_by: "machine_end_beep",
        detection_ms: 50,
        ..Destination::person(CustomerScript::machine().unwrap())
    };
    simulator.set_destination(CALLER, machine);
    let mut call = order(&application, CALLER);
    call.answering_machine = Some(MachineDetection { wait: MachineWait::EndOfGreeting, verdict_url: None });
    carrier(&simulator).place_call(&call).await.unwrap();
    assert_eq!(application.expect("/answer", 1).await[0].field("AnsweredBy"), "machine_end_beep");
    let verdict_url = Some(format!("{}/amd", application.url));
    call.answering_machine = Some(MachineDetection { wait: MachineWait::EndOfGreeting, verdict_url });
    carrier(&simulator).place_call(&call).await.unwrap();
    let verdict = &application.expect("/amd", 1).await[0];
    assert_eq!((verdict.field("AnsweredBy"), verdict.field("MachineDetectionDuration")), ("machine_end_beep", "50"));
    assert_eq!(application.expect("/answer", 2).await[1].field("AnsweredBy"), "");
}

#[tokio::test]
async fn a_live_call_is_redirected_and_hung_up_over_the_api() {
    let (application, _streams) = Application::start().await;
    application.document("/voice", "<Pause length=\"60\"/>");
    application.document("/elsewhere", "<Pause length=\"60\"/>");
    let simulator = application.simulator(|_| {}).await;
    let call = simulator.place_inbound_call(CALLER, NUMBER, silent()).unwrap();
    call.wait_for(Duration::from_secs(5), |what| *what == Happening::Verb("Pause")).await.unwrap();
    let id = providers::telephony::ProviderCallId::new(call.sid());
    let to = Instructions::Url(format!("{}/elsewhere", application.url));
    carrier(&simulator).redirect(&id, &to).await.unwrap();
    application.expect("/elsewhere", 1).await;
    let inline = Instructions::Document("<Response><Pause length=\"60\"/></Response>".into());
    carrier(&simulator).redirect(&id, &inline).await.unwrap();
    carrier(&simulator).hang_up(&id).await.unwrap();
    let outcome = call.outcome().await.unwrap();
    assert_eq!(outcome.ended_by, EndedBy::Api);
    carrier(&simulator).hang_up(&id).await.unwrap();
    assert_eq!(carrier(&simulator).redirect(&id, &to).await, Err(CarrierError::CallOver));
}

#[tokio::test]
async fn a_dialled_leg_is_bridged_and_both_hear_each_other() {
    let (application, _streams) = Application::start().await;
    application.document(
        "/voice",
        "<Dial action=\"/dialled\"><Number statusCallback=\"/leg\" statusCallbackEvent=\"initiated ringing answered completed\">+14155550142</Number></Dial>",
    );
    application.document("/dialled", "<Hangup/>");
    let simulator = application.simulator(|config| config.pace = Pace::SkipWaiting).await;
    let says = |line: &str, then: &str| {
        script(&format!("[[steps]]\ndo = \"say\"\nline = \"{line}\"\n[[steps]]\ndo = \"pause\"\nms = 1500\n{then}"))
    };
    simulator.set_destination("+14155550142", Destination::person(says("vikram-1", "[[steps]]\ndo = \"hang_up\"\n")));
    let outcome = simulator.place_inbound_call(CALLER, NUMBER, says("rohan-6", "")).unwrap().outcome().await.unwrap();
    let dialled = &application.webhooks("/dialled")[0];
    assert_eq!((dialled.field("DialCallStatus"), dialled.field("DialBridged")), ("completed", "true"));
    let leg = application.expect("/leg", 4).await;
    assert!(leg.iter().all(|event| event.field("ParentCallSid") == outcome.record.sid));
    let child = simulator.call(dialled.field("DialCallSid")).unwrap().outcome().await.unwrap();
    let speech = |report: &switchboard_simulator::PartyReport| !report.heard_speech.is_empty();
    assert!(speech(&child.customer), "the called side heard {:?}", child.customer.heard_rms_dbfs);
    assert!(speech(&outcome.customer), "the caller heard {:?}", outcome.customer.heard_rms_dbfs);
}

#[tokio::test]
async fn the_api_refuses_as_documented() {
    let (application, _streams) = Application::start().await;
    let simulator = application.simulator(|_| {}).await;
    let error = carrier(&simulator).place_call(&order(&application, "+15005550003")).await.unwrap_err();
    assert!(matches!(error, CarrierError::NotAllowed { code: 21215, .. }), "{error:?}");
    let mut foreign = order(&application, CALLER);
    foreign.from = Personal::new("+14155550000".into());
    let error = carrier(&simulator).place_call(&foreign).await.unwrap_err();
    assert!(matches!(error, CarrierError::InvalidNumber { party: Party::Caller, .. }), "{error:?}");
    let wrong = reqwest::Client::new()
        .get(format!("{}/2010-04-01/Accounts/{}.json", simulator.base_url(), crate::application::ACCOUNT))
        .basic_auth(crate::application::ACCOUNT, Some("wrong"))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 401);
    assert!(wrong.text().await.unwrap().contains("20003"));
    let info = carrier(&simulator).test_credentials().await.unwrap();
    assert_eq!(info.name, SimulatedTwilio::LABEL);
}

#[tokio::test]
async fn a_lost_answer_leaves_a_call_that_can_be_found() {
    let (application, _streams) = Application::start().await;
    application.document("/answer", "<Pause length=\"60\"/>");
    let simulator = application.simulator(|_| {}).await;
    simulator.set_default_destination(Some(Destination::person(silent())));
    let rest = vec![RestFailure::TooManyRequests, RestFailure::PlacedButServerError];
    simulator.misbehave(switchboard_simulator::twilio::Misbehaviour { rest, ..Default::default() });
    let call = order(&application, CALLER);
    // Refused unread, so asked again; then lost, so never again.
    let lost = carrier(&simulator).place_call(&call).await.unwrap_err();
    assert!(matches!(lost, CarrierError::OutcomeUnknown { .. }), "{lost:?}");
    let found = carrier(&simulator).find_live_calls(&call.to, &call.from).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(simulator.calls().len(), 1);
}

#[tokio::test]
async fn an_account_that_is_busy_is_asked_again_after_the_pause_it_names() {
    let (application, _streams) = Application::start().await;
    let simulator = application.simulator(|_| {}).await;
    let misbehave = |rest: Vec<RestFailure>| {
        simulator.misbehave(switchboard_simulator::twilio::Misbehaviour { rest, ..Default::default() });
    };
    misbehave(vec![RestFailure::ComeBackAfter { seconds: 1 }, RestFailure::ServerError]);
    let began = std::time::Instant::now();
    let id = carrier(&simulator).place_call(&order(&application, CALLER)).await;
    assert!(matches!(id, Err(CarrierError::OutcomeUnknown { .. })), "5xx to a new call ends it: {id:?}");
    assert!(began.elapsed() >= Duration::from_secs(1), "the pause was not kept");
    misbehave(vec![RestFailure::TooManyRequests; 9]);
    let limited = carrier(&simulator).place_call(&order(&application, CALLER)).await.unwrap_err();
    assert!(matches!(limited, CarrierError::RateLimited { .. }), "{limited:?}");
    assert_eq!(simulator.calls().len(), 0, "nothing was placed");
    misbehave(vec![RestFailure::ServerError, RestFailure::TooManyRequests]);
    let numbers = carrier(&simulator).list_numbers().await.unwrap();
    let ours = numbers.iter().find(|number| number.number == NUMBER).expect("the account's number");
    misbehave(vec![RestFailure::ServerError]);
    let (voice, status, messages) =
        ("https://pbx.example/voice", "https://pbx.example/status", "https://pbx.example/message");
    let to = NumberAddresses { voice: voice.into(), status: status.into(), messages: Some(messages.into()) };
    carrier(&simulator).connect_number(&ours.id, &to).await.unwrap();
    let now = simulator.number(NUMBER).unwrap();
    assert_eq!(simulator.message_url(NUMBER).as_deref(), Some(messages));
    assert_eq!((now.voice_url.as_str(), now.status_callback.as_deref()), (voice, Some(status)));
}

#[tokio::test]
async fn calls_beyond_the_rate_of_the_account_wait_in_its_queue() {
    let (application, _streams) = Application::start().await;
    let simulator = application.simulator(|config| config.calls_per_second = Some(4.0)).await;
    for _ in 0..3 {
        carrier(&simulator).place_call(&order(&application, CALLER)).await.unwrap();
    }
    let mut begun = Vec::new();
    for _ in 0..3 {
        let outcome = simulator.next_outbound_call().await.unwrap().outcome().await.unwrap();
        let wait = outcome.first(|what| *what == Happening::Status(Status::Initiated)).unwrap();
        begun.push(outcome.record.created.as_millisecond() + i64::try_from(wait).unwrap());
    }
    assert!(begun.windows(2).all(|pair| pair[1] - pair[0] >= 200), "{begun:?}");
}
