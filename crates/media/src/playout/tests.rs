use super::*;
use crate::{
    codec::{EncoderSettings, OpusEncoder},
    level::rms_dbfs,
};

fn packets(count: usize) -> Vec<Vec<u8>> {
    let mut encoder = OpusEncoder::new(EncoderSettings::voice(16_000)).unwrap();
    (0..count)
        .map(|n| {
            let pcm: Vec<i16> = (0..320).map(|i| (((n * 320 + i) as f64 * 0.17).sin() * 9_000.0) as i16).collect();
            let mut out = [0; MAX_PACKET];
            let length = encoder.encode(&pcm, &mut out).unwrap();
            out[..length].to_vec()
        })
        .collect()
}

#[test]
fn a_tone_with_one_packet_in_ten_lost_has_no_holes() {
    let mut playout = OpusPlayout::new(JitterSettings::OPUS, 8_000).unwrap();
    let mut heard = Vec::new();
    for (n, packet) in packets(200).into_iter().enumerate() {
        let now = Duration::from_millis(20 * n as u64);
        if n % 10 != 7 {
            playout.push(n as u16, (n * 960) as u32, &packet, now).unwrap();
        }
        let mut out = [0; 160];
        playout.fill(now + Duration::from_millis(3), &mut out);
        heard.extend_from_slice(&out);
    }
    let quietest = heard[3_200..].chunks(160).map(rms_dbfs).fold(0.0, f32::min);
    // The copy that rebuilds a frame is coarse and softer than the tone (-14 dBFS); a hole would read below -60.
    assert!(quietest > -30.0, "a frame fell to {quietest} dBFS");
    assert!(playout.counts().rebuilt >= 15, "{:?}", playout.counts());
}

/// A tone that rises for a quarter of each second, in packets of 10 ms: whatever a decoder takes for granted of the sound
/// before shows in it.
fn sweeps(seconds: usize) -> Vec<Vec<u8>> {
    let settings = EncoderSettings { frame: Duration::from_millis(10), ..EncoderSettings::telephone() };
    let mut encoder = OpusEncoder::new(settings).unwrap();
    let sample = |at: usize| {
        let t = (at % 8_000) as f64 / 8_000.0;
        let turns = 400.0 * t + 2_600.0 * t * t;
        if t < 0.25 { ((turns * std::f64::consts::TAU).sin() * 6_000.0) as i16 } else { 0 }
    };
    let mut encode = |n: usize| {
        let pcm: Vec<i16> = (n * 80..n * 80 + 80).map(sample).collect();
        let mut out = [0; MAX_PACKET];
        let length = encoder.encode(&pcm, &mut out).unwrap();
        out[..length].to_vec()
    };
    (0..seconds * 100).map(&mut encode).collect()
}

/// The loudest 10 ms of sweeps of which now and then some come up to `late` ms late, all at once.
fn loudest(late: u64) -> (f32, JitterCounts) {
    let mut playout = OpusPlayout::new(JitterSettings::OPUS, 16_000).unwrap();
    let mut loudest = -100.0_f32;
    let held = |n: u64| n % 103 < late / 10;
    let mut packets = sweeps(20).into_iter().enumerate().peekable();
    for now in (0..20_000).step_by(10) {
        let there = |n: u64| if held(n) { (n - n % 103) * 10 + late } else { n * 10 };
        while let Some((n, packet)) = packets.next_if(|(n, _)| there(*n as u64) <= now) {
            playout.push(n as u16, n as u32 * 480, &packet, Duration::from_millis(now)).unwrap();
        }
        let mut out = [0; 160];
        playout.fill(Duration::from_millis(now + 2), &mut out);
        loudest = loudest.max(rms_dbfs(&out));
    }
    (loudest, playout.counts())
}

#[test]
fn packets_that_are_late_do_not_make_the_next_ones_loud() {
    for late in [40, 50, 60, 70] {
        let (loudest, counts) = loudest(late);
        assert!(counts.played > 1_900 && counts.concealed > 3, "{counts:?}");
        // The tone itself is at -17.8 dBFS.
        assert!(loudest < -14.0, "{late} ms late: {loudest} dBFS, {counts:?}");
    }
}

#[test]
fn ten_millisecond_readers_get_every_sample_of_twenty_millisecond_packets() {
    let mut playout = OpusPlayout::new(JitterSettings::OPUS, 48_000).unwrap();
    for (n, packet) in packets(50).into_iter().enumerate() {
        let now = Duration::from_millis(20 * n as u64);
        playout.push(n as u16, (n * 960) as u32, &packet, now).unwrap();
        for half in 0..2 {
            playout.fill(now + Duration::from_millis(10 * half), &mut [0; 480]);
        }
    }
    assert!(playout.counts().played >= 47, "{:?}", playout.counts());
    assert!(playout.delay() <= Duration::from_millis(50));
}

