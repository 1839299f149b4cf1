//! The stored form: what is in old logs must stay readable.

use super::{super::*, fixture::*};
use crate::ids::VoicemailId;

/// Written by the first version. Never change a line; add lines for new events.
const FIRST_VERSION: &str = r#"{"kind":"received"}
{"kind":"carrier_attached","leg":"00000000-0000-0000-0000-0000000000c9"}
{"kind":"digit_received","digit":"1"}
{"kind":"greeting_finished"}
{"kind":"routed","agent":"00000000-0000-0000-0000-000000000001","fence":1}
{"kind":"offer_accepted","agent":"00000000-0000-0000-0000-000000000001","fence":1,"session":"00000000-0000-0000-0000-000000000065"}
{"kind":"side_heard","side":"agent"}
{"kind":"hold_started","agent":"00000000-0000-0000-0000-000000000001"}
{"kind":"hold_ended","agent":"00000000-0000-0000-0000-000000000001"}
{"kind":"transfer_started","agent":"00000000-0000-0000-0000-000000000001","to":{"kind":"number","number":"+919812300021"}}
{"kind":"transfer_failed","attempt":1,"reason":"busy"}
{"kind":"monitor_set","user":"00000000-0000-0000-0000-000000000009","mode":"whisper","session":"00000000-0000-0000-0000-00000000006d"}
{"kind":"provider_ended","status":"completed"}
{"kind":"timer_fired","timer":{"name":"wrap_up_ends","agent":"00000000-0000-0000-0000-000000000001"}}
{"kind":"disposition_saved","agent":"00000000-0000-0000-0000-000000000001","code":"interested","made_at":1800000000000}"#;

#[test]
fn the_log_of_the_first_version_is_still_read() {
    let events: Vec<_> = FIRST_VERSION
        .lines()
        .enumerate()
        .map(|(at, line)| (START.plus(std::time::Duration::from_secs(at as u64)), serde_json::from_str(line).unwrap()))
        .collect();
    let call = replay(facts(Direction::Inbound), &events);
    assert_eq!(call.status(), CallStatus::Completed);
    assert_eq!(call.disposition.unwrap().code, "interested");
    assert_eq!(call.history.holds.len(), 1);
}

#[test]
fn facts_of_the_first_version_are_still_read() {
    let json = r#"{"id":"00000000-0000-0000-0000-0000000001f4","tenant":"00000000-0000-0000-0000-000000000258",
        "direction":"inbound","provider":"twilio","customer":{"kind":"withheld","said":"anonymous"},
        "started_at":1800000000000}"#;
    let facts: CallFacts = serde_json::from_str(json).unwrap();
    assert!(facts.capabilities.hold && facts.greeting == Greeting::None);
}

#[test]
fn a_greeting_of_words_alone_is_still_read() {
    let mut json = serde_json::to_value(facts(Direction::Inbound)).unwrap();
    json["greeting"] = "Welcome. This call is recorded.".into();
    assert_eq!(serde_json::from_value::<CallFacts>(json.clone()).unwrap(), facts(Direction::Inbound));
    json["greeting"] = "".into();
    assert_eq!(serde_json::from_value::<CallFacts>(json).unwrap().greeting, Greeting::None);
}

#[test]
fn every_greeting_reads_back_what_it_writes() {
    let message =
        VoicemailMessage { id: VoicemailId::new(uuid::Uuid::from_u128(801)), name: "Hi".into(), length_ms: 9 };
    let recorded = |by| Greeting::Recorded { message: message.clone(), by };
    for greeting in [Greeting::None, Greeting::text("Hi"), recorded(PlayedBy::Bridge), recorded(PlayedBy::Carrier)] {
        let facts = CallFacts { greeting, ..facts(Direction::Inbound) };
        let json = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<CallFacts>(&json).unwrap(), facts);
    }
}

#[test]
fn events_effects_and_calls_read_back_what_they_write() {
    let mut play = talking();
    play.take(CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Number { number: number() } });
    for (_, event) in &play.log {
        let json = serde_json::to_string(event).unwrap();
        assert_eq!(&serde_json::from_str::<CallEvent>(&json).unwrap(), event);
    }
    for effect in &play.effects {
        let json = serde_json::to_string(effect).unwrap();
        assert_eq!(&serde_json::from_str::<Effect>(&json).unwrap(), effect);
    }
    let json = serde_json::to_string(&play.call).unwrap();
    assert_eq!(serde_json::from_str::<Call>(&json).unwrap(), play.call);
}

#[test]
fn the_text_key_of_a_notice_is_its_json() {
    for code in [NoticeCode::MissedOffer, NoticeCode::CarrierMediaBack, NoticeCode::NoRoute] {
        assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{}\"", code.as_str()));
    }
}

#[test]
fn a_call_never_prints_the_number() {
    let mut play = talking();
    play.take(CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Number { number: number() } });
    assert!(!format!("{:?} {:?} {:?}", play.call, play.log, play.effects).contains("98123"));
}
