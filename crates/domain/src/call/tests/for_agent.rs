//! Calls to a number that stands between the caller and one agent.

use super::{super::*, fixture::*};

fn arriving(queue: bool) -> Play {
    let queue = queue.then(|| plan(SALES));
    let facts = CallFacts { for_agent: Some(ASHA), queue, greeting: Greeting::None, ..facts(Direction::Inbound) };
    let mut play = Play::of(facts);
    play.take(CallEvent::Received);
    play
}

const ASKED: RouteTarget = RouteTarget::Agent { user_id: ASHA };

#[test]
fn the_agent_is_asked_before_the_queue() {
    let mut play = arriving(true);
    assert_eq!(play.routes(), [(ASKED, vec![], RouteReason::Arrived)]);
    play.take(CallEvent::NobodyFree);
    let queue = RouteTarget::Queue { queue_id: SALES };
    assert_eq!(play.routes(), [(queue, vec![ASHA], RouteReason::Arrived)]);
    play.take(CallEvent::NobodyFree);
    assert_eq!(play.routes(), []);
    // Later it is the agent's turn again.
    play.fire(Timer::LookAgain).fire(Timer::LookAgain);
    assert_eq!(play.routes(), [(ASKED, vec![], RouteReason::LookAgain)]);
}

#[test]
fn without_a_queue_the_call_waits_for_the_agent_for_a_minute() {
    let mut play = arriving(false);
    play.take(CallEvent::NobodyFree);
    assert_eq!(play.routes(), []);
    play.fire(Timer::LookAgain);
    assert_eq!(play.routes(), [(ASKED, vec![], RouteReason::LookAgain)]);
    play.take(routed(ASHA, 1));
    assert!(matches!(play.call.phase, Phase::Offered { .. }));
    play.take(CallEvent::OfferDeclined { agent: ASHA, fence: 1 });
    assert_eq!(play.routes(), [], "asked just now");
    play.fire(Timer::LookAgain).fire(Timer::LookAgain);
    assert_eq!(play.routes(), [(ASKED, vec![], RouteReason::LookAgain)]);
    play.take(CallEvent::NobodyFree).fire(Timer::MaxWait);
    assert!(play.notices().contains(&NoticeCode::WaitedTooLong), "{:?}", play.effects);
}

#[test]
fn an_agent_who_calls_in_is_not_called() {
    let facts =
        CallFacts { sound: SoundPlace::Conference, called_in: Some("CA5".into()), ..facts(Direction::Outbound) };
    let mut play = Play::of(facts);
    play.take(CallEvent::Placed { agent: ASHA, fence: 1, session: telephone_session(ASHA) });
    assert!(play.has(&Effect::DialCustomer));
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::DialTelephone { .. })), "{:?}", play.effects);
    let joined = CallEvent::ConferenceJoined {
        party: Party::Telephone { attempt: 1 },
        conference: "CF1".into(),
        provider_call_id: "CA5".into(),
    };
    assert!(!play.take(joined).has(&Effect::DialCustomer), "once");
    play.take(CallEvent::ProviderEnded { party: Party::Telephone { attempt: 1 }, status: ProviderEnd::Completed });
    assert_eq!(play.call.status(), CallStatus::Cancelled);
}