/// Plays 20 ms packets, each of which arrives at once, to a reader that comes at these times for 20 ms. By how much
/// the sound was made longer and shorter once the buffer knew the path.
fn stretched(readings: impl Iterator<Item = Duration>) -> (Duration, Duration) {
    let mut playout = OpusPlayout::new(JitterSettings::OPUS, 16_000).unwrap();
    let mut sent = packets(1_000).into_iter().enumerate().peekable();
    let mut settled = (Duration::ZERO, Duration::ZERO);
    for (reading, now) in readings.enumerate() {
        let arrival = |n: usize| Duration::from_millis(20 * n as u64);
        while let Some((n, packet)) = sent.next_if(|(n, _)| arrival(*n) <= now) {
            playout.push(n as u16, (n * 960) as u32, &packet, arrival(n)).unwrap();
        }
        playout.fill(now, &mut [0; 320]);
        if reading == 100 {
            settled = playout.stretched();
        }
    }
    let (longer, shorter) = playout.stretched();
    (longer - settled.0, shorter - settled.1)
}

#[test]
fn sound_of_a_path_that_does_not_change_is_not_stretched_wherever_the_reader_comes_between_two_packets() {
    for phase in 0..20 {
        let readings = (0..1_000).map(|n| Duration::from_millis(20 * n + phase));
        assert_eq!(stretched(readings), (Duration::ZERO, Duration::ZERO), "{phase} ms after a packet");
    }
}

#[test]
fn nor_is_it_for_a_reader_who_is_late_now_and_then() {
    let mut state = 7_u64;
    let mut free = Duration::ZERO;
    let readings = (0..1_000).map(|n| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let late = if state >> 61 == 0 { 10 + (state >> 40) % 50 } else { 0 };
        // Two or three readings are made up for at once.
        free = free.max(Duration::from_millis(20 * n + 3 + late));
        free
    });
    assert_eq!(stretched(readings), (Duration::ZERO, Duration::ZERO));
}

#[test]
fn short_packets_are_all_played_to_a_reader_who_takes_two_at_once_wherever_it_comes_between_them() {
    for phase in 0..20 {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 16_000).unwrap();
        let mut packets = sweeps(10).into_iter().enumerate().peekable();
        for now in (phase..10_000).step_by(20) {
            while let Some((n, packet)) = packets.next_if(|(n, _)| *n as u64 * 10 <= now) {
                let arrival = Duration::from_millis(n as u64 * 10);
                playout.push(n as u16, n as u32 * 480, &packet, arrival).unwrap();
            }
            playout.fill(Duration::from_millis(now), &mut [0; 320]);
        }
        let counts = playout.counts();
        assert!(counts.skipped == 0 && counts.concealed <= 1, "{phase} ms after a packet: {counts:?}");
    }
}

#[test]
fn a_pause_brings_the_wait_down_to_the_step_of_the_reader() {
    for phase in 1..10 {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, 16_000).unwrap();
        let mut packets = sweeps(12).into_iter().enumerate().peekable();
        let mut longest = Duration::ZERO;
        for now in (phase..12_000).step_by(10) {
            while let Some((n, packet)) = packets.next_if(|(n, _)| *n as u64 * 10 <= now) {
                let arrival = Duration::from_millis(n as u64 * 10);
                playout.push(n as u16, n as u32 * 480, &packet, arrival).unwrap();
            }
            playout.fill(Duration::from_millis(now), &mut [0; 160]);
            if now > 8_000 {
                longest = longest.max(playout.delay());
            }
        }
        let counts = playout.counts();
        assert!(longest <= playout.target() + Duration::from_millis(11), "{phase} ms after: {longest:?}, {counts:?}");
        assert!(counts.skipped == 0 && counts.concealed <= 1, "{phase} ms after a packet: {counts:?}");
    }
}

#[test]
fn what_was_passed_over_is_not_heard_and_what_follows_begins_at_once() {
    let mut playout = OpusPlayout::new(JitterSettings::OPUS, 8_000).unwrap();
    let mut levels = Vec::new();
    for (n, packet) in packets(200).into_iter().enumerate() {
        let now = Duration::from_millis(20 * n as u64);
        playout.push(n as u16, (n * 960) as u32, &packet, now).unwrap();
        let mut out = [0; 160];
        if n < 100 {
            playout.skip(now + Duration::from_millis(3), 160);
        } else {
            playout.fill(now + Duration::from_millis(3), &mut out);
        }
        levels.push(rms_dbfs(&out));
    }
    assert!(levels[102..].iter().all(|level| *level > -25.0), "{:?}", &levels[100..110]);
    assert!(playout.counts().played >= 195, "{:?}", playout.counts());
}

#[test]
fn garbage_is_refused_and_costs_one_frame_at_most() {
    let mut playout = OpusPlayout::new(JitterSettings::OPUS, 8_000).unwrap();
    assert!(playout.push(0, 0, &[], Duration::ZERO).is_err());
    let mut out = [7; 160];
    assert!(!playout.fill(Duration::ZERO, &mut out));
    assert_eq!((out, playout.bad_packets()), ([0; 160], 1));
}
