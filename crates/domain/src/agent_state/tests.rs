use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const CALL: CallId = CallId::new(Uuid::from_u128(1));
const OTHER: CallId = CallId::new(Uuid::from_u128(2));
const NOW: UnixMillis = UnixMillis(1_000);

fn available() -> AgentPresence {
    step(&AgentPresence::offline(UnixMillis(0)), &PresenceEvent::AskedAvailable { reachable: true }, NOW)
}

fn all(presence: &AgentPresence, events: &[PresenceEvent]) -> AgentPresence {
    events.iter().fold(presence.clone(), |presence, event| step(&presence, event, UnixMillis(2_000)))
}

fn claimed(fence: u32) -> PresenceEvent {
    PresenceEvent::Claimed { call: CALL, fence }
}

fn by_call(fence: u32, next: AgentNext) -> PresenceEvent {
    PresenceEvent::ByCall { call: CALL, fence, next }
}

fn free(missed: bool) -> AgentNext {
    AgentNext::Free { missed, pause: false }
}

fn pause_for(reason: &str) -> PresenceEvent {
    PresenceEvent::AskedBreak { reason: reason.to_owned() }
}

#[test]
fn an_agent_goes_from_available_through_a_call_and_back() {
    let wrap_up = AgentNext::WrapUp { ends_at: UnixMillis(9_000) };
    let presence = all(&available(), &[claimed(1)]);
    assert_eq!(presence.state, AgentState::Reserved { call_id: CALL });
    let presence = all(&presence, &[by_call(1, AgentNext::OnCall)]);
    assert_eq!(presence.state, AgentState::OnCall { call_id: CALL });
    let presence = all(&presence, &[by_call(1, wrap_up)]);
    assert_eq!(presence.state, AgentState::WrapUp { call_id: CALL, ends_at: UnixMillis(9_000) });
    let presence = all(&presence, &[by_call(1, free(false))]);
    assert_eq!((presence.state, presence.since), (AgentState::Available, UnixMillis(2_000)));
}

#[test]
fn a_break_asked_for_while_reserved_waits_for_the_end_of_that_call() {
    let presence = all(&available(), &[claimed(1), pause_for("lunch")]);
    assert_eq!(presence.state, AgentState::Reserved { call_id: CALL });
    assert!(presence.break_after_call());
    let presence = all(&presence, &[by_call(1, AgentNext::OnCall), by_call(1, free(false))]);
    assert_eq!(presence.state, AgentState::Break { reason: "lunch".into() });
    assert!(!presence.break_after_call());
}

#[test]
fn ready_and_pause_at_random_never_leave_a_claimed_call_alone() {
    let presence =
        all(&available(), &[pause_for("tea"), PresenceEvent::AskedAvailable { reachable: true }, claimed(1)]);
    let presence = all(&presence, &[pause_for("tea"), PresenceEvent::AskedAvailable { reachable: true }]);
    assert_eq!(presence.state, AgentState::Reserved { call_id: CALL });
    assert!(!presence.break_after_call(), "the last wish counts");
    // Nor is an agent on break claimed.
    let paused = all(&available(), &[pause_for("tea")]);
    assert_eq!(step(&paused, &claimed(1), NOW), paused);
}

#[test]
fn an_agent_who_signs_out_in_a_call_is_offline_after_it() {
    let presence = all(&available(), &[claimed(1), by_call(1, AgentNext::OnCall), PresenceEvent::AskedOffline]);
    assert_eq!(presence.state, AgentState::OnCall { call_id: CALL });
    assert_eq!(all(&presence, &[by_call(1, free(false))]).state, AgentState::Offline);
}

#[test]
fn two_missed_offers_in_a_row_are_a_break_and_one_is_not() {
    let once = all(&available(), &[claimed(1), by_call(1, free(true))]);
    assert_eq!((&once.state, once.missed), (&AgentState::Available, 1));
    let twice = all(&once, &[claimed(2), by_call(2, free(true))]);
    assert_eq!(twice.state, AgentState::Break { reason: MISSED_CALLS.into() });
    // An answer in between starts the count anew.
    let answered = all(&once, &[claimed(2), by_call(2, AgentNext::OnCall), by_call(2, free(false))]);
    assert_eq!(all(&answered, &[claimed(3), by_call(3, free(true))]).state, AgentState::Available);
}

#[test]
fn a_break_asked_for_with_the_result_follows_the_wrap_up() {
    let pause = AgentNext::Free { missed: false, pause: true };
    let presence = all(&available(), &[claimed(1), by_call(1, AgentNext::OnCall), by_call(1, pause)]);
    assert_eq!(presence.state, AgentState::Break { reason: AFTER_CALL.into() });
}

#[test]
fn an_available_agent_whose_sound_engine_is_silent_is_unreachable_until_it_answers() {
    let silent = all(&available(), &[PresenceEvent::ProbeMissed]);
    assert_eq!(silent.state, AgentState::Unreachable);
    assert_eq!(step(&silent, &claimed(1), NOW), silent);
    assert_eq!(all(&silent, &[PresenceEvent::ProbeAnswered]).state, AgentState::Available);
    let asked = step(&AgentPresence::offline(NOW), &PresenceEvent::AskedAvailable { reachable: false }, NOW);
    assert_eq!(asked.state, AgentState::Unreachable);
}

