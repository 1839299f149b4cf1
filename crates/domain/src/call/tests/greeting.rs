//! A recorded greeting that the bridge plays to a trunk's caller.

use std::time::Duration;

use uuid::Uuid;

use super::{super::*, fixture::*};
use crate::ids::VoicemailId;

const LENGTH: Duration = Duration::from_millis(9_000);

fn message() -> VoicemailMessage {
    let length_ms = u32::try_from(LENGTH.as_millis()).unwrap();
    VoicemailMessage { id: VoicemailId::new(Uuid::from_u128(801)), name: "Welcome".to_owned(), length_ms }
}

fn recorded(by: PlayedBy) -> CallFacts {
    CallFacts {
        provider: "sip".to_owned(),
        greeting: Greeting::Recorded { message: message(), by },
        capabilities: Capabilities::default(),
        ..facts(Direction::Inbound)
    }
}

/// A caller whose leg is there.
fn greeting() -> Play {
    let mut play = Play::of(recorded(PlayedBy::Bridge));
    play.take(CallEvent::Received).take(attached(1));
    play
}

fn plays(n: u128) -> Effect {
    Effect::PlayGreeting { leg: leg(n), message: Some(message().id) }
}

fn played(n: u128) -> CallEvent {
    CallEvent::GreetingFinished { then: AfterGreeting::OwnQueue, leg: Some(leg(n)) }
}

fn is_played(play: &Play) -> bool {
    play.effects.iter().any(|effect| matches!(effect, Effect::PlayGreeting { .. }))
}

#[test]
fn it_is_played_to_the_leg_and_only_then_is_an_agent_looked_for() {
    let mut play = Play::of(recorded(PlayedBy::Bridge));
    play.take(CallEvent::Received);
    assert!(!is_played(&play) && play.routes().is_empty(), "nobody is there to hear it");
    play.take(attached(1));
    assert!(play.has(&plays(1)) && play.routes().is_empty(), "{:?}", play.effects);
    assert_eq!(play.call.status(), CallStatus::Greeting);
    assert_eq!(room_plan(&play.call), None, "no music meanwhile");
    play.take(played(1));
    assert_eq!(play.routes(), [(RouteTarget::Queue { queue_id: SALES }, vec![], RouteReason::Arrived)]);
    assert!(play.has(&Effect::ClearTimer { timer: Timer::Greeting }));
    assert_eq!(play.plan().music, [PortRef::Leg(leg(1))]);
}

#[test]
fn a_leg_that_is_there_before_the_announcement_hears_it() {
    let mut play = Play::of(recorded(PlayedBy::Bridge));
    play.take(attached(1)).take(CallEvent::Received);
    assert!(play.has(&plays(1)), "{:?}", play.effects);
}

#[test]
fn an_end_that_is_reported_twice_counts_once() {
    let mut play = greeting();
    play.take(played(1)).ignores(played(1));
    play.take(routed(ASHA, 1)).ignores(played(1));
    play.take(accepted(ASHA, 1, 1)).ignores(played(1));
}

#[test]
fn an_end_that_is_never_reported_is_not_waited_for_beyond_the_length_and_a_margin() {
    let mut play = greeting();
    let began = play.now;
    play.fire(Timer::Greeting);
    assert_eq!(play.now.since(began), LENGTH + GREETING_MARGIN);
    assert_eq!((play.call.status(), play.routes().len()), (CallStatus::Queued, 1));
}

#[test]
fn an_end_that_comes_after_the_timer_changes_nothing() {
    let mut play = greeting();
    play.fire(Timer::Greeting).ignores(played(1));
    play.take(CallEvent::NobodyFree).fire(Timer::MaxWait).ignores(played(1));
}

#[test]
fn the_length_counts_from_when_it_began_to_play() {
    let mut play = Play::of(recorded(PlayedBy::Bridge));
    play.take(CallEvent::Received);
    play.now = play.now.plus(Duration::from_secs(20));
    play.take(attached(1));
    assert_eq!(timers(&play.call)[&Timer::Greeting].at, play.now.plus(LENGTH + GREETING_MARGIN));
}

