//! Late, doubled, lost and reordered reports.

use super::{super::*, fixture::*};

#[test]
fn a_second_answer_with_an_old_fence_changes_nothing() {
    let mut play = offered();
    play.fire(Timer::OfferExpires).take(CallEvent::NobodyFree).take(routed(ASHA, 5));
    play.ignores(accepted(ASHA, 1, 1)).take(accepted(ASHA, 5, 1));
    assert!(play.call.talk().is_some());
}

#[test]
fn the_caller_hangs_up_while_it_rings() {
    let mut play = offered();
    play.take(CallEvent::CustomerHungUp);
    assert!(play.has(&Effect::WithdrawOffer { agent: ASHA, fence: 1, end: OfferEnd::CallerGone }));
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed: false, pause: false }));
    assert_eq!(play.call.status(), CallStatus::Abandoned);
}

#[test]
fn an_expiry_after_the_answer_changes_nothing() {
    let mut play = talking();
    play.ignores(CallEvent::OfferExpired { agent: ASHA, fence: 1 });
    play.ignores(CallEvent::TimerFired { timer: Timer::OfferExpires });
    play.ignores(CallEvent::OfferDeclined { agent: ASHA, fence: 1 });
}

#[test]
fn an_answer_in_the_moment_of_the_expiry_still_counts() {
    let mut play = offered();
    play.now = play.call.offer().unwrap().expires_at;
    play.take(accepted(ASHA, 1, 1));
    assert!(play.call.talk().is_some());
}

#[test]
fn a_timer_that_fires_too_early_is_set_again() {
    let mut play = offered();
    let at = play.call.offer().unwrap().expires_at;
    play.take(CallEvent::TimerFired { timer: Timer::OfferExpires });
    let again = Effect::SetTimer { timer: Timer::OfferExpires, at, reason: TimerReason::OfferHasARingTime };
    assert_eq!(play.effects, [again]);
}

#[test]
fn reports_after_the_end_change_nothing() {
    let mut play = talking();
    play.take(CallEvent::CustomerHungUp);
    play.take(CallEvent::WrapUpEnded { agent: ASHA, then: AfterWrapUp::Available });
    for event in [
        CallEvent::ProviderEnded { party: Party::Customer, status: ProviderEnd::Failed },
        CallEvent::CustomerHungUp,
        CallEvent::CustomerAnswered,
        CallEvent::CustomerRinging,
        CallEvent::CustomerFailed { reason: DialFailure::Busy },
        CallEvent::Received,
        greeted(),
        CallEvent::FarewellFinished,
        CallEvent::NobodyFree,
        CallEvent::AgentFreed,
        CallEvent::CarrierLost { leg: leg(1) },
        CallEvent::DeviceBack { agent: ASHA, session: session(1) },
        CallEvent::SideHeard { side: Side::Agent },
        CallEvent::RecordingFinished,
        CallEvent::TimerFired { timer: Timer::MaxWait },
        CallEvent::ServerRestarted,
    ] {
        play.ignores(event);
    }
}

#[test]
fn the_carriers_status_that_overtakes_the_hang_up_decides_once() {
    let mut play = talking();
    play.take(CallEvent::ProviderEnded { party: Party::Customer, status: ProviderEnd::Completed });
    let end = play.call.end;
    play.ignores(CallEvent::CustomerHungUp);
    assert_eq!(play.call.end, end);
}

#[test]
fn an_agent_claimed_for_a_caller_who_has_left_is_let_go() {
    let mut play = queued();
    play.take(CallEvent::CustomerHungUp).take(routed(ASHA, 1));
    let next = AgentNext::Free { missed: false, pause: false };
    assert_eq!(play.effects, [Effect::AgentTo { agent: ASHA, fence: 1, next }]);
}

#[test]
fn a_second_agent_claimed_for_the_same_question_is_let_go() {
    let mut play = offered();
    play.take(routed(BALA, 8));
    assert_eq!(play.agent_to(BALA), Some(AgentNext::Free { missed: false, pause: false }));
    play.ignores(routed(ASHA, 1));
    assert_eq!(play.call.offer().unwrap().agent, ASHA);
}

#[test]
fn a_newer_claim_of_the_same_agent_replaces_the_older() {
    let mut play = offered();
    play.take(routed(ASHA, 2)).ignores(accepted(ASHA, 1, 1)).take(accepted(ASHA, 2, 1));
    assert_eq!(play.call.desk().unwrap().fence, 2);
}

#[test]
fn media_that_arrive_after_the_end_are_hung_up() {
    let mut play = queued();
    play.take(CallEvent::CustomerHungUp).take(attached(3));
    assert!(matches!(play.effects[..], [Effect::HangUpCarrier { leg: Some(l), .. }] if l == leg(3)));
}

#[test]
fn media_that_arrive_before_the_announcement_are_used() {
    let mut play = Play::of(facts(Direction::Inbound));
    play.take(attached(1)).take(CallEvent::Received);
    assert!(matches!(play.effects[0], Effect::PlayGreeting { .. }));
}

#[test]
fn a_greeting_that_was_cut_is_played_again_on_the_new_leg() {
    let mut play = Play::of(facts(Direction::Inbound));
    play.take(CallEvent::Received).take(attached(1)).take(CallEvent::CarrierLost { leg: leg(1) }).take(attached(2));
    assert!(matches!(&play.effects[0], Effect::PlayGreeting { leg: l, .. } if *l == leg(2)));
}

#[test]
fn a_question_to_routing_whose_answer_is_lost_is_asked_again() {
    let mut play = queued();
    play.fire(Timer::LookAgain);
    assert_eq!(play.routes().len(), 1);
}

#[test]
fn a_result_that_comes_from_the_outbox_after_the_wrap_up_is_kept() {
    let mut play = talking();
    play.take(CallEvent::CustomerHungUp).fire(Timer::WrapUpEnds { agent: ASHA });
    let ended = play.call.phase.clone();
    play.take(CallEvent::DispositionSaved {
        agent: ASHA,
        code: "callback".into(),
        sub_code: None,
        made_at: START,
        then: AfterWrapUp::Available,
    });
    assert_eq!(play.call.disposition.as_ref().unwrap().code, "callback");
    assert_eq!((&play.call.phase, &play.effects[..]), (&ended, &[][..]));
}

#[test]
fn everything_twice_gives_the_same_call() {
    let mut once = talking();
    once.take(CallEvent::SideHeard { side: Side::Customer }).take(CallEvent::CustomerHungUp);
    let twice: Vec<_> = once.log.iter().flat_map(|entry| [entry.clone(), entry.clone()]).collect();
    assert_eq!(replay(facts(Direction::Inbound), &twice), once.call);
}
