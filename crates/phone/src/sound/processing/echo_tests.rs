//! How much of an echo is taken out in a synthetic room, and how much of a voice is kept meanwhile. Deterministic; the
//! figures are printed with `--nocapture` (`scripts/bench echo`).

use std::{collections::VecDeque, f32::consts::TAU, time::Duration};

use super::*;
use crate::sound::BLOCK_SPAN;

const SECOND: usize = RATE as usize;

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }
}

/// Samples of a span in microseconds.
const fn micros(span: u64) -> usize {
    media::frame::samples(RATE, Duration::from_micros(span))
}

/// Speech-like: syllables of a buzz with formants, and of hiss, with pauses between phrases.
fn voice(seed: u64, seconds: usize, pitch: f32) -> Vec<f32> {
    let (mut dice, mut phase, mut hiss) = (Dice(seed), 0.0_f32, 0.0_f32);
    let (mut low, mut band) = ([0.0_f32; 2], [0.0_f32; 2]);
    (0..seconds * SECOND)
        .map(|n| {
            let t = n as f32 / RATE as f32 + seed as f32 * 0.37;
            let syllable = (t * 4.1).fract();
            let open = (std::f32::consts::PI * syllable).sin().powi(2);
            let phrase = if (t / 2.3).fract() < 0.78 { 1.0 } else { 0.0 };
            phase = (phase + pitch * (1.0 + 0.12 * (t * 2.7).sin()) / RATE as f32).fract();
            let noise = dice.next();
            hiss += (noise - hiss) * 0.875;
            let source = if (t * 4.1) as u32 % 4 == 3 { (noise - hiss) * 0.4 } else { phase - 0.5 };
            // Two resonances that move.
            let first = 350.0 + 350.0 * (t * 3.3).sin().abs();
            let second = 1_100.0 + 900.0 * (t * 2.1).cos().abs();
            resonate(&mut low, source, first, 115.0) * 0.5 * open * phrase
                + resonate(&mut band, source, second, 155.0) * 0.35 * open * phrase
                + source * 0.05 * open * phrase
        })
        .map(|sample| (sample * 0.35).clamp(-0.9, 0.9))
        .collect()
}

fn resonate(state: &mut [f32; 2], input: f32, hertz: f32, bandwidth: f32) -> f32 {
    let radius = (-TAU * bandwidth / RATE as f32).exp();
    let out = input * (1.0 - radius) * 4.0 + 2.0 * radius * (TAU * hertz / RATE as f32).cos() * state[0]
        - radius * radius * state[1];
    *state = [out, state[0]];
    out
}

/// From the speaker's samples to what of them the microphone brings: 60 ms of devices, then a room that dies away within
/// 150 ms, behind a speaker that distorts a little.
struct RoomEcho {
    taps: Vec<(usize, f32)>,
    past: VecDeque<f32>,
}

impl RoomEcho {
    const DEVICES: Duration = Duration::from_millis(60);

    fn new() -> Self {
        let mut dice = Dice(99);
        let start = media::frame::samples(RATE, Self::DEVICES);
        let mut taps = vec![(start, 0.35), (start + micros(1_980), -0.18)];
        taps.extend((0..110).map(|n| {
            let after = micros(2_500 + n * 1_333) + (dice.next().abs() * micros(833) as f32) as usize;
            (start + after, dice.next() * 0.16 * (-(after as f32) / (0.045 * RATE as f32)).exp())
        }));
        let longest = taps.iter().map(|(at, _)| *at).max().unwrap_or(0) + 1;
        Self { taps, past: std::iter::repeat_n(0.0, longest).collect() }
    }

    fn hear(&mut self, played: f32) -> f32 {
        let distorted = played + 0.05 * played.powi(3);
        self.past.push_front(distorted);
        self.past.pop_back();
        self.taps.iter().map(|(at, gain)| self.past[*at] * gain).sum()
    }
}

struct Run {
    echo: Vec<f32>,
    out: Vec<f32>,
}

/// Plays `far` into the room in which `near` is said.
fn run(processing: Processing, far: &[f32], near: &[f32]) -> Run {
    let (mut processor, mut room, mut dice) = (Processor::new(processing), RoomEcho::new(), Dice(5));
    let (mut echo, mut out) = (Vec::with_capacity(far.len()), Vec::with_capacity(far.len()));
    for (far, near) in far.as_chunks::<BLOCK>().0.iter().zip(near.as_chunks::<BLOCK>().0) {
        processor.render(far);
        let heard: [f32; BLOCK] = std::array::from_fn(|i| room.hear(far[i]));
        echo.extend_from_slice(&heard);
        let mut block = std::array::from_fn(|i| heard[i] + near[i] + dice.next() * 0.0004);
        // What the devices say, which is never quite right.
        processor.capture(&mut block, RoomEcho::DEVICES + Duration::from_millis(12));
        out.extend_from_slice(&block);
    }
    Run { echo, out }
}

