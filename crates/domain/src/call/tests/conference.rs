//! Calls whose sides meet in a conference at the carrier.

use super::{super::*, fixture::*};
use crate::ids::UserId;

fn conference(direction: Direction) -> Play {
    let capabilities = Capabilities { media_restart: false, ..Capabilities::default() };
    Play::of(CallFacts { sound: SoundPlace::Conference, capabilities, ..facts(direction) })
}

const fn telephone(attempt: u32) -> Party {
    Party::Telephone { attempt }
}

fn joined(party: Party, id: &str) -> CallEvent {
    CallEvent::ConferenceJoined { party, conference: "CF1".into(), provider_call_id: id.into() }
}

fn called(play: &Play) -> Vec<(u32, UserId, Seat)> {
    let dials = play.effects.iter().filter_map(|effect| match effect {
        Effect::DialTelephone { attempt, user, seat } => Some((*attempt, *user, *seat)),
        _ => None,
    });
    dials.collect()
}

fn let_go(play: &Play) -> Vec<Party> {
    let parties = play.effects.iter().filter_map(|effect| match effect {
        Effect::HangUpCarrier { party, .. } => Some(*party),
        _ => None,
    });
    parties.collect()
}

fn planned(play: &Play) -> Vec<(String, SeatPlan)> {
    let plans = play.effects.iter().filter_map(|effect| match effect {
        Effect::Seat { provider_call_id, plan, .. } => Some((provider_call_id.clone(), plan.clone())),
        _ => None,
    });
    plans.collect()
}

fn recorder(play: &Play) -> Vec<Recorder> {
    let what = play.effects.iter().filter_map(|effect| match effect {
        Effect::CarrierRecorder { what, .. } => Some(*what),
        _ => None,
    });
    what.collect()
}

fn held() -> SeatPlan {
    SeatPlan { hold: true, ..SeatPlan::default() }
}

/// The customer waits, and Asha's telephone rings.
fn ringing() -> Play {
    let mut play = conference(Direction::Inbound);
    play.take(CallEvent::Received).take(joined(Party::Customer, "CA1")).take(greeted()).take(routed(ASHA, 1));
    play
}

fn talking() -> Play {
    let mut play = ringing();
    play.take(CallEvent::Dialed { party: telephone(1), provider_call_id: "CA2".into() });
    play.take(CallEvent::TelephoneAccepted { attempt: 1 }).take(joined(telephone(1), "CA2"));
    play
}

#[test]
fn the_agent_s_telephone_rings_and_a_key_takes_the_call() {
    let mut play = ringing();
    assert_eq!(called(&play), [(1, ASHA, Seat::Agent)]);
    let by_app = accepted(ASHA, 1, 1);
    assert_eq!(permits(&play.call, &by_app), Err(Refusal::ByTelephone));
    play.ignores(by_app);
    play.take(CallEvent::Dialed { party: telephone(1), provider_call_id: "CA2".into() });
    play.take(CallEvent::TelephoneAccepted { attempt: 1 });
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::OnCall));
    assert_eq!(recorder(&play), [Recorder::Start]);
    assert_eq!(permits(&play.call, &CallEvent::TelephoneAccepted { attempt: 1 }), Ok(()), "pressed twice");
    play.ignores(CallEvent::TelephoneAccepted { attempt: 1 });
    play.take(joined(telephone(1), "CA2"));
    assert!(play.call.talk().is_some());
    assert!(!timers(&play.call).contains_key(&Timer::HearBoth), "nothing of it is heard here");
    assert!(timers(&play.call).contains_key(&Timer::AskCarrier));
}

#[test]
fn a_telephone_that_is_not_taken_up_passes_the_call_on() {
    for (status, missed) in [(ProviderEnd::NoAnswer, true), (ProviderEnd::Completed, false), (ProviderEnd::Busy, false)]
    {
        let mut play = ringing();
        play.take(CallEvent::ProviderEnded { party: telephone(1), status });
        assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed, pause: false }), "{status:?}");
        assert_eq!(play.routes().len(), 1);
        assert_eq!(let_go(&play), [], "it has ended by itself");
        play.take(routed(BALA, 2));
        assert_eq!(called(&play), [(2, BALA, Seat::Agent)]);
        // Late and doubled words about the first change nothing.
        play.ignores(CallEvent::ProviderEnded { party: telephone(1), status });
        assert_eq!(permits(&play.call, &CallEvent::TelephoneAccepted { attempt: 1 }), Err(Refusal::OfferGone));
        play.ignores(CallEvent::TelephoneAccepted { attempt: 1 });
        play.take(joined(telephone(1), "CA2"));
        assert_eq!(let_go(&play), [telephone(1)]);
    }
}

