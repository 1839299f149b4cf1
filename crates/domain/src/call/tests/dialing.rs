use super::{super::*, fixture::*};

#[test]
fn the_agent_is_there_first_and_talks_when_the_customer_answers() {
    let mut play = dialing();
    assert!(play.has(&Effect::DialCustomer));
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::OnCall));
    assert_eq!(play.call.status(), CallStatus::Ringing);
    play.take(CallEvent::Dialed { party: Party::Customer, provider_call_id: "CA9".into() });
    play.take(CallEvent::CustomerRinging).take(CallEvent::CustomerAnswered);
    assert_eq!(play.call.status(), CallStatus::InProgress);
    play.take(attached(1));
    assert_eq!(play.plan().hears.len(), 2);
    assert_eq!(play.call.provider_call_id.as_deref(), Some("CA9"));
}

#[test]
fn media_of_the_customer_mean_that_they_answered_even_when_the_report_is_lost() {
    let mut play = dialing();
    play.take(attached(1));
    assert!(play.call.talk().is_some());
    play.ignores(CallEvent::CustomerAnswered).ignores(CallEvent::CustomerRinging);
}

#[test]
fn a_customer_who_cannot_be_reached_leaves_the_agent_to_say_so() {
    let cases = [
        (DialFailure::Busy, CallStatus::Busy, EndReason::Busy),
        (DialFailure::NoAnswer, CallStatus::NoAnswer, EndReason::NoAnswer),
        (DialFailure::Failed, CallStatus::Failed, EndReason::Failed),
        (DialFailure::Machine, CallStatus::NoAnswer, EndReason::AnsweringMachine),
    ];
    for (reason, status, end) in cases {
        let mut play = dialing();
        play.take(CallEvent::CustomerFailed { reason });
        assert_eq!((play.call.status(), play.call.end.unwrap().reason), (status, end));
        assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
        assert_eq!(play.call.recording, Recording::Off);
    }
}

#[test]
fn the_carriers_final_status_counts_when_no_other_report_came() {
    for (status, want) in [
        (ProviderEnd::Busy, CallStatus::Busy),
        (ProviderEnd::NoAnswer, CallStatus::NoAnswer),
        (ProviderEnd::Failed, CallStatus::Failed),
        (ProviderEnd::Cancelled, CallStatus::Cancelled),
        (ProviderEnd::Completed, CallStatus::NoAnswer),
    ] {
        let mut play = dialing();
        play.take(CallEvent::ProviderEnded { party: Party::Customer, status });
        assert_eq!(play.call.status(), want);
    }
}

#[test]
fn a_telephone_that_rings_without_any_report_is_given_up() {
    let mut play = dialing();
    play.fire(Timer::CustomerRings);
    assert_eq!(play.call.status(), CallStatus::NoAnswer);
    assert!(play.effects.iter().any(|effect| matches!(effect, Effect::HangUpCarrier { .. })));
}

#[test]
fn a_call_that_the_agent_cancels_before_the_carrier_named_it_is_ended_when_it_does() {
    let mut play = dialing();
    play.take(CallEvent::AgentHungUp { agent: ASHA });
    assert_eq!(play.call.status(), CallStatus::Cancelled);
    play.take(CallEvent::Dialed { party: Party::Customer, provider_call_id: "CA9".into() });
    let hang_up = Effect::HangUpCarrier { party: Party::Customer, provider_call_id: Some("CA9".into()), leg: None };
    assert_eq!(play.effects, [hang_up]);
}

#[test]
fn a_machine_that_is_recognised_late_is_told_to_the_agent() {
    let mut play = dialing();
    play.take(attached(1)).take(CallEvent::CustomerFailed { reason: DialFailure::Machine });
    assert_eq!(play.notices(), [NoticeCode::AnsweringMachine]);
    assert!(play.call.talk().is_some());
}

#[test]
fn a_number_is_dialed_once_however_often_the_server_restarts() {
    let mut play = dialing();
    for _ in 0..3 {
        play.take(CallEvent::ServerRestarted);
        assert!(!play.has(&Effect::DialCustomer));
    }
    play.ignores(CallEvent::Placed { agent: BALA, fence: 1, session: session(2) });
}

#[test]
fn the_agent_hears_that_it_rings_or_what_the_network_plays() {
    let mut play = dialing();
    let agent = PortRef::Session(session(1));
    assert_eq!(play.plan(), RoomPlan { members: vec![agent], ..RoomPlan::default() });
    play.take(CallEvent::CustomerRinging);
    assert_eq!(play.plan().ringback, [agent]);
    let network = PortRef::Leg(leg(1));
    play.take(CallEvent::EarlySound { leg: leg(1) });
    let plan = play.plan();
    assert_eq!((plan.members, plan.hears, plan.ringback), (vec![agent, network], vec![(agent, network)], vec![]));
    play.take(CallEvent::CustomerAnswered).take(attached(1));
    assert_eq!(play.plan().hears.len(), 2, "both ways from the answer on");
    assert!(play.plan().ringback.is_empty());
    play.ignores(CallEvent::EarlySound { leg: leg(2) });
}

#[test]
fn early_sound_is_lost_with_the_server() {
    let mut play = dialing();
    play.take(CallEvent::EarlySound { leg: leg(1) }).take(CallEvent::ServerRestarted);
    assert!(play.plan().hears.is_empty());
}

const fn verdict(verdict: AnsweredBy, greeting_over: bool) -> CallEvent {
    CallEvent::AnsweredBy { verdict, greeting_over }
}

#[test]
fn the_agent_is_told_of_a_machine_and_decides() {
    let mut play = dialing();
    play.take(CallEvent::CustomerAnswered);
    play.take(verdict(AnsweredBy::Machine, false));
    assert_eq!(play.notices(), [NoticeCode::AnsweringMachine]);
    assert_eq!(play.call.status(), CallStatus::InProgress);
    play.ignores(verdict(AnsweredBy::Person, false));
    assert_eq!(play.call.history.answered_by, Some(AnsweredBy::Machine), "the first verdict counts");
}

#[test]
fn a_recording_of_the_carrier_is_noted_with_each_new_state() {
    let mut play = dialing();
    let report = |state: &str| CallEvent::CarrierRecording { id: "RE1".to_owned(), state: state.to_owned() };
    play.take(report("in-progress")).ignores(report("in-progress")).take(report("completed"));
    assert_eq!(play.call.history.carrier_recordings["RE1"], "completed");
}
