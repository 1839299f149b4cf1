use super::{super::*, fixture::*};
use crate::ids::UserId;

fn to_agent(agent: UserId) -> CallEvent {
    CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Agent { user_id: agent } }
}

fn to_number() -> CallEvent {
    CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Number { number: number() } }
}

fn to_queue() -> CallEvent {
    CallEvent::TransferStarted {
        agent: ASHA,
        to: TransferTarget::Queue { plan: QueuePlan { wrap_up_s: 90, ..plan(SUPPORT) } },
    }
}

fn outside(n: u128) -> CallEvent {
    CallEvent::CarrierAttached { party: Party::Outside { attempt: 1 }, leg: leg(n) }
}

fn back_with_asha(play: &Play) {
    let talk = play.call.talk().expect("the first agent talks");
    assert_eq!((talk.desk.agent, &talk.transfer), (ASHA, &None));
    assert_eq!(play.plan().hears.len(), 2);
}

#[test]
fn another_agent_answers_and_the_first_goes_to_wrap_up() {
    let mut play = talking();
    play.take(to_agent(BALA));
    assert_eq!(play.routes(), [(RouteTarget::Agent { user_id: BALA }, vec![ASHA], RouteReason::Transferred)]);
    assert_eq!((play.plan().music, play.plan().hears), (vec![PortRef::Leg(leg(1))], vec![]));

    play.take(routed(BALA, 3));
    assert!(play.effects.iter().any(|e| matches!(e, Effect::Offer { transferred_by: Some(by), .. } if *by == ASHA)));
    assert_eq!(play.agent_to(ASHA), None);

    play.take(accepted(BALA, 3, 2));
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
    assert_eq!(play.agent_to(BALA), Some(AgentNext::OnCall));
    assert!(play.plan().hears.contains(&(PortRef::Session(session(2)), PortRef::Leg(leg(1)))));
    assert!(!play.plan().members.contains(&PortRef::Session(session(1))));

    play.take(CallEvent::WrapUpEnded { agent: ASHA, then: AfterWrapUp::Available });
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed: false, pause: false }));
    assert_eq!(play.call.status(), CallStatus::InProgress);
    assert_eq!(play.call.history.talks.len(), 2);
}

#[test]
fn a_target_who_declines_or_lets_it_ring_gives_the_call_back() {
    let mut play = talking();
    play.take(to_agent(BALA)).take(routed(BALA, 3)).take(CallEvent::OfferDeclined { agent: BALA, fence: 3 });
    back_with_asha(&play);
    assert_eq!(play.notices(), [NoticeCode::TransferDeclined]);

    play.take(to_agent(BALA)).take(routed(BALA, 4)).fire(Timer::OfferExpires);
    back_with_asha(&play);
    assert_eq!(play.notices(), [NoticeCode::MissedOffer, NoticeCode::TransferNotAnswered]);
    assert_eq!(play.agent_to(BALA), Some(AgentNext::Free { missed: true, pause: false }));
}

#[test]
fn a_target_who_is_not_free_gives_the_call_back_at_once() {
    let mut play = talking();
    play.take(to_agent(BALA)).take(CallEvent::NobodyFree);
    back_with_asha(&play);
    assert_eq!(play.notices(), [NoticeCode::TransferNobodyFree]);
}

#[test]
fn a_queue_is_asked_agent_by_agent_until_the_time_is_up() {
    let mut play = talking();
    play.take(to_queue()).take(routed(BALA, 3)).take(CallEvent::OfferDeclined { agent: BALA, fence: 3 });
    assert_eq!(play.routes(), [(RouteTarget::Queue { queue_id: SUPPORT }, vec![BALA, ASHA], RouteReason::Declined)]);
    play.take(CallEvent::NobodyFree).take(CallEvent::AgentFreed);
    assert_eq!(play.routes()[0].2, RouteReason::LookAgain);
    play.fire(Timer::TransferGivesUp);
    back_with_asha(&play);
}