#[test]
fn a_telephone_rings_no_longer_than_the_offer() {
    let mut play = ringing();
    play.take(CallEvent::Dialed { party: telephone(1), provider_call_id: "CA2".into() });
    play.fire(Timer::OfferExpires);
    assert_eq!(let_go(&play), [telephone(1)]);
    // The request to call was still under way when the offer ended.
    let mut play = ringing();
    play.fire(Timer::OfferExpires);
    play.take(CallEvent::Dialed { party: telephone(1), provider_call_id: "CA2".into() });
    assert_eq!(let_go(&play), [telephone(1)]);
}

#[test]
fn hold_is_music_for_the_customer() {
    let mut play = talking();
    play.take(CallEvent::HoldStarted { agent: ASHA });
    assert_eq!(planned(&play), [("CA1".to_owned(), held())]);
    play.take(CallEvent::HoldEnded { agent: ASHA });
    assert_eq!(planned(&play), [("CA1".to_owned(), SeatPlan::default())]);
}

#[test]
fn a_coach_is_heard_by_the_agent_only() {
    let mut play = talking();
    let set = |mode| CallEvent::MonitorSet { user: COACH, mode, session: telephone_session(COACH) };
    play.take(set(MonitorMode::Whisper));
    assert_eq!(called(&play), [(2, COACH, Seat::Monitor)]);
    assert_eq!(planned(&play), [], "not there yet");
    play.take(set(MonitorMode::Listen));
    play.take(joined(telephone(2), "CA3"));
    let muted = SeatPlan { muted: true, ..SeatPlan::default() };
    assert_eq!(planned(&play), [("CA3".to_owned(), muted)], "as it is wished for by now");
    play.take(set(MonitorMode::Whisper));
    let coaches = SeatPlan { coaches: Some("CA2".into()), ..SeatPlan::default() };
    assert_eq!(planned(&play), [("CA3".to_owned(), coaches)]);
    play.take(set(MonitorMode::Barge));
    assert_eq!(planned(&play), [("CA3".to_owned(), SeatPlan::default())]);
    play.take(CallEvent::MonitorCleared { user: COACH });
    assert_eq!(let_go(&play), [telephone(2)]);
}

#[test]
fn a_whisper_without_an_agent_in_the_room_is_mute() {
    let mut play = ringing();
    play.take(CallEvent::TelephoneAccepted { attempt: 1 });
    let set = CallEvent::MonitorSet { user: COACH, mode: MonitorMode::Whisper, session: telephone_session(COACH) };
    play.take(set).take(joined(telephone(2), "CA3"));
    assert_eq!(planned(&play), [("CA3".to_owned(), SeatPlan { muted: true, ..SeatPlan::default() })]);
    play.take(joined(telephone(1), "CA2"));
    let coaches = SeatPlan { coaches: Some("CA2".into()), ..SeatPlan::default() };
    assert_eq!(planned(&play), [("CA3".to_owned(), coaches)]);
}

#[test]
fn the_agent_who_puts_the_telephone_down_ends_the_call() {
    let mut play = talking();
    play.take(CallEvent::ProviderEnded { party: telephone(1), status: ProviderEnd::Completed });
    assert_eq!(let_go(&play), [Party::Customer]);
    assert_eq!(play.call.end.map(|end| end.reason), Some(EndReason::AgentHungUp));
    assert_eq!(recorder(&play), [], "it ends with the call");
    play.ignores(CallEvent::ProviderEnded { party: Party::Customer, status: ProviderEnd::Completed });
}

#[test]
fn a_transfer_calls_the_next_agent_and_lets_the_first_one_go() {
    let mut play = talking();
    let to = TransferTarget::Agent { user_id: BALA };
    play.take(CallEvent::TransferStarted { agent: ASHA, to });
    assert_eq!(planned(&play), [("CA1".to_owned(), held())]);
    play.take(routed(BALA, 2));
    assert_eq!(called(&play), [(2, BALA, Seat::Agent)]);
    play.take(CallEvent::Dialed { party: telephone(2), provider_call_id: "CA3".into() });
    play.take(CallEvent::TelephoneAccepted { attempt: 2 });
    assert_eq!(let_go(&play), [telephone(1)]);
    assert_eq!(planned(&play), [("CA1".to_owned(), SeatPlan::default())]);
    assert_eq!(recorder(&play), [], "one recording of the whole");
    play.ignores(CallEvent::ProviderEnded { party: telephone(1), status: ProviderEnd::Completed });
    assert_eq!(play.call.talk().map(|talk| talk.desk.agent), Some(BALA));
}