#[test]
fn a_silent_engine_does_not_end_a_call_a_break_or_the_day() {
    let in_call = all(&available(), &[claimed(1), by_call(1, AgentNext::OnCall), PresenceEvent::ProbeMissed]);
    assert_eq!(in_call.state, AgentState::OnCall { call_id: CALL });
    assert_eq!(all(&in_call, &[by_call(1, free(false))]).state, AgentState::Unreachable);
    let paused = all(&available(), &[pause_for("tea"), PresenceEvent::ProbeMissed, PresenceEvent::ProbeAnswered]);
    assert_eq!(paused.state, AgentState::Break { reason: "tea".into() });
    let offline = all(&AgentPresence::offline(NOW), &[PresenceEvent::ProbeAnswered]);
    assert_eq!(offline.state, AgentState::Offline);
}

#[test]
fn an_agent_at_their_telephone_is_available_without_the_app_until_they_ask_for_something_else() {
    let by_telephone = step(&AgentPresence::offline(NOW), &PresenceEvent::AskedAvailableByTelephone, NOW);
    assert_eq!(by_telephone.state, AgentState::Available);
    let closed = all(&by_telephone, &[PresenceEvent::ProbeAnswered, PresenceEvent::ProbeMissed]);
    assert_eq!(closed.state, AgentState::Available, "the app was closed");
    let called = [claimed(1), by_call(1, AgentNext::OnCall), by_call(1, free(false))];
    assert_eq!(all(&closed, &called).state, AgentState::Available, "the next call");
    let missed = all(&closed, &[claimed(1), by_call(1, free(true)), claimed(2), by_call(2, free(true))]);
    assert_eq!(missed.state, AgentState::Break { reason: MISSED_CALLS.into() }, "nobody is at it");
    let gone = all(&closed, &[PresenceEvent::AskedOffline]);
    assert_eq!((gone.state, gone.by_telephone), (AgentState::Offline, false));
    let in_app = all(&closed, &[PresenceEvent::AskedAvailable { reachable: false }]);
    assert_eq!(in_app.state, AgentState::Unreachable, "in the app again, whose engine is silent");
}

#[test]
fn what_an_older_claim_or_another_call_says_changes_nothing() {
    let presence = all(&available(), &[claimed(1), by_call(1, free(false)), claimed(2)]);
    for event in [
        by_call(1, AgentNext::OnCall),
        by_call(1, free(true)),
        PresenceEvent::ByCall { call: OTHER, fence: 2, next: AgentNext::OnCall },
        PresenceEvent::Claimed { call: OTHER, fence: 3 },
        claimed(2),
    ] {
        assert_eq!(step(&presence, &event, UnixMillis(5_000)), presence, "{event:?}");
    }
}

#[test]
fn a_longer_wrap_up_keeps_its_beginning() {
    let wrap = |ends_at| by_call(1, AgentNext::WrapUp { ends_at: UnixMillis(ends_at) });
    let presence = all(&available(), &[claimed(1), by_call(1, AgentNext::OnCall), wrap(9_000)]);
    let longer = step(&presence, &wrap(39_000), UnixMillis(7_000));
    assert_eq!(longer.state, AgentState::WrapUp { call_id: CALL, ends_at: UnixMillis(39_000) });
    assert_eq!(longer.since, presence.since);
}

fn event() -> impl Strategy<Value = PresenceEvent> {
    let call = || prop_oneof![Just(CALL), Just(OTHER)];
    let next = prop_oneof![
        Just(AgentNext::OnCall),
        Just(AgentNext::WrapUp { ends_at: UnixMillis(9_000) }),
        (any::<bool>(), any::<bool>()).prop_map(|(missed, pause)| AgentNext::Free { missed, pause }),
    ];
    prop_oneof![
        any::<bool>().prop_map(|reachable| PresenceEvent::AskedAvailable { reachable }),
        Just(PresenceEvent::AskedAvailableByTelephone),
        Just(pause_for("tea")),
        Just(PresenceEvent::AskedOffline),
        (call(), 0..6u32).prop_map(|(call, fence)| PresenceEvent::Claimed { call, fence }),
        (call(), 0..6u32, next).prop_map(|(call, fence, next)| PresenceEvent::ByCall { call, fence, next }),
        Just(PresenceEvent::ProbeAnswered),
        Just(PresenceEvent::ProbeMissed),
    ]
}

proptest! {
    #[test]
    fn only_the_call_that_holds_an_agent_lets_them_go(events in prop::collection::vec(event(), 0..60)) {
        let mut presence = available();
        for event in events {
            let after = step(&presence, &event, NOW);
            if let Some(call) = presence.state.call_id().filter(|call| after.state.call_id() != Some(*call)) {
                let by_holder = matches!(&event, PresenceEvent::ByCall { call: by, fence, next: AgentNext::Free { .. } }
                    if *by == call && *fence == presence.fence);
                prop_assert!(by_holder, "{event:?} freed {presence:?}");
            }
            if after.state.call_id().is_some() && presence.state.call_id().is_none() {
                prop_assert_eq!(&presence.state, &AgentState::Available, "claimed from another state");
            }
            prop_assert!(after.fence >= presence.fence);
            prop_assert!(after.state != AgentState::Available || after.reachable || after.by_telephone);
            prop_assert!(after.missed < MISSED_LIMIT);
            presence = after;
        }
    }
}
