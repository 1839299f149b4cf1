use super::{super::*, fixture::*};

#[test]
fn a_device_that_comes_back_in_time_rejoins() {
    let mut play = talking();
    play.take(CallEvent::DeviceLost { session: session(1) });
    assert_eq!((play.plan().music, play.plan().hears), (vec![PortRef::Leg(leg(1))], vec![]));
    assert_eq!(play.notices(), [NoticeCode::AgentDeviceLost]);
    play.take(CallEvent::DeviceBack { agent: ASHA, session: session(5) });
    assert!(play.has(&Effect::ClearTimer { timer: Timer::DeviceBack }));
    assert!(play.plan().hears.contains(&(PortRef::Leg(leg(1)), PortRef::Session(session(5)))));
}

#[test]
fn a_device_that_stays_away_sends_the_caller_to_the_front_of_the_queue() {
    let mut play = talking();
    play.take(CallEvent::DeviceLost { session: session(1) }).fire(Timer::DeviceBack);
    assert!(
        play.effects.iter().any(|e| matches!(e, Effect::Route { front: true, reason: RouteReason::DeviceLost, .. }))
    );
    assert_eq!(play.agent_to(ASHA), Some(AgentNext::Free { missed: false, pause: false }));
    assert_eq!(play.call.history.returned_to_queue, 1);
    // The recording stays open, and nothing of the wait is in it.
    let record = play.plan().record.unwrap();
    assert!(record.paused && record.right.is_empty());
    play.take(routed(BALA, 2)).take(accepted(BALA, 2, 2));
    assert!(!play.plan().record.unwrap().paused);
}

#[test]
fn without_a_queue_the_customer_is_told_that_the_agent_was_lost() {
    let mut play = dialing();
    play.take(attached(1)).take(CallEvent::DeviceLost { session: session(1) }).fire(Timer::DeviceBack);
    assert!(play.has(&Effect::PlayFarewell { leg: leg(1), farewell: Farewell::AgentLost }));
    assert!(matches!(play.agent_to(ASHA), Some(AgentNext::WrapUp { .. })));
    play.take(CallEvent::FarewellFinished);
    assert_eq!((play.call.status(), play.call.end.unwrap().reason), (CallStatus::Completed, EndReason::AgentLost));
}

#[test]
fn an_agent_who_is_lost_before_the_customer_answers_cancels_the_call() {
    let mut play = dialing();
    play.take(CallEvent::DeviceLost { session: session(1) }).fire(Timer::DeviceBack);
    assert_eq!(play.call.status(), CallStatus::Cancelled);
}

#[test]
fn the_carriers_leg_comes_back_to_the_same_agent() {
    let mut play = talking();
    play.take(CallEvent::CarrierLost { leg: leg(1) });
    assert_eq!(play.plan().members, [PortRef::Session(session(1))]);
    play.fire(Timer::CarrierMissed);
    let restart = Effect::RestartCarrierMedia { party: Party::Customer, provider_call_id: Some("CA1".into()) };
    assert!(play.has(&restart));
    assert_eq!(play.notices(), [NoticeCode::CarrierMediaLost]);
    play.take(attached(2));
    assert_eq!(play.notices(), [NoticeCode::CarrierMediaBack]);
    assert!(play.plan().hears.contains(&(PortRef::Session(session(1)), PortRef::Leg(leg(2)))));
    assert_eq!(play.call.desk().unwrap().agent, ASHA);
}

#[test]
fn media_that_end_with_a_hang_up_alarm_nobody() {
    let mut play = talking();
    play.take(CallEvent::CarrierLost { leg: leg(1) });
    assert_eq!(play.notices(), []);
    play.take(CallEvent::ProviderEnded { party: Party::Customer, status: ProviderEnd::Completed });
    assert_eq!(play.notices(), []);
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::RestartCarrierMedia { .. })));
    assert_eq!(play.call.end.unwrap().reason, EndReason::CarrierEnded);
}

#[test]
fn an_outside_partys_media_are_asked_for_again_and_end_the_call_when_they_stay_away() {
    let mut play = talking();
    play.take(CallEvent::TransferStarted { agent: ASHA, to: TransferTarget::Number { number: number() } });
    let party = Party::Outside { attempt: 1 };
    play.take(CallEvent::CarrierAttached { party, leg: leg(2) }).take(CallEvent::CarrierLost { leg: leg(2) });
    assert_eq!(play.plan().music, [PortRef::Leg(leg(1))]);
    play.fire(Timer::OutsideMissed);
    assert!(play.has(&Effect::RestartCarrierMedia { party, provider_call_id: None }));
    play.fire(Timer::OutsideBack);
    assert_eq!(play.call.end.unwrap().reason, EndReason::Dropped);
}

