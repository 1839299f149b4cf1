use uuid::Uuid;

use super::*;

const ID: MediaSessionId = MediaSessionId::new(Uuid::from_u128(1));

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Ticks every 100 ms from `from` until `to`; what was to be done, and when.
fn ticks(plan: &mut MediaPlan, from: u64, to: u64) -> Vec<(u64, Effect)> {
    let at = (from..=to).step_by(100);
    at.flat_map(|at| plan.step(Input::Tick, ms(at), 1.0).into_iter().map(move |effect| (at, effect))).collect()
}

fn opened() -> MediaPlan {
    let mut plan = MediaPlan::default();
    assert_eq!(plan.step(Input::Want(true), ms(0), 1.0), [Effect::Open]);
    plan.step(Input::Opened(ID), ms(50), 1.0);
    plan
}

fn connected() -> MediaPlan {
    let mut plan = opened();
    plan.step(Input::PeerConnected, ms(300), 1.0);
    assert_eq!(plan.state(), State::Open { id: ID, udp: Udp::Up, web: Web::Off });
    plan
}

/// UDP is lost at 1 s, the web carries the sound, and the restart of ICE has led to nothing.
fn on_web() -> MediaPlan {
    let mut plan = connected();
    assert_eq!(plan.step(Input::PeerDisconnected, ms(1_000), 1.0), [Effect::OpenWeb(ID)]);
    assert_eq!(plan.step(Input::WebUp, ms(1_020), 1.0), []);
    assert_eq!(ticks(&mut plan, 1_100, 1_400), [(1_400, Effect::Restart(ID))]);
    plan.step(Input::Restarted, ms(1_420), 1.0);
    assert_eq!(ticks(&mut plan, 1_500, 4_000), []);
    assert!(plan.over_web());
    plan
}

#[test]
fn a_network_that_is_away_for_ten_seconds_gets_its_old_path_back() {
    let mut plan = connected();
    assert_eq!(plan.step(Input::PeerDisconnected, ms(1_500), 1.0), [Effect::OpenWeb(ID)]);
    assert_eq!(plan.lost_since(), Some(ms(1_500)));
    let tried = ticks(&mut plan, 1_600, 10_000);
    let restarts = tried.iter().filter(|(_, effect)| matches!(effect, Effect::Restart(_))).count();
    let attempts = tried.iter().filter(|(_, effect)| *effect == Effect::OpenWeb(ID)).count();
    assert_eq!(restarts, 0, "nobody would answer");
    assert!((6..=8).contains(&attempts), "{attempts} attempts to reach the server in 8.5 s");
    plan.step(Input::PeerConnected, ms(10_020), 1.0);
    assert_eq!(plan.state(), State::Open { id: ID, udp: Udp::Up, web: Web::Off });
    assert_eq!((plan.lost_since(), plan.over_web()), (None, false));
}

#[test]
fn a_path_that_was_away_for_longer_is_restarted_while_it_works() {
    let mut plan = connected();
    plan.step(Input::PeerDisconnected, ms(1_000), 1.0);
    let effects = plan.step(Input::PeerConnected, ms(14_000), 1.0);
    assert_eq!(effects, [Effect::CloseWeb, Effect::Restart(ID)]);
    plan.step(Input::Restarted, ms(14_020), 1.0);
    plan.step(Input::PeerConnected, ms(14_100), 1.0);
    assert_eq!(plan.state(), State::Open { id: ID, udp: Udp::Up, web: Web::Off });
}

#[test]
fn a_lost_path_with_the_server_in_reach_takes_the_web_and_is_restarted() {
    let mut plan = connected();
    plan.step(Input::PeerDisconnected, ms(1_000), 1.0);
    plan.step(Input::WebUp, ms(1_020), 1.0);
    assert!(plan.state().carries());
    assert_eq!(plan.lost_since(), None);
    assert_eq!(ticks(&mut plan, 1_100, 1_400), [(1_400, Effect::Restart(ID))]);
    assert!(!plan.over_web(), "not a word about UDP before it was tried");
    plan.step(Input::Restarted, ms(1_420), 1.0);
    assert_eq!(plan.step(Input::PeerConnected, ms(1_500), 1.0), [Effect::CloseWeb]);
    assert_eq!(plan.state(), State::Open { id: ID, udp: Udp::Up, web: Web::Off });
}