#[test]
fn an_agent_who_leaves_during_a_transfer_leaves_the_customer_in_the_queue() {
    let mut play = talking();
    play.take(CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Agent { user_id: BALA } });
    play.take(CallEvent::ProviderEnded { party: telephone(1), status: ProviderEnd::Completed });
    assert!(matches!(play.call.phase, Phase::Queued { .. }), "{:?}", play.call.phase);
    assert_eq!(planned(&play), [], "music goes on");
}

#[test]
fn an_outbound_call_reaches_the_agent_first_and_the_customer_once() {
    let mut play = conference(Direction::Outbound);
    play.take(CallEvent::Placed { agent: ASHA, fence: 1, session: telephone_session(ASHA) });
    assert_eq!(called(&play), [(1, ASHA, Seat::Agent)]);
    assert!(!play.has(&Effect::DialCustomer));
    play.take(CallEvent::Dialed { party: telephone(1), provider_call_id: "CA2".into() });
    assert!(play.take(CallEvent::TelephoneAccepted { attempt: 1 }).has(&Effect::DialCustomer));
    assert!(!play.take(CallEvent::TelephoneAccepted { attempt: 1 }).has(&Effect::DialCustomer));
    play.take(joined(telephone(1), "CA2"));
    play.take(CallEvent::CustomerAnswered).take(joined(Party::Customer, "CA1"));
    assert_eq!(play.call.status(), CallStatus::InProgress);
    assert_eq!(play.call.provider_call_id.as_deref(), Some("CA1"));
    assert_eq!(play.call.conference.as_deref(), Some("CF1"));
}

#[test]
fn an_agent_who_does_not_take_up_the_telephone_calls_nobody() {
    let mut play = conference(Direction::Outbound);
    play.take(CallEvent::Placed { agent: ASHA, fence: 1, session: telephone_session(ASHA) });
    play.take(CallEvent::ProviderEnded { party: telephone(1), status: ProviderEnd::NoAnswer });
    assert_eq!(play.call.status(), CallStatus::Cancelled);
    assert!(!play.has(&Effect::DialCustomer));
}

#[test]
fn recording_pauses_and_goes_on_at_the_carrier() {
    let mut play = talking();
    play.take(CallEvent::RecordingPaused { agent: ASHA });
    assert_eq!(recorder(&play), [Recorder::Pause]);
    play.take(CallEvent::RecordingResumed { agent: ASHA });
    assert_eq!(recorder(&play), [Recorder::Resume]);
    // The outside party has not heard the recording notice.
    play.take(CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Number { number: number() } });
    play.take(CallEvent::TransferAnswered { attempt: 1 });
    assert_eq!(recorder(&play), [Recorder::Stop]);
}

#[test]
fn a_restart_of_the_server_says_again_who_hears_whom() {
    let mut play = talking();
    play.take(CallEvent::HoldStarted { agent: ASHA });
    let before = play.call.clone();
    play.take(CallEvent::ServerRestarted);
    assert_eq!(play.call, before);
    assert_eq!(planned(&play), [("CA1".to_owned(), held())]);
}

/// The customer's number was called for Asha, who talks with whoever took it up.
fn called_out(voicemail: Option<VoicemailMessage>) -> Play {
    let facts = CallFacts { sound: SoundPlace::Conference, voicemail, ..facts(Direction::Outbound) };
    let mut play = Play::of(facts);
    play.take(CallEvent::Placed { agent: ASHA, fence: 1, session: telephone_session(ASHA) });
    play.take(CallEvent::Dialed { party: telephone(1), provider_call_id: "CA2".into() });
    play.take(CallEvent::TelephoneAccepted { attempt: 1 }).take(joined(telephone(1), "CA2"));
    play.take(CallEvent::Dialed { party: Party::Customer, provider_call_id: "CA1".into() });
    play.take(CallEvent::CustomerAnswered);
    play
}

fn message() -> VoicemailMessage {
    VoicemailMessage {
        id: crate::ids::VoicemailId::new(uuid::Uuid::from_u128(800)),
        name: "Call us back".to_owned(),
        length_ms: 9_000,
    }
}

fn plays() -> Effect {
    Effect::PlayAtCarrier { provider_call_id: "CA1".into(), message: message().id }
}

const MACHINE: CallEvent = CallEvent::AnsweredBy { verdict: AnsweredBy::Machine, greeting_over: true };
const HUNG_UP: CallEvent = CallEvent::ProviderEnded { party: Party::Customer, status: ProviderEnd::Completed };

/// The carrier has been told to play the message.
fn leaving() -> Play {
    let mut play = called_out(Some(message()));
    play.take(joined(Party::Customer, "CA1")).take(MACHINE);
    play
}