#[test]
fn a_carrier_that_speaks_the_last_sentence_itself_is_not_interrupted() {
    let mut play = queued();
    play.take(CallEvent::NobodyFree).fire(Timer::MaxWait).take(CallEvent::CarrierLost { leg: leg(1) });
    play.fire(Timer::CarrierMissed);
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::RestartCarrierMedia { .. })));
    play.take(CallEvent::ProviderEnded { party: Party::Customer, status: ProviderEnd::Completed });
    assert_eq!((play.call.status(), play.call.end.unwrap().reason), (CallStatus::NoAnswer, EndReason::WaitedTooLong));
}

#[test]
fn a_carrier_that_speaks_the_greeting_itself_may_take_its_time_to_connect_media() {
    let mut play = Play::of(facts(Direction::Inbound));
    play.take(CallEvent::Received);
    assert_eq!(timers(&play.call).keys().collect::<Vec<_>>(), [&Timer::Greeting]);
    play.fire(Timer::Greeting).fire(Timer::CarrierBack);
    assert_eq!(play.call.status(), CallStatus::Failed);
}

#[test]
fn a_customer_who_was_heard_while_waiting_counts_as_heard() {
    let mut play = queued();
    play.take(CallEvent::SideHeard { side: Side::Customer }).ignores(CallEvent::SideHeard { side: Side::Agent });
    play.take(routed(ASHA, 1)).take(accepted(ASHA, 1, 1)).take(CallEvent::SideHeard { side: Side::Agent });
    assert!(play.call.both_heard());
}

#[test]
fn a_leg_that_does_not_come_back_ends_the_call_as_dropped() {
    let mut play = talking();
    play.take(CallEvent::CarrierLost { leg: leg(1) }).fire(Timer::CarrierBack);
    assert_eq!((play.call.status(), play.call.end.unwrap().reason), (CallStatus::Completed, EndReason::Dropped));
    let mut play = Play::of(facts(Direction::Inbound));
    play.take(CallEvent::Received).take(attached(1)).take(CallEvent::CarrierLost { leg: leg(1) });
    play.fire(Timer::CarrierBack);
    assert_eq!(play.call.status(), CallStatus::Failed);
}

#[test]
fn a_leg_that_replaced_another_outlives_its_late_loss() {
    let mut play = talking();
    play.take(attached(2)).ignores(CallEvent::CarrierLost { leg: leg(1) });
    assert_eq!(play.call.line, Line::Attached { leg: leg(2) });
}

#[test]
fn a_server_that_restarts_in_mid_call_keeps_it() {
    let mut play = talking();
    play.take(CallEvent::ServerRestarted);
    assert_eq!(play.plan().members, []);
    assert!(play.plan().record.is_some(), "the recording goes on in the same file");
    let armed: Vec<_> = play
        .effects
        .iter()
        .filter_map(|e| match e {
            Effect::SetTimer { timer, .. } => Some(*timer),
            _ => None,
        })
        .collect();
    assert_eq!(armed, [Timer::CarrierBack, Timer::DeviceBack]);
    let of_carrier = Effect::RestartCarrierMedia { party: Party::Customer, provider_call_id: Some("CA1".into()) };
    assert!(play.has(&of_carrier), "at once");
    assert!(
        play.take(CallEvent::ServerRestarted).has(&of_carrier),
        "what the last server asked for may not have been heard"
    );
    play.take(attached(2)).take(CallEvent::DeviceBack { agent: ASHA, session: session(3) });
    assert_eq!(play.plan().hears.len(), 2);
    assert_eq!(play.call.status(), CallStatus::InProgress);
}

#[test]
fn a_server_that_restarts_shows_offers_again_and_asks_routing_again() {
    let mut play = offered();
    play.take(CallEvent::ServerRestarted);
    assert!(play.effects.iter().any(|e| matches!(e, Effect::Offer { offer, .. } if offer.fence == 1)));
    assert!(play.effects.iter().any(|e| matches!(e, Effect::SetTimer { timer: Timer::OfferExpires, .. })));
    let mut play = queued();
    play.take(CallEvent::ServerRestarted);
    assert_eq!(play.routes()[0].2, RouteReason::Restarted);
}

#[test]
fn wrap_up_goes_on_after_a_restart() {
    let mut play = talking();
    play.take(CallEvent::CustomerHungUp);
    let ends_at = play.call.wrap_ups[&ASHA].ends_at;
    play.take(CallEvent::ServerRestarted);
    let timer = Timer::WrapUpEnds { agent: ASHA };
    assert_eq!(play.effects, [Effect::SetTimer { timer, at: ends_at, reason: TimerReason::WrapUpHasAnEnd }]);
}

#[test]
fn the_agent_is_told_within_three_seconds_which_side_is_not_heard() {
    let mut play = talking();
    play.take(CallEvent::SideHeard { side: Side::Agent });
    let joined = play.call.hearing.joined_at.unwrap();
    play.fire(Timer::HearBoth);
    assert_eq!(play.now.since(joined).as_secs(), 3);
    // The agent and the supervisors.
    assert_eq!(play.notices(), [NoticeCode::CustomerNotHeard; 2]);
    assert!(!timers(&play.call).contains_key(&Timer::HearBoth));
}