#[test]
fn where_udp_is_blocked_from_the_start_sound_takes_the_web_within_three_seconds() {
    let mut plan = opened();
    assert_eq!(ticks(&mut plan, 100, 2_600), [(2_600, Effect::OpenWeb(ID))]);
    plan.step(Input::WebUp, ms(2_650), 1.0);
    assert!(plan.state().carries() && plan.over_web());
    let tried = ticks(&mut plan, 2_700, 60_000);
    assert!(tried.iter().all(|(_, effect)| *effect == Effect::Restart(ID)), "{tried:?}");
    assert!((2..=3).contains(&tried.len()), "{tried:?}");
}

#[test]
fn udp_is_tried_again_and_again_and_the_web_left_when_it_works() {
    let mut plan = on_web();
    let mut now = 4_000;
    for _ in 0..3 {
        let tried = ticks(&mut plan, now, now + 15_100);
        let [(at, Effect::Restart(_))] = tried[..] else { panic!("{tried:?}") };
        plan.step(Input::Restarted, ms(at + 20), 1.0);
        now = at + 2_700;
        assert_eq!(ticks(&mut plan, at + 100, now), []);
        assert!(plan.state().carries() && plan.over_web());
    }
    let at = ticks(&mut plan, now, now + 15_100)[0].0;
    plan.step(Input::Restarted, ms(at + 20), 1.0);
    assert_eq!(plan.step(Input::PeerConnected, ms(at + 120), 1.0), [Effect::CloseWeb]);
    assert!(!plan.over_web());
}

#[test]
fn a_sound_socket_that_breaks_is_opened_again_and_the_loss_is_shown() {
    let mut plan = on_web();
    plan.step(Input::WebLost, ms(5_000), 1.0);
    assert_eq!(plan.lost_since(), Some(ms(5_000)));
    assert_eq!(ticks(&mut plan, 5_100, 5_300), [(5_200, Effect::OpenWeb(ID))]);
    plan.step(Input::WebUp, ms(5_400), 1.0);
    assert_eq!(plan.lost_since(), None);
}

#[test]
fn a_proxy_that_lets_no_socket_through_still_shows_that_the_server_is_there() {
    let mut plan = connected();
    plan.step(Input::PeerDisconnected, ms(1_000), 1.0);
    plan.step(Input::WebRefused, ms(1_050), 1.0);
    assert_eq!(ticks(&mut plan, 1_100, 1_100), [(1_100, Effect::Restart(ID))]);
}

#[test]
fn a_new_address_restarts_ice_at_once() {
    let mut plan = connected();
    assert_eq!(plan.step(Input::Suspect, ms(1_000), 1.0), [Effect::Restart(ID)]);
    assert_eq!(plan.lost_since(), Some(ms(1_000)));
    plan.step(Input::Restarted, ms(1_020), 1.0);
    plan.step(Input::PeerConnected, ms(1_150), 1.0);
    assert_eq!((plan.state().carries(), plan.lost_since()), (true, None));
    let mut web = on_web();
    let effects = web.step(Input::Suspect, ms(5_000), 1.0);
    assert_eq!(effects, [Effect::CloseWeb, Effect::OpenWeb(ID), Effect::Restart(ID)]);
}

#[test]
fn a_restart_that_does_not_come_through_takes_the_web_within_a_second() {
    let mut plan = connected();
    plan.step(Input::Suspect, ms(1_000), 1.0);
    plan.step(Input::Restarted, ms(1_020), 1.0);
    assert_eq!(ticks(&mut plan, 1_100, 2_100), [(2_100, Effect::OpenWeb(ID))]);
}

#[test]
fn a_session_that_the_server_forgot_is_opened_anew_at_once() {
    let mut plan = connected();
    plan.step(Input::Suspect, ms(1_000), 1.0);
    assert_eq!(plan.step(Input::Unknown, ms(1_020), 1.0), [Effect::Close(None), Effect::Open]);
    assert_eq!(plan.lost_since(), Some(ms(1_000)));
}

#[test]
fn a_server_that_was_restarted_gets_the_sound_over_the_web_again_without_a_wait() {
    let mut plan = on_web();
    plan.step(Input::WebLost, ms(5_000), 1.0);
    assert_eq!(plan.step(Input::Unknown, ms(6_000), 1.0), [Effect::Close(None), Effect::Open]);
    assert_eq!(plan.step(Input::Opened(ID), ms(6_050), 1.0), [Effect::OpenWeb(ID)]);
}