#[test]
fn a_machine_is_taken_out_of_the_conference_and_the_agent_is_free_at_once() {
    let mut play = leaving();
    assert!(play.has(&plays()), "{:?}", play.effects);
    assert_eq!(play.notices(), [NoticeCode::MessageLeft]);
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
    assert_eq!(let_go(&play), [telephone(1)]);
    assert_eq!(recorder(&play), [Recorder::Stop], "the message is not part of the talk");
    assert_eq!(planned(&play), []);
    play.take(CallEvent::VoicemailStarted { name: "Call us back".into() });
    play.take(CallEvent::VoicemailFinished { whole: true });
    assert_eq!(play.call.status(), CallStatus::InProgress, "the carrier hangs up");
    play.take(HUNG_UP);
    assert_eq!(let_go(&play), []);
    assert_eq!(play.call.end.map(|end| end.reason), Some(EndReason::MessageLeft));
    let left = play.call.history.voicemail.clone().unwrap();
    assert_eq!((left.by, left.whole), (LeftBy::Detection, true));
}

#[test]
fn the_agent_s_key_leaves_the_message_in_a_conference() {
    let mut play = called_out(None);
    play.take(joined(Party::Customer, "CA1"));
    let dropped = CallEvent::VoicemailDropped { agent: ASHA, message: message() };
    assert_eq!(permits(&play.call, &dropped), Ok(()));
    play.take(CallEvent::HoldStarted { agent: ASHA }).take(dropped);
    assert!(play.has(&plays()), "{:?}", play.effects);
    assert_eq!(planned(&play), [], "who has left the room needs no other seat");
    assert_eq!(play.call.history.voicemail.as_ref().unwrap().by, LeftBy::Agent { agent: ASHA });
}

#[test]
fn a_verdict_before_the_customer_is_reported_in_the_room_plays_once() {
    let mut play = called_out(Some(message()));
    assert!(play.take(MACHINE).has(&plays()));
    assert!(!play.take(joined(Party::Customer, "CA1")).has(&plays()), "the late word of the room");
    assert_eq!(let_go(&play), []);
}

#[test]
fn a_doubled_verdict_and_a_doubled_end_of_the_message_change_nothing() {
    let mut play = leaving();
    play.ignores(MACHINE);
    play.take(CallEvent::VoicemailFinished { whole: true });
    play.ignores(CallEvent::VoicemailFinished { whole: true });
    play.ignores(CallEvent::ProviderEnded { party: telephone(1), status: ProviderEnd::Completed });
    play.take(HUNG_UP);
    play.ignores(HUNG_UP);
}

#[test]
fn a_late_verdict_and_a_late_end_of_the_message_change_nothing() {
    let mut play = called_out(Some(message()));
    play.take(joined(Party::Customer, "CA1")).take(CallEvent::AgentHungUp { agent: ASHA });
    assert!(!play.take(MACHINE).has(&plays()));
    assert_eq!(play.call.history.voicemail, None);
    let mut play = leaving();
    play.take(HUNG_UP);
    assert_eq!(play.call.end.map(|end| end.reason), Some(EndReason::CarrierEnded), "the machine put it down");
    play.ignores(CallEvent::VoicemailStarted { name: "Call us back".into() });
    play.ignores(CallEvent::VoicemailFinished { whole: true });
    assert!(!play.call.history.voicemail.as_ref().unwrap().whole);
}

#[test]
fn lost_reports_of_the_message_end_the_call_by_the_clock() {
    // The hang-up after the message was lost.
    let mut play = leaving();
    play.take(CallEvent::VoicemailFinished { whole: true }).fire(Timer::Message);
    assert_eq!(let_go(&play), [Party::Customer]);
    assert_eq!(play.call.end.map(|end| end.reason), Some(EndReason::MessageLeft));
    // Everything was lost.
    let mut play = leaving();
    play.fire(Timer::Message);
    assert_eq!(let_go(&play), [Party::Customer]);
    assert!(!play.call.history.voicemail.as_ref().unwrap().whole);
}

#[test]
fn a_restart_of_the_server_has_the_message_played_from_its_beginning() {
    let mut play = leaving();
    assert!(play.take(CallEvent::ServerRestarted).has(&plays()));
    play.take(CallEvent::VoicemailFinished { whole: true });
    assert!(!play.take(CallEvent::ServerRestarted).has(&plays()), "it was heard");
}

#[test]
fn a_carrier_that_is_done_too_soon_has_not_played_it_whole() {
    let play = leaving();
    let Phase::LeavingMessage { since, .. } = play.call.phase.clone() else { panic!("{:?}", play.call.phase) };
    let after = |ms: i64| played_whole(&play.call, crate::time::UnixMillis(since.0 + ms));
    assert!(!after(100), "the sound could not be fetched");
    assert!(after(8_500) && after(20_000));
    assert!(!played_whole(&talking().call, since));
}
