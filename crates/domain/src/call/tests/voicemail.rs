use uuid::Uuid;

use super::{super::*, fixture::*};
use crate::ids::VoicemailId;

fn message() -> VoicemailMessage {
    VoicemailMessage { id: VoicemailId::new(Uuid::from_u128(800)), name: "Call us back".to_owned(), length_ms: 9_000 }
}

fn dropped(agent: crate::ids::UserId) -> CallEvent {
    CallEvent::VoicemailDropped { agent, message: message() }
}

fn plays(n: u128) -> Effect {
    Effect::PlayVoicemail { leg: leg(n), message: message().id }
}

/// Asha talks with whoever took the customer's telephone.
fn answered(by_itself: bool) -> Play {
    let facts = CallFacts { voicemail: by_itself.then(message), ..facts(Direction::Outbound) };
    let mut play = Play::of(facts);
    play.take(CallEvent::Placed { agent: ASHA, fence: 1, session: session(1) });
    play.take(CallEvent::Dialed { party: Party::Customer, provider_call_id: "CA9".into() }).take(attached(1));
    play
}

const MACHINE: CallEvent = CallEvent::AnsweredBy { verdict: AnsweredBy::Machine, greeting_over: true };

#[test]
fn the_agent_is_free_at_once_and_the_message_is_played_to_its_end() {
    let mut play = answered(false);
    play.take(dropped(ASHA));
    assert!(play.has(&plays(1)) && play.has(&Effect::CloseRoom), "{:?}", play.effects);
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::HangUpCarrier { .. })));
    play.take(CallEvent::VoicemailStarted { name: "Call us back".into() });
    // The agent finishes and goes on while it plays.
    play.take(CallEvent::WrapUpEnded { agent: ASHA, then: AfterWrapUp::Available });
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed: false, pause: false }));
    assert_eq!(play.call.status(), CallStatus::InProgress);
    play.take(CallEvent::VoicemailFinished { whole: true });
    assert_eq!(play.call.status(), CallStatus::InProgress, "its end is on its way");
    play.ignores(CallEvent::VoicemailFinished { whole: false });
    play.fire(Timer::Message);
    let hang_up =
        Effect::HangUpCarrier { party: Party::Customer, provider_call_id: Some("CA9".into()), leg: Some(leg(1)) };
    assert!(play.has(&hang_up), "{:?}", play.effects);
    assert_eq!(play.call.end.unwrap().reason, EndReason::MessageLeft);
    let left = play.call.history.voicemail.clone().unwrap();
    assert_eq!((left.by, left.whole, left.message), (LeftBy::Agent { agent: ASHA }, true, message()));
}

#[test]
fn a_machine_whose_greeting_is_over_gets_the_message_by_itself() {
    let mut play = answered(true);
    play.take(MACHINE);
    assert_eq!(play.notices(), [NoticeCode::MessageLeft]);
    assert!(play.has(&plays(1)));
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
    assert_eq!(play.call.history.voicemail.as_ref().unwrap().by, LeftBy::Detection);
}

#[test]
fn nothing_is_left_when_it_is_not_wished_not_a_machine_or_still_speaking() {
    for (by_itself, event) in [
        (false, MACHINE),
        (true, CallEvent::AnsweredBy { verdict: AnsweredBy::Machine, greeting_over: false }),
        (true, CallEvent::AnsweredBy { verdict: AnsweredBy::Fax, greeting_over: true }),
        (true, CallEvent::AnsweredBy { verdict: AnsweredBy::Person, greeting_over: true }),
    ] {
        let mut play = answered(by_itself);
        play.take(event);
        assert!(play.call.talk().is_some(), "{:?}", play.log);
        assert!(play.call.history.voicemail.is_none());
    }
}

#[test]
fn only_the_one_who_talks_in_an_outbound_call_may_leave_it() {
    assert_eq!(permits(&answered(false).call, &dropped(BALA)), Err(Refusal::NotYourCall));
    assert_eq!(permits(&talking().call, &dropped(ASHA)), Err(Refusal::WrongState), "an inbound call");
    assert_eq!(permits(&dialing().call, &dropped(ASHA)), Err(Refusal::WrongState), "nobody is there yet");
    let mut play = answered(false);
    play.take(CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Agent { user_id: BALA } });
    assert_eq!(permits(&play.call, &dropped(ASHA)), Err(Refusal::TransferUnderWay));
    let mut play = answered(false);
    play.call.facts.sound = SoundPlace::Carrier;
    assert_eq!(permits(&play.call, &dropped(ASHA)), Err(Refusal::NotSupported));
}

#[test]
fn media_that_come_back_hear_it_from_its_beginning() {
    let mut play = answered(false);
    play.take(dropped(ASHA)).take(CallEvent::ServerRestarted);
    assert!(!play.has(&plays(1)));
    play.take(attached(2));
    assert!(play.has(&plays(2)), "{:?}", play.effects);
    play.take(CallEvent::VoicemailFinished { whole: true }).take(CallEvent::CarrierLost { leg: leg(2) });
    assert!(!play.take(attached(3)).has(&plays(3)), "it was heard");
}

#[test]
fn a_message_that_cannot_be_played_or_never_ends_ends_the_call() {
    let mut play = answered(false);
    play.take(dropped(ASHA)).take(CallEvent::VoicemailFinished { whole: false });
    assert_eq!(play.call.status(), CallStatus::Completed);
    assert!(!play.call.history.voicemail.as_ref().unwrap().whole);
    let mut play = answered(false);
    play.take(dropped(ASHA)).fire(Timer::Message);
    assert_eq!(play.call.end.unwrap().reason, EndReason::MessageLeft);
}

#[test]
fn a_customer_who_hangs_up_meanwhile_ends_it() {
    let mut play = answered(false);
    play.take(dropped(ASHA)).take(CallEvent::CustomerHungUp);
    assert_eq!(play.call.end.unwrap().reason, EndReason::CustomerHungUp);
    play.ignores(CallEvent::VoicemailFinished { whole: false });
}
