//! What people are told when they ask for something that does not fit.

use super::{super::*, fixture::*};

#[test]
fn of_two_who_press_answer_one_gets_it_and_the_other_is_told_who() {
    let mut play = offered();
    play.fire(Timer::OfferExpires).take(routed(BALA, 2)).take(accepted(BALA, 2, 2));
    assert_eq!(permits(&play.call, &accepted(ASHA, 1, 1)), Err(Refusal::OfferTaken { by: BALA }));
    play.ignores(accepted(ASHA, 1, 1));
}

#[test]
fn an_answer_after_the_caller_left_is_told_so() {
    let mut play = offered();
    play.take(CallEvent::CustomerHungUp);
    assert_eq!(permits(&play.call, &accepted(ASHA, 1, 1)), Err(Refusal::OfferGone));
    assert_eq!(permits(&play.call, &CallEvent::OfferDeclined { agent: ASHA, fence: 1 }), Err(Refusal::OfferGone));
}

#[test]
fn an_answer_sent_twice_is_no_error() {
    let mut play = talking();
    assert_eq!(permits(&play.call, &accepted(ASHA, 1, 1)), Ok(()));
    play.ignores(accepted(ASHA, 1, 1));
}

#[test]
fn a_decline_of_an_earlier_offer_does_not_end_the_present_one() {
    let mut play = offered();
    play.fire(Timer::OfferExpires).take(CallEvent::NobodyFree).take(routed(ASHA, 5));
    let late = CallEvent::OfferDeclined { agent: ASHA, fence: 1 };
    assert_eq!(permits(&play.call, &late), Err(Refusal::OfferGone));
    play.ignores(late);
    assert_eq!(permits(&play.call, &CallEvent::OfferDeclined { agent: ASHA, fence: 5 }), Ok(()));
}

#[test]
fn nobody_acts_on_the_call_of_another() {
    let play = talking();
    for event in [
        CallEvent::HoldStarted { agent: BALA },
        CallEvent::AgentHungUp { agent: BALA },
        CallEvent::TransferStarted { agent: BALA, to: TransferTarget::Number { number: number() } },
        CallEvent::DispositionSaved {
            agent: BALA,
            code: "busy".into(),
            sub_code: None,
            made_at: START,
            then: AfterWrapUp::Available,
        },
    ] {
        assert_eq!(permits(&play.call, &event), Err(Refusal::NotYourCall), "{event:?}");
    }
}

#[test]
fn what_does_not_fit_the_state_is_refused() {
    let play = queued();
    for event in [
        CallEvent::HoldStarted { agent: ASHA },
        CallEvent::AgentHungUp { agent: ASHA },
        CallEvent::WrapUpExtended { agent: ASHA },
        CallEvent::WrapUpEnded { agent: ASHA, then: AfterWrapUp::Break },
        CallEvent::MonitorSet { user: COACH, mode: MonitorMode::Listen, session: session(9) },
        CallEvent::RecordingPaused { agent: ASHA },
    ] {
        assert_eq!(permits(&play.call, &event), Err(Refusal::WrongState), "{event:?}");
    }
}
