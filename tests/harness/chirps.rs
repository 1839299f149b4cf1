//! Rising and falling tones once a second, and where they are found again: proof that a voice arrived, and when.

use std::{
    f64::consts::TAU,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use simulator::customer::Step;

/// Found at 4 kHz: the tones stay below 1.8 kHz.
const RATE: usize = 4_000;
const SPAN_MS: usize = 250;
/// Correlation with the tone as it was sent, whatever its phase. Coding and a telephone line leave 0.7; the other tone has
/// below 0.35.
const ALIKE: f32 = 0.5;

/// What somebody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chirp {
    Rising,
    Falling,
}

impl Chirp {
    const fn hertz(self) -> (f32, f32) {
        match self {
            Self::Rising => (400.0, 1_700.0),
            Self::Falling => (1_700.0, 400.0),
        }
    }

    fn at_rate(self, rate: usize) -> Vec<i16> {
        self.wave(rate, f64::sin).map(|sample| (sample * 6_000.0) as i16).collect()
    }

    fn wave(self, rate: usize, shape: fn(f64) -> f64) -> impl Iterator<Item = f64> {
        let (from, to) = self.hertz();
        let (from, to) = (f64::from(from), f64::from(to));
        let seconds = SPAN_MS as f64 / 1_000.0;
        (0..rate * SPAN_MS / 1_000).map(move |n| {
            let t = n as f64 / rate as f64;
            shape(TAU * (from * t + (to - from) * t * t / (2.0 * seconds)))
        })
    }

    /// For the script of a simulated customer.
    pub fn step(self, times: u32) -> Step {
        let (from_hertz, to_hertz) = self.hertz();
        Step::Chirps { from_hertz, to_hertz, ms: SPAN_MS as u64, every_ms: 1_000, times, level_dbfs: -18.0 }
    }

    /// For the microphone of a phone: three in a second, at 48 kHz. (With longer pauses the phone's encoder takes some of the
    /// tones for the noise of the room, and sends nothing.)
    pub fn microphone(self) -> impl FnMut(&mut [i16]) + Send + 'static {
        let mut sound = self.at_rate(48_000);
        sound.resize(48_000 / 3, 0);
        let mut at = 0;
        move |out| {
            for sample in out {
                *sample = sound[at];
                at = (at + 1) % sound.len();
            }
        }
    }

    /// Where it is in `pcm` of this rate (8 or 48 kHz), in milliseconds, each once.
    pub fn find_in(self, pcm: &[i16], rate: usize) -> Vec<u64> {
        let heard: Vec<f32> = at_search_rate(pcm, rate);
        // Two copies a quarter of a turn apart: a codec keeps the tone and not its phase.
        let tone: Vec<(f32, f32)> =
            self.wave(RATE, f64::sin).zip(self.wave(RATE, f64::cos)).map(|(s, c)| (s as f32, c as f32)).collect();
        let own: f32 = tone.iter().map(|(sine, _)| sine * sine).sum();
        let mut found: Vec<(usize, f32)> = Vec::new();
        let mut energy: f64 = heard.iter().take(tone.len()).map(|s| f64::from(s * s)).sum();
        for at in 0..heard.len().saturating_sub(tone.len()) {
            // Below -50 dBFS there is nothing to compare.
            if energy > tone.len() as f64 * 1e4 {
                let (sine, cosine) = tone
                    .iter()
                    .zip(&heard[at..])
                    .fold((0.0_f32, 0.0_f32), |(sine, cosine), ((s, c), b)| (sine + s * b, cosine + c * b));
                let alike = sine.hypot(cosine) / (own * energy as f32).sqrt();
                let near = found.last_mut().filter(|last| at - last.0 < tone.len());
                match near {
                    Some(last) if alike > last.1 => *last = (at, alike),
                    None if alike > ALIKE => found.push((at, alike)),
                    _ => {}
                }
            }
            energy += f64::from(heard[at + tone.len()]).powi(2) - f64::from(heard[at]).powi(2);
        }
        found.into_iter().map(|(at, _)| (at * 1_000 / RATE) as u64).collect()
    }
}

fn at_search_rate(pcm: &[i16], rate: usize) -> Vec<f32> {
    let ratio = rate / RATE;
    pcm.chunks_exact(ratio).map(|part| part.iter().map(|s| f32::from(*s)).sum::<f32>() / ratio as f32).collect()
}

/// What was heard at one instant.
type Heard = (Instant, Vec<i16>);

/// What the speaker of a phone got, and when. Clones are the same tape.
#[derive(Clone, Default)]
pub struct Tape(Arc<Mutex<Vec<Heard>>>);

impl Tape {
    pub fn speaker(&self) -> impl FnMut(&[i16]) + Send + 'static {
        let tape = self.clone();
        move |pcm| tape.0.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), pcm.to_vec()))
    }

    pub fn since(&self, from: Instant) -> Vec<i16> {
        let parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.iter().filter(|(at, _)| *at >= from).flat_map(|(_, pcm)| pcm.iter().copied()).collect()
    }

    /// Waits until so many of these tones were heard since `from`. The time from then to the end of the wait.
    ///
    /// # Panics
    /// When they are not heard in time.
    pub async fn hears(&self, chirp: Chirp, count: usize, from: Instant, within: Duration, what: &str) -> Duration {
        let began = Instant::now();
        loop {
            let heard = self.since(from);
            let found = tokio::task::spawn_blocking(move || chirp.find_in(&heard, 48_000)).await.unwrap_or_default();
            if found.len() >= count {
                return from.elapsed();
            }
            assert!(began.elapsed() < within, "{what}: {} of {count} tones in {within:?}", found.len());
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tone_is_found_where_it_is_and_not_taken_for_the_other() {
        let mut second = vec![0; 48_000];
        Chirp::Falling.microphone()(&mut second);
        let pcm: Vec<i16> = [vec![0; 24_000], second].concat();
        assert_eq!(Chirp::Falling.find_in(&pcm, 48_000), [500, 833, 1_166]);
        assert_eq!(Chirp::Rising.find_in(&pcm, 48_000), Vec::<u64>::new());
        assert_eq!(Chirp::Rising.find_in(&[0; 8_000], 8_000), Vec::<u64>::new());
        let noise: Vec<i16> = (0..16_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 18) as i16).collect();
        assert_eq!(Chirp::Rising.find_in(&noise, 8_000), Vec::<u64>::new());
    }
}