fn dbfs(samples: &[f32]) -> f32 {
    10.0 * (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).max(1e-12).log10()
}

fn part(samples: &[f32], from: usize, to: usize) -> &[f32] {
    &samples[from * SECOND..to * SECOND]
}

/// Correlation at the delay where it is largest, up to 40 ms.
fn likeness(said: &[f32], sent: &[f32]) -> f32 {
    let energy = |x: &[f32]| x.iter().map(|s| s * s).sum::<f32>();
    let longest = micros(40_000);
    let length = said.len() - longest;
    (0..longest)
        .map(|lag| {
            let (a, b) = (&said[..length], &sent[lag..lag + length]);
            let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            product / (energy(a) * energy(b)).sqrt().max(1e-9)
        })
        .fold(0.0, f32::max)
}

const ECHO_ONLY: Processing = Processing { echo_cancellation: true, ..Processing::NONE };

#[test]
fn an_echo_is_taken_out_by_more_than_25_db() {
    let (far, silence) = (voice(1, 14, 118.0), vec![0.0; 14 * SECOND]);
    for (name, processing) in [("echo canceller alone", ECHO_ONLY), ("all of the processing", Processing::ALL)] {
        let run = run(processing, &far, &silence);
        let erle = |from, to| dbfs(part(&run.echo, from, to)) - dbfs(part(&run.out, from, to));
        println!(
            "single talk, {name}: echo at the microphone {:.1} dBFS; ERLE {:.1} dB at 0-1 s, {:.1} dB at 2-5 s, {:.1} dB at 5-14 s",
            dbfs(part(&run.echo, 5, 14)),
            erle(0, 1),
            erle(2, 5),
            erle(5, 14),
        );
        assert!(erle(2, 5) >= 25.0, "{name}: {:.1} dB at 2-5 s", erle(2, 5));
        assert!(erle(5, 14) >= 25.0, "{name}: {:.1} dB at 5-14 s", erle(5, 14));
    }
}

#[test]
fn a_voice_is_kept_while_the_other_side_talks() {
    let far = voice(1, 14, 118.0);
    // The near end says nothing for six seconds, then both talk at once.
    let mut near = vec![0.0; 6 * SECOND];
    near.extend(voice(7, 8, 205.0));
    let silence = vec![0.0; 14 * SECOND];
    let both = run(ECHO_ONLY, &far, &near);
    let alone = run(ECHO_ONLY, &silence, &near);
    let (said, sent, reference) = (part(&near, 7, 14), part(&both.out, 7, 14), part(&alone.out, 7, 14));
    let kept = dbfs(sent) - dbfs(reference);
    let (like, without) = (likeness(said, sent), likeness(said, part(&alone.out, 7, 14)));
    let unprocessed: Vec<f32> = said.iter().zip(part(&both.echo, 7, 14)).map(|(a, b)| a + b).collect();
    println!(
        "double talk: voice {:.1} dBFS, echo {:.1} dBFS; the voice is sent at {kept:+.1} dB of what it is without the other side; \
         likeness {like:.2} (without the other side {without:.2}, without a canceller {:.2})",
        dbfs(said),
        dbfs(part(&both.echo, 7, 14)),
        likeness(said, &unprocessed),
    );
    assert!(kept > -8.0, "{kept} dB");
    assert!(like > 0.6, "{like}");
}

/// As on every line whose other end is not dead silent.
#[test]
fn a_line_that_hums_takes_nothing_from_a_voice() {
    let near = voice(7, 12, 205.0);
    let hum = |dbfs: f32| noise(17, 12, dbfs);
    let sent = |far: &[f32]| {
        let mut processor = Processor::new(Processing::ALL);
        let (far, near) = (far.as_chunks::<BLOCK>().0, near.as_chunks::<BLOCK>().0);
        far.iter()
            .zip(near)
            .flat_map(|(far, near)| {
                let mut block = *near;
                processor.render(far);
                processor.capture(&mut block, RoomEcho::DEVICES);
                block
            })
            .collect::<Vec<f32>>()
    };
    // Quiet consonants are lost first: they are high.
    let high = |samples: &[f32]| {
        let differences: Vec<f32> = samples.windows(2).map(|pair| pair[1] - pair[0]).collect();
        dbfs(&differences)
    };
    let alone = sent(&vec![0.0; near.len()]);
    for level in [-72.0, -60.0, -55.0, -52.0, -50.0, -45.0] {
        let beside = sent(&hum(level));
        let (kept, bright) = (
            dbfs(part(&beside, 4, 12)) - dbfs(part(&alone, 4, 12)),
            high(part(&beside, 4, 12)) - high(part(&alone, 4, 12)),
        );
        let like = likeness(part(&alone, 4, 6), part(&beside, 4, 6));
        println!(
            "beside a line that hums at {level} dBFS: {kept:+.1} dB, above 2 kHz {bright:+.1} dB, likeness {like:.2}"
        );
        // Without a reference that leaves it out, a hum at -52 dBFS takes 0.4 and 0.8 dB of this voice, which has few quiet parts.
        let most = if level > -50.0 { 0.5 } else { 0.15 };
        assert!(kept.abs() < most && bright.abs() < most && like > 0.9, "{level} dBFS: {kept} dB, {bright} dB, {like}");
    }
}