#[test]
fn a_leg_that_replaces_another_hears_it_from_its_beginning_and_the_end_on_the_other_says_nothing() {
    let mut play = greeting();
    play.take(CallEvent::CarrierLost { leg: leg(1) }).ignores(played(1));
    play.now = play.now.plus(Duration::from_secs(5));
    play.take(attached(2));
    assert!(play.has(&plays(2)), "{:?}", play.effects);
    assert_eq!(timers(&play.call)[&Timer::Greeting].at, play.now.plus(LENGTH + GREETING_MARGIN));
    play.ignores(played(1));
    assert_eq!(play.call.status(), CallStatus::Greeting);
    assert_eq!(play.take(played(2)).routes().len(), 1);
}

#[test]
fn one_that_cannot_be_played_is_over_at_once() {
    // The driver says its end in place of playing it.
    let mut play = greeting();
    play.take(played(1));
    assert_eq!((play.call.status(), play.routes().len()), (CallStatus::Queued, 1));
}

#[test]
fn a_caller_who_hangs_up_meanwhile_has_abandoned_the_call() {
    let mut play = greeting();
    play.take(CallEvent::CustomerHungUp);
    assert_eq!((play.call.status(), play.call.end.unwrap().reason), (CallStatus::Abandoned, EndReason::CustomerHungUp));
    assert!(matches!(play.call.phase, Phase::Ended { .. }) && timers(&play.call).is_empty());
    play.ignores(played(1)).ignores(CallEvent::TimerFired { timer: Timer::Greeting });
}

#[test]
fn keys_that_are_pressed_in_it_are_kept_and_do_not_end_it() {
    let mut play = greeting();
    play.take(CallEvent::DigitReceived { digit: '4' }).take(CallEvent::DigitReceived { digit: '2' });
    assert!(matches!(&play.call.phase, Phase::Greeting { digits, .. } if digits == "42"), "{:?}", play.call.phase);
    assert_eq!(play.effects, []);
}

#[test]
fn a_server_that_restarts_plays_it_again_to_a_caller_who_comes_back_and_ends_the_call_of_one_who_does_not() {
    let mut play = greeting();
    play.take(CallEvent::ServerRestarted);
    assert!(!is_played(&play), "nobody is there to hear it");
    assert_eq!(timers(&play.call).keys().collect::<Vec<_>>(), [&Timer::CarrierBack]);
    let mut gone = Play { call: play.call.clone(), now: play.now, log: Vec::new(), effects: Vec::new() };
    gone.fire(Timer::CarrierBack);
    assert_eq!((gone.call.status(), gone.call.end.unwrap().reason), (CallStatus::Failed, EndReason::Dropped));
    play.ignores(played(1)).take(attached(2));
    assert!(play.has(&plays(2)));
}

#[test]
fn a_leg_that_never_comes_ends_the_call_as_without_a_greeting() {
    let mut play = Play::of(recorded(PlayedBy::Bridge));
    play.take(CallEvent::Received);
    assert_eq!(timers(&play.call).keys().collect::<Vec<_>>(), [&Timer::CarrierBack]);
    play.fire(Timer::CarrierBack);
    assert_eq!(play.call.end.unwrap().reason, EndReason::Dropped);
}

#[test]
fn one_that_the_carrier_has_played_is_over_when_its_sound_comes() {
    let mut play = Play::of(recorded(PlayedBy::Carrier));
    play.take(CallEvent::Received);
    assert_eq!(timers(&play.call).keys().collect::<Vec<_>>(), [&Timer::Greeting], "it may take its time");
    play.take(attached(1));
    assert!(play.has(&Effect::PlayGreeting { leg: leg(1), message: None }), "{:?}", play.effects);
}

#[test]
fn it_is_due_on_the_leg_that_is_there_until_it_is_over() {
    let mut play = greeting();
    assert!(greeting_is_due(&play.call, leg(1)) && !greeting_is_due(&play.call, leg(2)));
    play.fire(Timer::Greeting);
    assert!(!greeting_is_due(&play.call, leg(1)), "its sound was read too late");
}