#[test]
fn with_no_path_at_all_a_new_session_is_tried() {
    let mut plan = connected();
    plan.step(Input::PeerDisconnected, ms(1_000), 1.0);
    let tried = ticks(&mut plan, 1_100, 60_000);
    assert!(tried.iter().any(|(at, effect)| *effect == Effect::Close(Some(ID)) && *at == 41_000), "{tried:?}");
    assert!(tried.iter().any(|(_, effect)| *effect == Effect::Open));
    assert_eq!(plan.lost_since(), Some(ms(1_000)));
}

#[test]
fn an_unreachable_server_is_tried_again_with_growing_waits() {
    let mut plan = MediaPlan::default();
    plan.step(Input::Want(true), ms(0), 1.0);
    let (mut now, mut waits) = (ms(0), Vec::new());
    for _ in 0..6 {
        plan.step(Input::OpenFailed, now, 1.0);
        let State::Waiting { until } = plan.state() else { panic!("{:?}", plan.state()) };
        waits.push((until - now).as_millis());
        now = until;
        assert_eq!(plan.step(Input::Tick, now, 1.0), [Effect::Open]);
    }
    assert_eq!(waits, [400, 800, 1_600, 3_200, 5_000, 5_000]);
    assert_eq!(plan.lost_since(), None);
}

#[test]
fn late_and_doubled_news_change_nothing() {
    let mut plan = connected();
    for late in [Input::WebUp, Input::WebLost, Input::WebFailed, Input::RestartFailed, Input::Opened(ID)] {
        let effects = plan.step(late, ms(1_000), 1.0);
        assert!(effects.is_empty() || effects == [Effect::CloseWeb], "{late:?}: {effects:?}");
        assert_eq!(plan.state(), State::Open { id: ID, udp: Udp::Up, web: Web::Off }, "{late:?}");
    }
    plan.step(Input::PeerConnected, ms(1_100), 1.0);
    plan.step(Input::PeerDisconnected, ms(1_200), 1.0);
    assert_eq!(plan.step(Input::PeerDisconnected, ms(1_210), 1.0), []);
    assert_eq!(plan.lost_since(), Some(ms(1_200)));
}

#[test]
fn signing_out_closes_the_session_and_stays_closed() {
    for mut plan in [connected(), on_web()] {
        assert_eq!(plan.step(Input::Want(false), ms(5_000), 1.0), [Effect::Close(Some(ID))]);
        assert_eq!(plan.step(Input::Tick, ms(90_000), 1.0), []);
        assert_eq!(plan.step(Input::Opened(ID), ms(90_000), 1.0), []);
        assert_eq!(plan.lost_since(), None);
    }
}

#[test]
fn whatever_happens_a_wanted_session_has_a_path_or_one_is_tried() {
    let inputs = [
        Input::Opened(ID),
        Input::OpenFailed,
        Input::PeerConnected,
        Input::PeerDisconnected,
        Input::PeerFailed,
        Input::Restarted,
        Input::Unknown,
        Input::RestartFailed,
        Input::WebUp,
        Input::WebFailed,
        Input::WebRefused,
        Input::WebLost,
        Input::Suspect,
        Input::Tick,
    ];
    for seed in 0..5_000_u64 {
        let (mut plan, mut now, mut dice) = (MediaPlan::default(), ms(0), seed);
        plan.step(Input::Want(true), now, 0.5);
        let mut lost = None;
        for _ in 0..40 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            now += ms((dice >> 40) % 2_000);
            plan.step(inputs[(dice >> 33) as usize % inputs.len()], now, 0.5);
            let (before, carries) = (std::mem::replace(&mut lost, plan.lost_since()), plan.state().carries());
            assert!(!carries || lost.is_none(), "seed {seed}: lost, and with a path");
            assert!(carries || before.is_none() || lost == before, "seed {seed}: {before:?} became {lost:?}");
        }
        if plan.state().carries() {
            continue;
        }
        let tries = (0..120).any(|_| {
            now += ms(500);
            let effects = plan.step(Input::Tick, now, 0.5);
            effects.iter().any(|effect| matches!(effect, Effect::Open | Effect::Restart(_) | Effect::OpenWeb(_)))
        });
        assert!(tries, "seed {seed} ended in {:?}", plan.state());
    }
}