#[test]
fn a_new_place_of_the_speaker_is_learnt_again() {
    let far = voice(1, 8, 118.0);
    let mut processor = Processor::new(ECHO_ONLY);
    let (mut room, mut late, mut before, mut after) = (RoomEcho::new(), VecDeque::new(), Vec::new(), Vec::new());
    for (n, far) in far.as_chunks::<BLOCK>().0.iter().enumerate() {
        processor.render(far);
        let mut block: [f32; BLOCK] = std::array::from_fn(|i| room.hear(far[i]));
        late.push_back(block);
        // After three seconds the path is 40 ms longer, as when a Bluetooth headset takes over.
        if n >= 300 {
            block = late[late.len() - 5];
        }
        let echo = block;
        processor.capture(&mut block, RoomEcho::DEVICES);
        if n >= 600 {
            before.extend(echo);
            after.extend(block);
        }
    }
    let erle = dbfs(&before) - dbfs(&after);
    println!("three seconds after the path became 40 ms longer: ERLE {erle:.1} dB");
    assert!(erle >= 25.0, "{erle}");
}

/// What is sent of what the microphone brings while nobody else talks.
fn sent_alone(near: &[f32], processing: Processing) -> Vec<f32> {
    let mut processor = Processor::new(processing);
    let blocks = near.as_chunks::<BLOCK>().0.iter();
    blocks
        .flat_map(|near| {
            let mut block = *near;
            processor.render(&[0.0; BLOCK]);
            processor.capture(&mut block, BLOCK_SPAN);
            block
        })
        .collect()
}

/// White noise at this level.
fn noise(seed: u64, seconds: usize, dbfs: f32) -> Vec<f32> {
    let (mut dice, peak) = (Dice(seed), 3.0_f32.sqrt() * 10_f32.powf(dbfs / 20.0));
    (0..seconds * SECOND).map(|_| dice.next() * peak).collect()
}

#[test]
fn a_voice_in_a_quiet_room_is_sent_as_without_suppression() {
    let near: Vec<f32> = voice(7, 8, 205.0).iter().zip(noise(3, 8, -75.0)).map(|(a, b)| a + b).collect();
    let without = Processing { noise_suppression: false, ..Processing::ALL };
    assert!(sent_alone(&near, Processing::ALL) == sent_alone(&near, without));
}

#[test]
fn nothing_is_put_into_the_pauses_of_a_quiet_room() {
    let pauses = quietest(part(&sent_alone(&voice(7, 8, 205.0), Processing::ALL), 1, 8));
    assert!(pauses < -85.0, "{pauses} dBFS");
}

/// Level of the quietest tenth of the blocks.
fn quietest(samples: &[f32]) -> f32 {
    let mut levels: Vec<f32> = samples.as_chunks::<BLOCK>().0.iter().map(|block| dbfs(block)).collect();
    levels.sort_by(f32::total_cmp);
    levels[levels.len() / 10]
}

#[test]
fn the_noise_of_a_room_is_turned_down_between_words() {
    let near: Vec<f32> = voice(7, 12, 205.0).iter().zip(noise(3, 12, -50.0)).map(|(a, b)| a + b).collect();
    let sent = sent_alone(&near, Processing::ALL);
    let (room, pauses) = (quietest(part(&near, 4, 12)), quietest(part(&sent, 4, 12)));
    println!("noisy room: pauses at {room:.1} dBFS are sent at {pauses:.1} dBFS");
    assert!(pauses < room - 6.0, "{room} {pauses}");
}

#[test]
fn suppression_leaves_the_quiet_of_a_room_and_no_dead_silence() {
    let mut processor = Processor::new(Processing::ALL);
    let mut dice = Dice(3);
    let mut sent = Vec::new();
    for _ in 0..600 {
        let mut block = std::array::from_fn(|_| dice.next() * 0.003);
        processor.capture(&mut block, BLOCK_SPAN);
        sent.push(dbfs(&block));
    }
    let quietest = sent[200..].iter().copied().fold(0.0, f32::min);
    println!("room {:.1} dBFS; the quietest 10 ms sent are {quietest:.1} dBFS", dbfs(&[0.003_f32 / 3.0_f32.sqrt(); 8]));
    assert!(quietest > -80.0, "{quietest}");
}
