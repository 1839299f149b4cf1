//! Test signals and where they are found again.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use switchboard_phone::VirtualAudio;

pub const RATE: usize = 48_000;
/// Correlation is done at 8 kHz.
pub const DECIMATION: usize = 6;

/// Speech-like noise: syllables of coloured noise with pauses. Another `seed` gives an unrelated signal.
pub fn speech(seed: u64, seconds: usize) -> Vec<i16> {
    let (mut dice, mut low, mut lower) = (seed, 0.0_f64, 0.0_f64);
    (0..seconds * RATE)
        .map(|n| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let noise = (dice >> 40) as f64 / f64::from(1 << 23) - 1.0;
            low += (noise - low) * 0.12;
            lower += (low - lower) * 0.02;
            let t = n as f64 / RATE as f64;
            let syllable = (t * 13.0 + seed as f64).sin().max(0.0) * (t * 2.3 + seed as f64).sin().abs();
            ((low - lower) * syllable * 40_000.0) as i16
        })
        .collect()
}

/// What a virtual telephone said and heard, and when.
#[derive(Clone, Default)]
pub struct Tape {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// Instants at which so many samples had been said, or heard, before.
    said: Vec<(Instant, usize)>,
    listened: Vec<(Instant, usize)>,
    heard: Vec<i16>,
}

impl Tape {
    /// A telephone that says `signal` over and over and keeps what it hears.
    pub fn telephone(&self, signal: Vec<i16>) -> VirtualAudio {
        let (said, heard) = (Arc::clone(&self.inner), Arc::clone(&self.inner));
        let mut position = 0;
        VirtualAudio::new(
            move |out: &mut [i16]| {
                said.lock().unwrap().said.push((Instant::now(), position));
                for sample in out {
                    *sample = signal.get(position % signal.len().max(1)).copied().unwrap_or(0);
                    position += 1;
                }
            },
            move |pcm: &[i16]| {
                let mut inner = heard.lock().unwrap();
                let mark = (Instant::now(), inner.heard.len());
                inner.listened.push(mark);
                inner.heard.extend_from_slice(pcm);
            },
        )
    }

    pub fn heard(&self) -> Vec<i16> {
        self.inner.lock().unwrap().heard.clone()
    }

    pub fn heard_len(&self) -> usize {
        self.inner.lock().unwrap().heard.len()
    }

    /// When the sample of this number was heard.
    fn heard_at(&self, sample: usize) -> Instant {
        let inner = self.inner.lock().unwrap();
        let mark = inner.listened.iter().rev().find(|(_, first)| *first <= sample).unwrap();
        mark.0 + Duration::from_secs_f64((sample - mark.1) as f64 / RATE as f64)
    }

    /// Number of the sample that was said at this instant.
    fn said_at(&self, instant: Instant) -> usize {
        let inner = self.inner.lock().unwrap();
        let mark = inner.said.iter().rev().find(|(at, _)| *at <= instant).unwrap();
        mark.1 + ((instant - mark.0).as_secs_f64() * RATE as f64) as usize
    }
}

pub fn decimate(samples: &[i16]) -> Vec<f32> {
    samples.chunks_exact(DECIMATION).map(|chunk| chunk.iter().map(|s| f32::from(*s)).sum::<f32>()).collect()
}

/// Where in `heard` the `said` begins: lag in samples of 8 kHz and correlation coefficient.
pub fn locate(said: &[f32], heard: &[f32]) -> (usize, f32) {
    let energy = |x: &[f32]| x.iter().map(|s| s * s).sum::<f32>();
    let own = energy(said);
    let mut best = (0, 0.0);
    for lag in 0..heard.len().saturating_sub(said.len()) {
        let window = &heard[lag..lag + said.len()];
        let product: f32 = said.iter().zip(window).map(|(a, b)| a * b).sum();
        let coefficient = product / (own * energy(window)).sqrt().max(1.0);
        if coefficient > best.1 {
            best = (lag, coefficient);
        }
    }
    best
}

/// Finds half a second of what `talker` said in the last two that `listener` heard: the delay from mouth to ear and how
/// alike the two are (1 is the same). Instants are those of the sound threads, which a busy machine makes late.
pub fn mouth_to_ear(talker: &Tape, signal: &[i16], listener: &Tape) -> (Duration, f32) {
    /// Looked for from this much before it was said.
    const EARLY: usize = RATE / 5;
    let heard = listener.heard();
    let start = heard.len() - 2 * RATE;
    let from = talker.said_at(listener.heard_at(start + EARLY));
    let said: Vec<i16> = (0..RATE / 2).map(|n| signal[(from + n) % signal.len()]).collect();
    let (lag, alike) = locate(&decimate(&said), &decimate(&heard[start..]));
    let delay = (lag * DECIMATION) as f64 / RATE as f64 - EARLY as f64 / RATE as f64;
    (Duration::from_secs_f64(delay.max(0.0)), alike)
}

/// Level of the last `span` that was heard, in dBFS.
pub fn level_of_last(tape: &Tape, span: Duration) -> f32 {
    let heard = tape.heard();
    let count = (span.as_secs_f64() * RATE as f64) as usize;
    media::level::rms_dbfs(&heard[heard.len().saturating_sub(count)..])
}
