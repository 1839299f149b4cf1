use super::{super::*, fixture::*};

#[test]
fn a_caller_is_greeted_queued_offered_answered_and_dispositioned() {
    let mut play = Play::of(facts(Direction::Inbound));
    play.take(CallEvent::Received);
    assert_eq!(play.call.status(), CallStatus::Greeting);
    play.take(attached(1));
    // The carrier has spoken it.
    assert_eq!(play.effects[0], Effect::PlayGreeting { leg: leg(1), message: None });

    play.take(greeted());
    assert_eq!(play.routes(), [(RouteTarget::Queue { queue_id: SALES }, vec![], RouteReason::Arrived)]);
    assert_eq!(play.plan().music, [PortRef::Leg(leg(1))]);

    play.take(routed(ASHA, 4));
    assert_eq!(play.call.status(), CallStatus::Ringing);
    assert!(
        play.effects.iter().any(|e| matches!(e, Effect::Offer { offer, transferred_by: None } if offer.fence == 4))
    );

    play.take(accepted(ASHA, 4, 1));
    assert_eq!(play.call.status(), CallStatus::InProgress);
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::OnCall));
    assert!(play.has(&Effect::WithdrawOffer { agent: ASHA, fence: 4, end: OfferEnd::Answered }));
    assert!(play.has(&Effect::ClearTimer { timer: Timer::OfferExpires }));
    assert_eq!(play.call.recording, Recording::Running);
    assert_eq!(play.call.why.as_deref(), Some("The only agent who is free."));

    play.take(CallEvent::SideHeard { side: Side::Agent }).take(CallEvent::SideHeard { side: Side::Customer });
    assert!(play.call.both_heard());
    assert!(play.has(&Effect::ClearTimer { timer: Timer::HearBoth }));

    play.take(CallEvent::CustomerHungUp);
    assert_eq!(play.call.status(), CallStatus::Completed);
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
    assert!(play.has(&Effect::CloseRoom));
    assert!(play.has(&Effect::Over { reason: EndReason::CustomerHungUp }));
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::HangUpCarrier { .. })));

    play.take(CallEvent::DispositionSaved {
        agent: ASHA,
        code: "interested".into(),
        sub_code: Some("wants_details".into()),
        made_at: play.now,
        then: AfterWrapUp::Available,
    });
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed: false, pause: false }));
    assert!(matches!(play.call.phase, Phase::Ended { .. }));
    assert_eq!(timers(&play.call), Default::default());
    assert_eq!(play.call.talk_time(play.now).as_millis(), 300);
    assert_eq!(play.call.ring(play.now).as_millis(), 100);
    assert_eq!(play.call.wait(play.now).as_millis(), 200);
}

#[test]
fn a_number_without_greeting_goes_to_the_queue_at_once() {
    let mut play = Play::of(CallFacts { greeting: Greeting::text(" "), ..facts(Direction::Inbound) });
    play.take(CallEvent::Received);
    assert_eq!(play.routes().len(), 1);
    assert_eq!(play.call.status(), CallStatus::Queued);
}

#[test]
fn a_greeting_whose_end_is_never_reported_ends_by_its_timer() {
    let mut play = Play::of(facts(Direction::Inbound));
    play.take(CallEvent::Received).take(attached(1)).fire(Timer::Greeting);
    assert_eq!(play.call.status(), CallStatus::Queued);
}

#[test]
fn a_number_without_queue_says_so_to_the_caller_and_the_admin_and_hangs_up() {
    let mut play = Play::of(CallFacts { queue: None, ..facts(Direction::Inbound) });
    play.take(CallEvent::Received).take(attached(1)).take(greeted());
    assert!(play.has(&Effect::PlayFarewell { leg: leg(1), farewell: Farewell::NoRoute }));
    assert_eq!(play.notices(), [NoticeCode::NoRoute]);
    play.take(CallEvent::FarewellFinished);
    assert!(matches!(play.effects[0], Effect::HangUpCarrier { party: Party::Customer, .. }));
    assert_eq!(play.call.end.unwrap().reason, EndReason::NoRoute);
}

