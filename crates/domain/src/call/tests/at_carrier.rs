//! Calls whose sound is at the carrier: two telephones that it has joined.

use super::{super::*, fixture::*};

fn two_telephones() -> Play {
    let facts =
        CallFacts { sound: SoundPlace::Carrier, capabilities: Capabilities::NONE, ..facts(Direction::Outbound) };
    let mut play = Play::of(facts);
    play.take(CallEvent::Placed { agent: ASHA, fence: 1, session: session(1) });
    play.take(CallEvent::Dialed { party: Party::Customer, provider_call_id: "c5".into() });
    play
}

fn talking() -> Play {
    let mut play = two_telephones();
    play.take(CallEvent::CustomerAnswered).take(attached(1));
    play
}

#[test]
fn what_the_carrier_cannot_do_is_refused_and_said() {
    let play = talking();
    for event in [
        CallEvent::HoldStarted { agent: ASHA },
        CallEvent::AgentHungUp { agent: ASHA },
        CallEvent::RecordingPaused { agent: ASHA },
    ] {
        assert_eq!(permits(&play.call, &event), Err(Refusal::NotSupported), "{event:?}");
    }
    let missing = play.call.facts.capabilities.unsupported();
    assert_eq!(missing, ["hold", "transfer", "dtmf", "hang_up", "pause_recording", "monitor"]);
}

#[test]
fn nobody_is_told_that_a_side_is_not_heard() {
    let play = talking();
    assert!(!timers(&play.call).contains_key(&Timer::HearBoth));
    assert!(timers(&super::fixture::talking().call).contains_key(&Timer::HearBoth), "in the bridge they are");
}

#[test]
fn a_carrier_that_never_reports_the_end_is_asked_and_the_call_marked() {
    let mut play = talking();
    let asked = Effect::AskCarrier { party: Party::Customer, provider_call_id: "c5".into() };
    assert!(play.fire(Timer::AskCarrier).has(&asked), "{:?}", play.effects);
    // It goes on: the carrier is asked again later, not at once.
    assert!(!play.take(CallEvent::TimerFired { timer: Timer::AskCarrier }).has(&asked));
    assert!(play.fire(Timer::AskCarrier).has(&asked));
    play.take(CallEvent::CarrierSwept { party: Party::Customer, status: ProviderEnd::Completed });
    assert_eq!(play.call.status(), CallStatus::Completed);
    assert!(play.call.history.swept);
    assert!(!timers(&play.call).contains_key(&Timer::AskCarrier));
}

#[test]
fn a_report_before_the_sweep_leaves_no_mark() {
    let mut play = talking();
    play.take(CallEvent::ProviderEnded { party: Party::Customer, status: ProviderEnd::Completed });
    play.take(CallEvent::CarrierSwept { party: Party::Customer, status: ProviderEnd::Completed });
    assert!(!play.call.history.swept);
}

#[test]
fn a_restart_of_the_server_does_not_touch_what_it_does_not_hold() {
    let mut play = talking();
    let before = play.call.clone();
    play.take(CallEvent::ServerRestarted);
    assert_eq!(play.call, before);
    play.take(CallEvent::DeviceBack { agent: ASHA, session: session(9) });
    play.take(CallEvent::DeviceLost { session: session(1) });
    assert_eq!(play.call, before, "the agent's app is not what they speak by");
}
