use super::{super::*, fixture::*};
use crate::ids::{MediaSessionId, UserId};

const CUSTOMER: PortRef = PortRef::Leg(leg(1));
const AGENT: PortRef = PortRef::Session(session(1));
const COACHING: PortRef = PortRef::Session(session(9));

fn monitor(user: UserId, mode: MonitorMode, session: MediaSessionId) -> CallEvent {
    CallEvent::MonitorSet { user, mode, session }
}

fn heard_by(plan: &RoomPlan, speaker: PortRef) -> Vec<PortRef> {
    plan.hears.iter().filter(|(_, s)| *s == speaker).map(|(listener, _)| *listener).collect()
}

fn hears(plan: &RoomPlan, listener: PortRef) -> Vec<PortRef> {
    plan.hears.iter().filter(|(l, _)| *l == listener).map(|(_, speaker)| *speaker).collect()
}

#[test]
fn a_held_customer_hears_music_only_and_the_agent_hears_nobody() {
    let mut play = talking();
    play.take(monitor(COACH, MonitorMode::Listen, session(9))).take(CallEvent::HoldStarted { agent: ASHA });
    let plan = play.plan();
    assert_eq!((hears(&plan, CUSTOMER), hears(&plan, AGENT)), (vec![], vec![]));
    assert_eq!(plan.music, [CUSTOMER]);
    play.take(CallEvent::HoldEnded { agent: ASHA });
    assert_eq!(play.plan().music, []);
    assert_eq!(play.call.hold_time(play.now).as_millis(), 100);
}

#[test]
fn agent_and_supervisor_talk_while_the_customer_is_held() {
    for mode in [MonitorMode::Whisper, MonitorMode::Barge] {
        let mut play = talking();
        play.take(monitor(COACH, mode, session(9))).take(CallEvent::HoldStarted { agent: ASHA });
        let plan = play.plan();
        assert_eq!((hears(&plan, CUSTOMER), hears(&plan, AGENT)), (vec![], vec![COACHING]), "{mode:?}");
        assert!(hears(&plan, COACHING).contains(&AGENT), "{mode:?}");
        assert_eq!(plan.music, [CUSTOMER]);
    }
}

#[test]
fn a_listener_hears_both_and_is_heard_by_nobody() {
    let mut play = talking();
    play.take(monitor(COACH, MonitorMode::Listen, session(9)));
    let plan = play.plan();
    assert_eq!(hears(&plan, COACHING), [CUSTOMER, AGENT]);
    assert_eq!(heard_by(&plan, COACHING), []);
}

#[test]
fn a_whisper_is_heard_by_the_agent_only() {
    let mut play = talking();
    play.take(monitor(COACH, MonitorMode::Whisper, session(9))).take(monitor(BALA, MonitorMode::Listen, session(8)));
    assert_eq!(heard_by(&play.plan(), COACHING), [AGENT]);
    assert!(!play.plan().record.unwrap().right.contains(&COACHING), "nor is it in the recording");
}

#[test]
fn a_barger_is_heard_by_all_and_recorded() {
    let mut play = talking();
    play.take(monitor(COACH, MonitorMode::Barge, session(9))).take(monitor(BALA, MonitorMode::Listen, session(8)));
    assert_eq!(heard_by(&play.plan(), COACHING), [AGENT, CUSTOMER, PortRef::Session(session(8))]);
    let record = play.plan().record.unwrap();
    assert_eq!((record.left, record.right), (vec![CUSTOMER], vec![AGENT, COACHING]));
}

#[test]
fn a_monitor_changes_mode_and_leaves() {
    let mut play = talking();
    play.take(monitor(COACH, MonitorMode::Barge, session(9))).take(monitor(COACH, MonitorMode::Listen, session(9)));
    assert_eq!(play.call.monitors.len(), 1);
    assert_eq!(heard_by(&play.plan(), COACHING), []);
    play.take(CallEvent::MonitorCleared { user: COACH });
    assert!(!play.plan().members.contains(&COACHING));
}

#[test]
fn the_device_of_a_monitor_that_is_lost_leaves_the_room() {
    let mut play = talking();
    play.take(monitor(COACH, MonitorMode::Whisper, session(9))).take(CallEvent::DeviceLost { session: session(9) });
    assert_eq!(play.call.monitors, []);
    assert_eq!(play.plan().hears.len(), 2);
}

#[test]
fn nobody_monitors_themselves_nor_through_the_agents_device() {
    let mut play = talking();
    play.ignores(monitor(ASHA, MonitorMode::Whisper, session(9)));
    play.ignores(monitor(COACH, MonitorMode::Whisper, session(1)));
    play.take(monitor(COACH, MonitorMode::Listen, session(9))).take(monitor(BALA, MonitorMode::Whisper, session(9)));
    assert_eq!(play.call.monitors.len(), 1, "one device has one place");
}

#[test]
fn a_supervisor_who_takes_the_call_over_stops_monitoring_it() {
    let mut play = talking();
    play.take(monitor(COACH, MonitorMode::Whisper, session(9)));
    play.take(CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Agent { user_id: COACH } });
    play.take(routed(COACH, 2)).take(accepted(COACH, 2, 9));
    assert_eq!(play.call.monitors, []);
    assert_eq!(play.plan().hears, [(COACHING, CUSTOMER), (CUSTOMER, COACHING)]);
}