#[test]
fn the_menu_chooses_the_queue_and_its_recording_rule() {
    let mut play = Play::of(facts(Direction::Inbound));
    let chosen = QueuePlan { recording: false, ..plan(SUPPORT) };
    play.take(CallEvent::Received).take(attached(1));
    play.take(CallEvent::DigitReceived { digit: '2' });
    assert!(matches!(&play.call.phase, Phase::Greeting { digits, .. } if digits == "2"));
    play.take(CallEvent::GreetingFinished { then: AfterGreeting::Queue { plan: chosen }, leg: None });
    assert_eq!(play.routes()[0].0, RouteTarget::Queue { queue_id: SUPPORT });
    assert_eq!(play.call.recording, Recording::Off);
}

#[test]
fn a_caller_whom_the_flow_turns_away_is_hung_up() {
    let mut play = Play::of(facts(Direction::Inbound));
    play.take(CallEvent::Received).take(attached(1));
    play.take(CallEvent::GreetingFinished { then: AfterGreeting::HangUp, leg: None });
    assert_eq!(play.call.status(), CallStatus::NoAnswer);
    assert!(matches!(play.effects[0], Effect::HangUpCarrier { leg: Some(l), .. } if l == leg(1)));
}

#[test]
fn an_agent_who_declines_is_not_asked_again_for_a_while() {
    let mut play = offered();
    play.take(CallEvent::OfferDeclined { agent: ASHA, fence: 1 });
    assert_eq!(play.routes(), [(RouteTarget::Queue { queue_id: SALES }, vec![ASHA], RouteReason::Declined)]);
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed: false, pause: false }));
    // The agent is free before routing is asked, so that a claim of somebody else cannot fail because of it.
    let at = |wanted: fn(&Effect) -> bool| play.effects.iter().position(wanted).unwrap();
    assert!(at(|e| matches!(e, Effect::Route { .. })) < at(|e| matches!(e, Effect::SetTimer { .. })));

    play.take(CallEvent::NobodyFree).fire(Timer::LookAgain);
    assert_eq!(play.routes()[0].1, [ASHA]);
    play.take(CallEvent::NobodyFree).fire(Timer::LookAgain);
    assert_eq!(play.routes()[0].1, []);
}

#[test]
fn an_offer_that_runs_out_warns_the_agent_and_goes_on_to_the_next() {
    let mut play = offered();
    play.fire(Timer::OfferExpires);
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed: true, pause: false }));
    assert_eq!(play.notices(), [NoticeCode::MissedOffer]);
    assert_eq!(play.routes()[0].2, RouteReason::Expired);
    play.take(routed(BALA, 7)).take(accepted(BALA, 7, 2));
    assert_eq!(play.call.desk().unwrap().agent, BALA);
}

#[test]
fn a_waiting_call_asks_when_somebody_becomes_free() {
    let mut play = queued();
    play.take(CallEvent::NobodyFree).take(CallEvent::AgentFreed);
    assert_eq!(play.routes()[0].2, RouteReason::LookAgain);
}

#[test]
fn somebody_who_becomes_free_while_routing_is_asked_is_not_overlooked() {
    let mut play = queued();
    play.take(CallEvent::AgentFreed);
    assert_eq!(play.routes(), []);
    play.take(CallEvent::NobodyFree);
    assert_eq!(play.routes()[0].2, RouteReason::LookAgain);
    play.take(CallEvent::NobodyFree);
    assert_eq!(play.routes(), []);
}

#[test]
fn a_caller_who_waited_too_long_is_told_and_hung_up() {
    let mut play = queued();
    play.take(CallEvent::NobodyFree).fire(Timer::MaxWait);
    assert!(play.has(&Effect::PlayFarewell { leg: leg(1), farewell: Farewell::AllBusy }));
    assert_eq!(play.notices(), [NoticeCode::WaitedTooLong]);
    play.fire(Timer::Farewell);
    assert_eq!((play.call.status(), play.call.end.unwrap().reason), (CallStatus::NoAnswer, EndReason::WaitedTooLong));
}

