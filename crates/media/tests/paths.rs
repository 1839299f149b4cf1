//! Whole calls over bad paths, on a simulated clock with seeded weather: nothing grows without bound, and what was bad is
//! forgotten within ten seconds.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod path;

use std::time::Duration;

use path::{BLOCK, Call, HEADERS, Weather};

/// Longest wait that any path may bring: the buffer's own limit, and two packets on top while it is being reached.
const LONGEST_WAIT: Duration = Duration::from_millis(240);

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Buzzing syllables with pauses.
fn voice(n: u64) -> [f32; BLOCK] {
    std::array::from_fn(|i| {
        let t = (n as f64 * BLOCK as f64 + i as f64) / 48_000.0;
        let turn = 130.0 * t + 2.0 * (t * 5.0).sin();
        let loud = (0.5 + 0.5 * (t * 19.0).sin()) * if (t * 0.7).fract() < 0.8 { 0.4 } else { 0.0 };
        ((turn.fract() - 0.5) * loud) as f32
    })
}

/// `seconds` of talk. The answer is the longest wait there was.
fn talk(call: &mut Call, seconds: u64) -> Duration {
    let (mut heard, mut longest) = (Vec::new(), Duration::ZERO);
    for _ in 0..seconds * 100 {
        let n = call.now().as_millis() as u64 / 10;
        call.pass(&voice(n), &mut heard).unwrap();
        longest = longest.max(call.receiver.delay());
        assert!(call.receiver.waiting() <= ms(700), "{:?} wait to be played", call.receiver.waiting());
    }
    let expected = seconds as usize * 48_000;
    assert!(heard.len().abs_diff(expected) < expected / 100 + 480, "{} samples in {seconds} s", heard.len());
    longest
}

fn call(weather: Weather, seed: u64) -> Call {
    Call::new(weather, true, true, 0.0, seed).unwrap()
}

/// Ten seconds after the weather has cleared up, packets wait as they did before, and nothing is made up.
fn assert_recovers(call: &mut Call, what: &str) {
    call.set_weather(Weather::default());
    talk(call, 10);
    let before = call.counts();
    let longest = talk(call, 5);
    let after = call.counts();
    assert!(longest <= ms(45), "{what}: {longest:?} ten seconds later");
    assert_eq!(after.concealed, before.concealed, "{what}: {after:?}");
}

#[test]
fn loss_to_forty_per_cent_is_survived_and_forgotten() {
    for (n, loss) in [0.02, 0.1, 0.2, 0.3, 0.4].into_iter().enumerate() {
        let mut call = call(Weather { loss, ..Weather::default() }, n as u64);
        talk(&mut call, 5);
        let before = call.counts();
        let longest = talk(&mut call, 15);
        let after = call.counts();
        let frames = (after.played - before.played + after.rebuilt - before.rebuilt) as f64;
        let made_up = (after.concealed - before.concealed) as f64 / frames;
        // With two copies a frame is gone when three packets are; the rest is what comes before the wait has grown.
        assert!(made_up < loss.powi(2) + 0.03, "{loss}: {made_up} made up, {after:?}");
        assert!(longest <= LONGEST_WAIT, "{loss}: {longest:?}");
        assert_recovers(&mut call, &format!("loss of {loss}"));
    }
}

#[test]
fn bursts_of_loss_are_survived_and_forgotten() {
    for burst in [2.0, 3.0, 8.0, 25.0] {
        let mut call = call(Weather { loss: 0.2, burst, ..Weather::default() }, 7);
        let longest = talk(&mut call, 20);
        assert!(longest <= LONGEST_WAIT, "{burst}: {longest:?}");
        assert_recovers(&mut call, &format!("bursts of {burst}"));
    }
}

#[test]
fn jitter_to_200_ms_is_followed_and_forgotten() {
    for (jitter, longest) in [(ms(5), ms(30)), (ms(20), ms(100)), (ms(60), ms(200))] {
        for reorders in [false, true] {
            let weather = Weather { jitter, longest, reorders, ..Weather::default() };
            let mut call = call(weather, 3);
            talk(&mut call, 5);
            let before = call.counts();
            let wait = talk(&mut call, 15);
            let after = call.counts();
            assert!(wait <= LONGEST_WAIT, "{weather:?}: {wait:?}");
            let made_up = (after.concealed - before.concealed) as f64 / (after.played - before.played) as f64;
            assert!(made_up < 0.12, "{weather:?}: {made_up} made up, {after:?}");
            assert_recovers(&mut call, &format!("{weather:?}"));
        }
    }
}

#[test]
fn doubled_packets_change_nothing() {
    let mut call = call(Weather { doubled: 1.0, ..Weather::default() }, 5);
    let longest = talk(&mut call, 10);
    assert!(longest <= ms(45), "{longest:?}");
    assert!(call.counts().duplicate + call.counts().late > 400, "{:?}", call.counts());
    assert!(call.counts().concealed <= 5, "{:?}", call.counts());
}

#[test]
fn a_link_of_64_kbit_s_is_not_filled_up() {
    let mut call = call(Weather { link: Some(64_000), ..Weather::default() }, 9);
    talk(&mut call, 20);
    call.traffic = path::Traffic::default();
    let before = call.counts();
    let longest = talk(&mut call, 20);
    let after = call.counts();
    let rate = (call.traffic.bits + call.traffic.packets * HEADERS) / 20;
    assert!(rate < 64_000, "{rate} bit/s on the link");
    assert!(after.concealed - before.concealed < 20, "{before:?} {after:?}");
    assert!(longest <= LONGEST_WAIT, "{longest:?}");
    assert_recovers(&mut call, "a slow link");
}

#[test]
fn everything_at_once_is_survived_and_forgotten() {
    for seed in 0..4 {
        let weather = Weather {
            loss: 0.25,
            burst: 2.0,
            jitter: ms(30),
            longest: ms(200),
            reorders: true,
            doubled: 0.05,
            link: Some(128_000),
        };
        let mut call = call(weather, seed);
        let longest = talk(&mut call, 15);
        assert!(longest <= LONGEST_WAIT, "{longest:?}");
        assert_recovers(&mut call, "everything");
    }
}

#[test]
fn clocks_that_differ_by_200_millionths_stay_together_for_ten_minutes() {
    for (skew, seconds) in [(200.0, 600), (-200.0, 200)] {
        let mut call =
            Call::new(Weather { jitter: ms(1), longest: ms(4), ..Weather::default() }, true, true, skew, 1).unwrap();
        talk(&mut call, 10);
        let before = call.counts();
        let longest = talk(&mut call, seconds);
        let after = call.counts();
        assert!(longest <= ms(60), "{skew}: {longest:?}");
        // 200 millionths of ten minutes are 120 ms: made up for at the voice's own periods, not by concealment.
        assert!(after.concealed - before.concealed <= seconds / 20, "{skew}: {before:?} {after:?}");
        assert!(after.skipped - before.skipped <= seconds / 20, "{skew}: {before:?} {after:?}");
    }
}