#[test]
fn the_rules_of_the_new_queue_hold_after_the_transfer() {
    let mut play = talking();
    play.take(to_queue()).take(routed(BALA, 3)).take(accepted(BALA, 3, 2));
    let first = play.call.wrap_ups[&ASHA];
    assert_eq!(first.ends_at.since(first.started_at).as_secs(), 30);
    play.take(CallEvent::CustomerHungUp);
    let second = play.call.wrap_ups[&BALA];
    assert_eq!(second.ends_at.since(second.started_at).as_secs(), 90);
}

#[test]
fn cancelling_takes_the_offer_back() {
    let mut play = talking();
    play.take(to_agent(BALA)).take(routed(BALA, 3)).take(CallEvent::TransferCancelled { agent: ASHA });
    back_with_asha(&play);
    assert!(play.has(&Effect::WithdrawOffer { agent: BALA, fence: 3, end: OfferEnd::Withdrawn }));
    assert_eq!(play.agent_to(BALA), Some(AgentNext::Free { missed: false, pause: false }));
    play.take(accepted(BALA, 3, 2));
    back_with_asha(&play);
}

#[test]
fn an_agent_found_for_a_transfer_that_was_cancelled_is_let_go() {
    let mut play = talking();
    play.take(to_agent(BALA)).take(CallEvent::TransferCancelled { agent: ASHA }).take(routed(BALA, 3));
    assert_eq!(play.agent_to(BALA), Some(AgentNext::Free { missed: false, pause: false }));
    back_with_asha(&play);
    // Nor does the answer of the first transfer serve the next one, to somebody else.
    play.take(to_agent(COACH)).take(routed(BALA, 4));
    assert_eq!(play.agent_to(BALA), Some(AgentNext::Free { missed: false, pause: false }));
    assert_eq!(play.call.offer(), None);
}

#[test]
fn an_outside_number_and_the_customer_are_joined_without_the_agent() {
    let mut play = talking();
    play.take(to_number());
    assert!(play.has(&Effect::DialTransfer { attempt: 1, number: number() }));
    play.take(CallEvent::Dialed { party: Party::Outside { attempt: 1 }, provider_call_id: "CA2".into() });
    play.take(CallEvent::TransferAnswered { attempt: 1 });
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
    assert_eq!(play.plan().music, [PortRef::Leg(leg(1))]);
    play.take(outside(2));
    let (customer, other) = (PortRef::Leg(leg(1)), PortRef::Leg(leg(2)));
    assert_eq!(play.plan().hears, [(customer, other), (other, customer)]);
    assert_eq!(play.plan().record, None);

    play.take(CallEvent::CustomerHungUp);
    let party = Party::Outside { attempt: 1 };
    assert!(play.has(&Effect::HangUpCarrier { party, provider_call_id: Some("CA2".into()), leg: Some(leg(2)) }));
    assert_eq!(play.call.status(), CallStatus::Completed);
}

#[test]
fn when_the_outside_party_hangs_up_the_customer_is_hung_up_too() {
    let mut play = talking();
    play.take(to_number()).take(outside(2));
    let party = Party::Outside { attempt: 1 };
    play.take(CallEvent::ProviderEnded { party, status: ProviderEnd::Completed });
    assert_eq!(play.call.end.unwrap().reason, EndReason::OutsideHungUp);
    let hung_up: Vec<_> = play.effects.iter().filter(|e| matches!(e, Effect::HangUpCarrier { .. })).collect();
    assert!(matches!(hung_up[..], [Effect::HangUpCarrier { party: Party::Customer, .. }]));
}

#[test]
fn an_outside_number_that_fails_gives_the_call_back_with_the_reason() {
    for (reason, code) in [
        (DialFailure::Busy, NoticeCode::TransferBusy),
        (DialFailure::NoAnswer, NoticeCode::TransferNotAnswered),
        (DialFailure::Failed, NoticeCode::TransferFailed),
    ] {
        let mut play = talking();
        play.take(to_number()).take(CallEvent::TransferFailed { attempt: 1, reason });
        back_with_asha(&play);
        assert_eq!(play.notices(), [code]);
        assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::HangUpCarrier { .. })));
    }
}