#[test]
fn a_side_that_falls_silent_is_named_once_and_cleared_when_heard() {
    let mut play = talking();
    let (heard, silent) =
        (CallEvent::SideHeard { side: Side::Customer }, CallEvent::SideSilent { side: Side::Customer });
    play.take(heard.clone()).take(silent.clone());
    assert_eq!(play.notices(), [NoticeCode::CustomerSilent; 2]);
    play.ignores(silent).take(heard);
    assert!(matches!(play.call.hearing.customer, Heard::Since { .. }));
}

#[test]
fn the_media_of_a_side_that_sends_nothing_are_restarted_once() {
    let (agent, customer) =
        (CallEvent::SideSilent { side: Side::Agent }, CallEvent::SideSilent { side: Side::Customer });
    let heard = CallEvent::SideHeard { side: Side::Customer };
    let of_device = Effect::RestartDeviceMedia { agent: ASHA, session: session(1) };
    let of_carrier = Effect::RestartCarrierMedia { party: Party::Customer, provider_call_id: Some("CA1".into()) };
    let mut play = talking();
    play.take(agent.clone());
    assert!(play.has(&of_device) && !play.has(&of_carrier));
    play.ignores(agent);
    play.take(heard.clone()).take(customer.clone());
    assert!(play.has(&of_carrier));
    play.take(heard).take(customer);
    assert!(!play.has(&of_carrier));
}

#[test]
fn a_side_that_sends_nothing_on_hold_is_left_alone() {
    let mut play = talking();
    play.take(CallEvent::HoldStarted { agent: ASHA }).take(CallEvent::SideSilent { side: Side::Agent });
    assert!(!play.effects.iter().any(|effect| matches!(effect, Effect::RestartDeviceMedia { .. })));
}

#[test]
fn a_recording_that_fails_does_not_end_the_call() {
    let mut play = talking();
    play.take(CallEvent::RecordingFailed { reason: "disk_full".into() });
    assert_eq!(play.notices(), [NoticeCode::RecordingFailed; 2]);
    play.take(CallEvent::CustomerHungUp);
    assert_eq!(play.call.recording, Recording::Failed { reason: "disk_full".into(), paused: false });
}

#[test]
fn a_recording_that_failed_stays_wanted_and_comes_back_within_the_call() {
    let mut play = talking();
    play.ignores(CallEvent::RecordingStarted);
    play.take(CallEvent::RecordingFailed { reason: "disk_full".into() });
    assert!(!play.plan().record.expect("a recording is still wanted").paused);
    play.take(CallEvent::RecordingStarted);
    assert_eq!(play.notices(), [NoticeCode::RecordingBack; 2]);
    assert_eq!(play.call.recording, Recording::Running);
}

#[test]
fn a_pause_holds_when_the_recording_comes_back() {
    let mut play = talking();
    play.take(CallEvent::RecordingFailed { reason: "disk_full".into() });
    play.take(CallEvent::RecordingPaused { agent: ASHA });
    assert!(play.plan().record.unwrap().paused);
    play.take(CallEvent::RecordingStarted);
    assert_eq!(play.call.recording, Recording::Paused);
}

#[test]
fn what_was_written_before_the_disk_was_full_counts_as_finished_when_the_file_is_closed() {
    let mut play = talking();
    play.take(CallEvent::RecordingFailed { reason: "disk_full".into() });
    play.take(CallEvent::CustomerHungUp).take(CallEvent::RecordingFinished);
    assert_eq!(play.call.recording, Recording::Finished);
}

#[test]
fn a_recording_is_paused_and_resumed_by_the_agent_of_the_call() {
    let mut play = talking();
    play.ignores(CallEvent::RecordingPaused { agent: BALA });
    play.take(CallEvent::RecordingPaused { agent: ASHA });
    assert!(play.plan().record.unwrap().paused);
    play.take(CallEvent::RecordingResumed { agent: ASHA });
    assert_eq!(play.call.recording, Recording::Running);
}

#[test]
fn keys_of_a_talk_are_kept_but_not_while_the_recording_is_paused() {
    let mut play = talking();
    let press = |digit| CallEvent::DigitReceived { digit };
    play.take(press('1')).take(CallEvent::RecordingPaused { agent: ASHA });
    play.ignores(press('4')).take(CallEvent::RecordingResumed { agent: ASHA }).take(press('#'));
    assert_eq!(play.call.history.keys, "1#");
    for _ in 0..100 {
        play.take(press('7'));
    }
    assert!(play.call.history.keys.len() <= 64, "{}", play.call.history.keys);
}
