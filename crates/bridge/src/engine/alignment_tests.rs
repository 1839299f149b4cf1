//! An hour of a call on a simulated network: sounds that both sides make at the same time are side by side in the
//! recording.

use std::{collections::HashSet, time::Duration};

use media::{
    codec::{EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::WIDEBAND,
    level,
    playout::OpusPlayout,
    resample::Upsampler,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{
    fifo::Fifo,
    room::{Side, Tap},
    session::JITTER,
    voice::{NARROW, WIDE},
};
use crate::plan::RecordPlan;

const TURN_MS: u64 = 20;
const HOUR: u64 = 3_600_000;
/// Both sides sound at every multiple of this...
const EVERY_MS: u64 = 4_000;
/// ...for so long.
const SOUND_MS: u64 = 400;
/// The network takes at least this long.
const PATH_MS: u64 = 30;
/// The agent's sound is not decoded meanwhile.
const HOLD: std::ops::Range<u64> = 1_200_000..1_290_000;
/// A sound above this level has begun.
const BEGUN_DBFS: f32 = -30.0;

/// What the weather is like: share of packets lost, and the most that one is late.
fn weather(at_ms: u64) -> (f64, u64) {
    match at_ms / 600_000 {
        0 => (0.0, 2),
        1 => (0.05, 40),
        2 => (0.0, 60),
        3 => (0.2, 20),
        4 => (0.1, 90),
        _ => (0.0, 5),
    }
}

fn tone(rate: u32, at_ms: u64, samples: usize) -> Vec<i16> {
    let per_ms = u64::from(rate) / 1_000;
    let first = at_ms * per_ms;
    let sample = |n: u64| {
        let sounds = n / per_ms % EVERY_MS < SOUND_MS;
        let phase = n as f64 * 800.0 * std::f64::consts::TAU / f64::from(rate);
        if sounds { (phase.sin() * 9_000.0) as i16 } else { 0 }
    };
    (first..first + samples as u64).map(sample).collect()
}

/// Finds where sounds begin in a channel.
#[derive(Default)]
struct Onsets {
    last_loud: Option<u64>,
    found: Vec<u64>,
}

impl Onsets {
    /// Milliseconds, two at a time.
    fn listen(&mut self, at_ms: u64, pcm: &[i16]) {
        for (n, piece) in pcm.chunks(32).enumerate() {
            let now = at_ms + 2 * n as u64;
            if level::rms_dbfs(piece) > BEGUN_DBFS {
                if self.last_loud.is_none_or(|last| now - last > 1_000) {
                    self.found.push(now);
                }
                self.last_loud = Some(now);
            }
        }
    }
}

#[test]
fn both_channels_are_within_20_ms_for_an_hour_through_loss_jitter_and_hold() {
    let mut rng = StdRng::seed_from_u64(7);
    let recording = domain::ids::RecordingId::new(uuid::Uuid::from_u128(1));
    let mut tap = Tap::new(RecordPlan { recording, left: Vec::new(), right: Vec::new(), paused: false });
    let (mut left, mut right) = (Onsets::default(), Onsets::default());
    let mut encoder = OpusEncoder::new(EncoderSettings::voice(WIDEBAND)).unwrap();
    let mut never_came = HashSet::new();
    let mut on_the_way: Vec<(u64, u64, Vec<u8>)> = Vec::new();
    let mut playout = Some(OpusPlayout::new(JITTER, WIDEBAND).unwrap());
    let (mut fifo, mut up, mut newest) = (Fifo::new(NARROW), Upsampler::default(), None);
    // The carrier sends over TCP: what is late comes all at once.
    let mut carrier_waits: Vec<i16> = Vec::new();
    let mut arrives_at = 0;
    for turn in 0..HOUR / TURN_MS {
        let now = turn * TURN_MS;
        let (lost, most_late) = weather(now);
        let mut packet = vec![0; MAX_PACKET];
        let length = encoder.encode(&tone(WIDEBAND, now, WIDE), &mut packet).unwrap();
        packet.truncate(length);
        if rng.random_bool(lost) {
            never_came.insert(now);
        } else {
            on_the_way.push((now + TURN_MS + PATH_MS + rng.random_range(0..=most_late), turn, packet));
        }
        let since_start = |ms: u64| Duration::from_millis(ms);
        on_the_way.sort_unstable();
        let arrived = on_the_way.partition_point(|(at, ..)| *at <= now);
        for (at, number, payload) in on_the_way.drain(..arrived) {
            if let Some(playout) = &mut playout {
                playout.push(number as u16, (number * 960) as u32, &payload, since_start(at)).unwrap();
            }
        }
        if let Some(spoken) = now.checked_sub(TURN_MS + PATH_MS) {
            carrier_waits.extend(tone(8_000, spoken, NARROW));
        }
        if now >= arrives_at {
            fifo.push(carrier_waits.drain(..));
            newest = Some(now);
            if rng.random_bool(0.01) {
                arrives_at = now + rng.random_range(0..=most_late);
            }
        }
        if HOLD.contains(&now) {
            playout = None;
        } else if playout.is_none() {
            playout = Some(OpusPlayout::new(JITTER, WIDEBAND).unwrap());
        }
        let (mut narrow, mut customer, mut agent) = ([0; NARROW], Side::SILENT, Side::SILENT);
        if fifo.pull(&mut narrow) {
            customer.wait = newest.map(|newest| since_start(fifo.depth_ms() as u64 + now - newest));
        }
        up.process(&narrow, &mut customer.frame);
        if let Some(playout) = &mut playout
            && playout.fill(since_start(now), &mut agent.frame)
        {
            agent.wait = Some(playout.delay());
        }
        if let Some(chunk) = tap.add(turn, &customer, &agent) {
            let (customer, agent): (Vec<_>, Vec<_>) = chunk.pcm.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip();
            left.listen(chunk.first_turn * TURN_MS, &customer);
            right.listen(chunk.first_turn * TURN_MS, &agent);
        }
    }
    // A sound whose first packet never came, or that came in the hold, begins elsewhere or not at all.
    let whole = (1..HOUR / EVERY_MS).map(|n| n * EVERY_MS).filter(|at| !never_came.contains(at) && !HOLD.contains(at));
    let near = |channel: &Onsets, at: u64| channel.found.iter().copied().find(|onset| onset.abs_diff(at) < 1_000);
    let pairs: Vec<(u64, u64)> = whole.filter_map(|at| Some((near(&left, at)?, near(&right, at)?))).collect();
    let worst = pairs.iter().map(|(left, right)| left.abs_diff(*right)).max();
    assert!(pairs.len() > 750, "{} sounds were heard on both sides", pairs.len());
    assert!(worst <= Some(20), "off by {worst:?} ms");
    println!("{} sounds, off by at most {worst:?} ms", pairs.len());
}