#[test]
fn an_outside_number_that_is_given_up_is_hung_up_whenever_the_carrier_names_it() {
    let mut play = talking();
    play.take(to_number()).fire(Timer::TransferGivesUp);
    back_with_asha(&play);
    let party = Party::Outside { attempt: 1 };
    assert!(play.has(&Effect::HangUpCarrier { party, provider_call_id: None, leg: None }));
    play.take(CallEvent::Dialed { party, provider_call_id: "CA2".into() });
    assert!(play.has(&Effect::HangUpCarrier { party, provider_call_id: Some("CA2".into()), leg: None }));
}

#[test]
fn a_late_report_of_the_first_attempt_does_not_answer_the_second() {
    let mut play = talking();
    play.take(to_number()).take(CallEvent::TransferCancelled { agent: ASHA }).take(to_number());
    play.ignores(CallEvent::TransferAnswered { attempt: 1 });
    play.ignores(CallEvent::TransferFailed { attempt: 1, reason: DialFailure::Busy });
    play.take(outside(5));
    assert!(matches!(play.effects[..], [Effect::HangUpCarrier { party: Party::Outside { attempt: 1 }, .. }]));
    play.take(CallEvent::TransferAnswered { attempt: 2 });
    assert!(matches!(play.call.phase, Phase::PassedOn { .. }));
}

#[test]
fn the_caller_who_hangs_up_during_a_transfer_takes_back_the_offer() {
    let mut play = talking();
    play.take(to_agent(BALA)).take(routed(BALA, 3)).take(CallEvent::CustomerHungUp);
    assert!(play.has(&Effect::WithdrawOffer { agent: BALA, fence: 3, end: OfferEnd::CallerGone }));
    assert_eq!(play.agent_to(BALA), Some(AgentNext::Free { missed: false, pause: false }));
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
}

#[test]
fn a_call_comes_back_to_an_agent_whose_device_went_away_meanwhile() {
    let mut play = talking();
    play.take(to_agent(BALA)).take(CallEvent::DeviceLost { session: session(1) });
    assert!(!timers(&play.call).contains_key(&Timer::DeviceBack));
    play.take(CallEvent::NobodyFree).fire(Timer::DeviceBack);
    assert_eq!(play.call.status(), CallStatus::Queued);
}

#[test]
fn what_cannot_be_transferred_is_refused_with_the_reason() {
    let mut play = talking();
    let refused = |play: &Play, event: &CallEvent| permits(&play.call, event);
    assert_eq!(refused(&play, &to_agent(ASHA)), Err(Refusal::TransferToSelf));
    assert_eq!(refused(&play, &CallEvent::TransferCancelled { agent: ASHA }), Err(Refusal::WrongState));
    play.take(to_agent(BALA));
    assert_eq!(refused(&play, &to_number()), Err(Refusal::TransferUnderWay));
    assert_eq!(refused(&play, &CallEvent::AgentHungUp { agent: ASHA }), Err(Refusal::TransferUnderWay));
    assert_eq!(refused(&play, &CallEvent::HoldStarted { agent: ASHA }), Err(Refusal::TransferUnderWay));

    let mut bare = facts(Direction::Inbound);
    bare.capabilities = Capabilities { transfer: false, hold: false, ..Capabilities::default() };
    assert_eq!(bare.capabilities.unsupported(), ["hold", "transfer"]);
    let mut play = Play::of(bare);
    play.take(CallEvent::Received).take(greeted()).take(routed(ASHA, 1)).take(accepted(ASHA, 1, 1));
    assert_eq!(refused(&play, &to_number()), Err(Refusal::NotSupported));
    assert_eq!(refused(&play, &CallEvent::HoldStarted { agent: ASHA }), Err(Refusal::NotSupported));
}
