//! Calls that whoever stands between their parties joins.

use super::{super::*, fixture::*};
use crate::ids::CallId;

const OTHER: CallId = CallId::new(uuid::Uuid::from_u128(501));
const OUTSIDE: Party = Party::Outside { attempt: 1 };

fn consult() -> CallEvent {
    CallEvent::ConsultStarted { agent: ASHA, number: number(), leg: leg(7) }
}

/// Asha speaks by leg 7 with the number at leg 2, while the customer at leg 1 hears music.
fn consulting() -> Play {
    let mut play = talking();
    play.take(consult()).take(CallEvent::Dialed { party: OUTSIDE, provider_call_id: "CA2".into() });
    play.take(CallEvent::TransferAnswered { attempt: 1 });
    play.take(CallEvent::CarrierAttached { party: OUTSIDE, leg: leg(2) });
    play
}

/// The customer at leg 1 and the number at leg 2, without an agent.
fn passed_on() -> Play {
    let mut play = talking();
    play.take(CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Number { number: number() } });
    play.take(CallEvent::CarrierAttached { party: OUTSIDE, leg: leg(2) });
    play
}

fn with_asha(play: &Play) {
    let talk = play.call.talk().expect("Asha talks");
    assert_eq!((talk.desk.agent, &talk.transfer), (ASHA, &None));
    assert!(!play.plan().members.contains(&PortRef::Leg(leg(7))));
}

#[test]
fn an_agent_hears_ringing_and_then_the_number_while_the_customer_hears_music() {
    let mut play = talking();
    play.take(consult());
    assert!(play.has(&Effect::DialTransfer { attempt: 1, number: number() }));
    let (customer, number, second) = (PortRef::Leg(leg(1)), PortRef::Leg(leg(2)), PortRef::Leg(leg(7)));
    assert_eq!((play.plan().ringback, play.plan().music), (vec![second], vec![customer]));
    play.take(CallEvent::TransferAnswered { attempt: 1 });
    play.take(CallEvent::CarrierAttached { party: OUTSIDE, leg: leg(2) });
    assert_eq!(play.plan().hears, [(second, number), (number, second)]);
    assert_eq!((play.plan().ringback, play.plan().music), (vec![], vec![customer]));
    assert!(!timers(&play.call).contains_key(&Timer::TransferGivesUp), "they speak for as long as they like");
    assert_eq!(play.agent_to(ASHA), None);
}

#[test]
fn an_agent_who_leaves_finishes_and_the_customer_and_the_number_go_on() {
    let mut play = consulting();
    play.take(CallEvent::ConsultJoined { agent: ASHA });
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
    let (customer, number) = (PortRef::Leg(leg(1)), PortRef::Leg(leg(2)));
    assert_eq!(play.plan().hears, [(customer, number), (number, customer)]);
    assert_eq!((play.plan().members, play.plan().record), (vec![customer, number], None));
    assert!(play.has(&Effect::EndConsult { leg: leg(7) }));
    assert_eq!(play.call.recording, Recording::Finished);
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::HangUpCarrier { .. })));
    // Said twice, and the agent's lines that end late.
    play.ignores(CallEvent::ConsultJoined { agent: ASHA });
    play.ignores(CallEvent::TransferCancelled { agent: ASHA });
    play.ignores(CallEvent::AgentHungUp { agent: ASHA });
    play.take(CallEvent::CustomerHungUp);
    assert_eq!(play.call.status(), CallStatus::Completed);
    assert_eq!(play.call.wrap_ups.len(), 1, "one wrap-up of one agent");
}

#[test]
fn nobody_is_left_to_a_number_that_has_not_answered() {
    let mut play = talking();
    play.take(consult());
    let joined = CallEvent::ConsultJoined { agent: ASHA };
    assert_eq!(permits(&play.call, &joined), Err(Refusal::WrongState));
    assert_eq!(permits(&consulting().call, &CallEvent::ConsultJoined { agent: BALA }), Err(Refusal::NotYourCall));
    assert_eq!(permits(&talking().call, &joined), Err(Refusal::WrongState));
    play.fire(Timer::TransferGivesUp);
    with_asha(&play);
    assert!(play.has(&Effect::EndConsult { leg: leg(7) }));
}

#[test]
fn an_agent_who_comes_back_has_the_customer_and_the_number_is_hung_up() {
    let mut play = consulting();
    play.take(CallEvent::TransferCancelled { agent: ASHA });
    with_asha(&play);
    assert!(play.has(&Effect::HangUpCarrier {
        party: OUTSIDE,
        provider_call_id: Some("CA2".into()),
        leg: Some(leg(2))
    }));
}

#[test]
fn a_number_that_hangs_up_gives_the_customer_back_without_a_word() {
    let mut play = consulting();
    play.take(CallEvent::ProviderEnded { party: OUTSIDE, status: ProviderEnd::Completed });
    with_asha(&play);
    assert_eq!(play.notices(), []);
    assert!(play.has(&Effect::EndConsult { leg: leg(7) }));
}