#[test]
fn a_caller_who_finds_the_queue_full_is_told_and_hung_up() {
    let mut play = queued();
    play.take(CallEvent::QueueFull);
    assert!(play.has(&Effect::PlayFarewell { leg: leg(1), farewell: Farewell::AllBusy }));
    assert_eq!(play.notices(), [NoticeCode::QueueFull]);
    play.fire(Timer::Farewell);
    assert_eq!((play.call.status(), play.call.end.unwrap().reason), (CallStatus::NoAnswer, EndReason::QueueFull));
}

#[test]
fn who_is_turned_away_before_the_line_stands_is_told_once_it_does() {
    let facts = || CallFacts { greeting: Greeting::text(" "), ..facts(Direction::Inbound) };
    let mut play = Play::of(facts());
    play.take(CallEvent::Received).take(CallEvent::QueueFull);
    assert!(!play.call.is_over());
    play.take(attached(1));
    assert!(play.has(&Effect::PlayFarewell { leg: leg(1), farewell: Farewell::AllBusy }));
    play.take(CallEvent::FarewellFinished);
    assert_eq!(play.call.end.unwrap().reason, EndReason::QueueFull);

    let mut never = Play::of(facts());
    never.take(CallEvent::Received).take(CallEvent::QueueFull).fire(Timer::Farewell);
    assert_eq!((never.call.status(), never.call.end.unwrap().reason), (CallStatus::NoAnswer, EndReason::QueueFull));
}

#[test]
fn a_queue_that_is_full_later_sends_nobody_away_who_waits() {
    let mut play = queued();
    play.take(CallEvent::NobodyFree).ignores(CallEvent::QueueFull);
    play.take(CallEvent::AgentFreed).take(routed(ASHA, 1)).ignores(CallEvent::QueueFull);
}

#[test]
fn a_caller_who_leaves_the_queue_has_abandoned() {
    let mut play = queued();
    play.take(CallEvent::CustomerHungUp);
    assert_eq!(play.call.status(), CallStatus::Abandoned);
    assert!(matches!(play.call.phase, Phase::Ended { .. }));
}

#[test]
fn an_agent_who_hangs_up_ends_the_telephone_call() {
    let mut play = talking();
    play.take(CallEvent::AgentHungUp { agent: ASHA });
    let hang_up =
        Effect::HangUpCarrier { party: Party::Customer, provider_call_id: Some("CA1".into()), leg: Some(leg(1)) };
    assert!(play.has(&hang_up));
    assert_eq!(play.call.status(), CallStatus::Completed);
}

#[test]
fn wrap_up_is_extended_by_the_agent_up_to_a_cap_and_ends_by_itself() {
    let mut play = talking();
    play.take(CallEvent::CustomerHungUp);
    let first = play.call.wrap_ups[&ASHA].ends_at;
    play.take(CallEvent::WrapUpExtended { agent: ASHA });
    let longer = first.plus(WRAP_UP_EXTENSION);
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::WrapUp { ends_at: longer }));
    for _ in 0..40 {
        play.take(CallEvent::WrapUpExtended { agent: ASHA });
    }
    let wrap_up = play.call.wrap_ups[&ASHA];
    assert_eq!(wrap_up.ends_at.since(wrap_up.started_at), WRAP_UP_LIMIT);
    assert_eq!(permits(&play.call, &CallEvent::WrapUpExtended { agent: ASHA }), Err(Refusal::WrapUpLimit));
    play.fire(Timer::WrapUpEnds { agent: ASHA });
    assert!(matches!(play.call.phase, Phase::Ended { .. }));
}

#[test]
fn a_queue_without_wrap_up_frees_the_agent_at_once() {
    let queue = Some(QueuePlan { wrap_up_s: 0, ..plan(SALES) });
    let mut play = Play::of(CallFacts { queue, greeting: Greeting::None, ..facts(Direction::Inbound) });
    play.take(CallEvent::Received).take(routed(ASHA, 1)).take(accepted(ASHA, 1, 1)).take(CallEvent::CustomerHungUp);
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed: false, pause: false }));
    assert!(matches!(play.call.phase, Phase::Ended { .. }));
}

#[test]
fn a_break_after_the_wrap_up_is_passed_on() {
    let mut play = talking();
    play.take(CallEvent::CustomerHungUp).take(CallEvent::WrapUpEnded { agent: ASHA, then: AfterWrapUp::Break });
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed: false, pause: true }));
}