#[test]
fn a_customer_who_hangs_up_ends_both_lines_of_the_agent() {
    let mut play = consulting();
    play.take(CallEvent::CustomerHungUp);
    assert!(play.has(&Effect::EndConsult { leg: leg(7) }));
    assert!(play.has(&Effect::HangUpCarrier {
        party: OUTSIDE,
        provider_call_id: Some("CA2".into()),
        leg: Some(leg(2))
    }));
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
}

#[test]
fn after_a_restart_the_customer_waits_for_the_agent_and_not_for_the_number() {
    let mut play = consulting();
    play.take(CallEvent::ServerRestarted);
    assert_eq!(play.call.talk().map(|talk| talk.transfer.is_none()), Some(true));
    assert!(timers(&play.call).contains_key(&Timer::DeviceBack));
}

#[test]
fn a_customer_who_moves_leaves_a_call_that_is_over_and_hangs_up_on_nobody() {
    let mut play = passed_on();
    play.take(CallEvent::CustomerMoved { to: OTHER });
    let end = play.call.end.unwrap();
    assert_eq!((end.status, end.reason), (CallStatus::Completed, EndReason::JoinedElsewhere));
    assert!(play.has(&Effect::CloseRoom));
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::HangUpCarrier { .. })), "{:?}", play.effects);
    assert_eq!(play.call.wrap_ups.len(), 1, "of the agent who had passed them on");
    play.ignores(CallEvent::CustomerMoved { to: OTHER });
    play.ignores(CallEvent::ProviderEnded { party: OUTSIDE, status: ProviderEnd::Completed });
    play.ignores(CallEvent::ProviderEnded { party: Party::Customer, status: ProviderEnd::Completed });
}

#[test]
fn a_call_is_with_whom_it_was_sent_on_to_until_all_of_it_is_over() {
    let number = crate::phone_number::E164::from_carrier("+919812300088").unwrap();
    let lead = Some(crate::ids::LeadId::new(uuid::Uuid::from_u128(700)));
    let named = CallEvent::CustomerNamed { customer: Customer::Known { number }, lead };
    for mut play in [queued(), offered(), talking(), passed_on()] {
        play.take(named.clone());
        assert_eq!((play.call.facts.customer.shown(), play.call.facts.lead), ("+919812300088", lead));
        assert_eq!(play.effects, [Effect::CustomerNamed], "nobody hears of it");
        // Said twice.
        play.ignores(named.clone());
    }
    // Late: whoever has spoken with them is still to say what came of it.
    let mut wrapping_up = talking();
    wrapping_up.take(CallEvent::CustomerHungUp);
    wrapping_up.take(named.clone());
    assert_eq!(wrapping_up.call.facts.lead, lead);
    wrapping_up.take(CallEvent::WrapUpEnded { agent: ASHA, then: AfterWrapUp::Available });
    let nobody = CallEvent::CustomerNamed { customer: wrapping_up.call.facts.customer.clone(), lead: None };
    wrapping_up.ignores(nobody);
    assert_eq!(wrapping_up.call.facts.lead, lead);
}

#[test]
fn only_a_customer_without_an_agent_moves() {
    let moved = CallEvent::CustomerMoved { to: OTHER };
    for play in [queued(), offered(), talking(), dialing(), consulting()] {
        assert_eq!(permits(&play.call, &moved), Err(Refusal::WrongState));
    }
    let mut lost = passed_on();
    lost.take(CallEvent::CarrierLost { leg: leg(1) });
    assert_eq!(permits(&lost.call, &moved), Err(Refusal::WrongState));
}

#[test]
fn an_agent_goes_on_with_the_customer_who_came_for_another_recorded_and_with_one_wrap_up() {
    let mut play = talking();
    let came = CallEvent::CustomerReplaced { from: OTHER, leg: leg(5) };
    play.take(came.clone());
    let (agent, customer) = (PortRef::Session(session(1)), PortRef::Leg(leg(5)));
    assert_eq!(play.plan().hears, [(agent, customer), (customer, agent)]);
    let record = play.plan().record.expect("it goes on being recorded");
    assert_eq!((record.left, record.right, record.paused), (vec![customer], vec![agent], false));
    assert_eq!(play.agent_to(ASHA), None);
    play.ignores(came.clone());
    // The line of whoever had called is of no more account.
    play.ignores(CallEvent::CarrierLost { leg: leg(1) });
    play.take(CallEvent::CustomerHungUp);
    assert_eq!(play.call.wrap_ups.len(), 1);
    assert_eq!(permits(&play.call, &came), Err(Refusal::WrongState));
    // In the queue they wait on.
    let mut waiting = queued();
    waiting.take(came);
    assert_eq!((waiting.call.status(), waiting.plan().music), (CallStatus::Queued, vec![customer]));
}
