//! Takes the sound of a keyboard out of the pauses of a microphone.
//!
//! A keystroke is a jump of the high frequencies out of the noise of the room that is over within some 30 ms. So is the
//! beginning of a "t", which is why nothing is touched while somebody speaks, and a stretch that goes on is let through:
//! under a voice keystrokes are hardly heard, and a voice must not be cut.

use std::time::Duration;

use crate::frame;

/// Decisions are made this often.
const STEP: Duration = Duration::from_micros(2_500);
/// The bands on either side of these are weighed: where keys are loud, and where voices are.
const HIGH_HERTZ: f32 = 3_500.0;
const LOW_HERTZ: f32 = 900.0;
/// Power by which a keystroke stands out of the room (10 dB).
const JUMP: f32 = 10.0;
/// Power by which a voice does (10 dB).
const VOICE: f32 = 10.0;
/// Least mean power that is acted on (-60 dBFS): below nobody hears a key.
const AUDIBLE: f32 = 1e-6;
/// A voice counts as going on this long after its last step.
const SPEECH_HOLD: u32 = 120;
/// A stretch of steps above the room that is a voice and no key.
const VOICED: u32 = 12;
/// What a keystroke is turned down to at most (-26 dB).
const FLOOR: f32 = 0.05;
/// Share of the way back to full gain in each step after it.
const RELEASE: f32 = 0.06;
/// The room's noise is followed downwards at once and upwards this slowly.
const RISE: f32 = 1.003;

/// Works in place and adds no delay: a keystroke begins within the samples that are handed in.
#[derive(Debug, Clone)]
pub struct KeystrokeFilter {
    step: usize,
    smooth_high: f32,
    smooth_low: f32,
    high: f32,
    low: f32,
    room_high: f32,
    room_low: f32,
    /// Steps in a row with a voice's band above the room.
    raised: u32,
    /// Steps for which a voice counts as going on.
    speech: u32,
    gain: f32,
    count: u64,
}

impl KeystrokeFilter {
    /// For samples at `rate` hertz.
    pub fn new(rate: u32) -> Self {
        let pole = |hertz: f32| 1.0 - (-std::f32::consts::TAU * hertz / rate.max(1) as f32).exp();
        Self {
            step: frame::samples(rate, STEP).max(1),
            smooth_high: pole(HIGH_HERTZ),
            smooth_low: pole(LOW_HERTZ),
            high: 0.0,
            low: 0.0,
            room_high: AUDIBLE,
            room_low: AUDIBLE,
            raised: 0,
            speech: 0,
            gain: 1.0,
            count: 0,
        }
    }

    /// Keystrokes so far.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Samples from -1 to 1. Steps are counted from the start of each call.
    pub fn process(&mut self, samples: &mut [f32]) {
        for step in samples.chunks_mut(self.step) {
            let (high, low) = self.powers(step);
            let target = self.decide(high, low);
            let from = self.gain;
            // Down within the step in which the key begins, up over several.
            let to = if target < from { target } else { from + (target - from) * RELEASE };
            if from < 1.0 || to < 1.0 {
                let count = step.len() as f32;
                for (i, sample) in step.iter_mut().enumerate() {
                    let share = ((i as f32 + 1.0) * 4.0 / count).min(1.0);
                    let share = if to < from { share } else { (i as f32 + 1.0) / count };
                    *sample *= from + (to - from) * share;
                }
            }
            self.gain = if to > 0.99 { 1.0 } else { to };
        }
    }

    fn powers(&mut self, step: &[f32]) -> (f32, f32) {
        let (mut high, mut low) = (0.0, 0.0);
        for sample in step {
            self.high += (sample - self.high) * self.smooth_high;
            self.low += (sample - self.low) * self.smooth_low;
            high += (sample - self.high).powi(2);
            low += self.low.powi(2);
        }
        (high / step.len() as f32, low / step.len() as f32)
    }

    /// The gain that this step should have.
    fn decide(&mut self, high: f32, low: f32) -> f32 {
        let stands_out = high > (self.room_high * JUMP).max(AUDIBLE);
        // A key thumps in the low band as well, but for less time than any vowel.
        let voiced = low > (self.room_low * VOICE).max(AUDIBLE) && low > high;
        self.raised = if voiced { self.raised + 1 } else { self.raised.saturating_sub(2) };
        self.speech = if self.raised >= VOICED { SPEECH_HOLD } else { self.speech.saturating_sub(1) };
        follow(&mut self.room_high, high);
        follow(&mut self.room_low, low);
        if self.speech > 0 || !stands_out {
            return 1.0;
        }
        if self.gain > 0.9 {
            self.count += 1;
        }
        (self.room_high * 2.0 / high).sqrt().clamp(FLOOR, 1.0)
    }
}

fn follow(room: &mut f32, power: f32) {
    *room = if power < *room { *room + (power - *room) * 0.1 } else { *room * RISE }.max(1e-9);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    fn noise(seed: &mut u64) -> f32 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn room(seconds: f32) -> Vec<f32> {
        let mut seed = 7;
        (0..(seconds * RATE as f32) as usize).map(|_| noise(&mut seed) * 0.001).collect()
    }

    /// A key every 170 ms: a click of 2 ms, a rattle that dies away over 25 ms, a thump below it.
    fn keys(seconds: f32) -> Vec<f32> {
        let mut seed = 3;
        let every = (0.17 * RATE as f32) as usize;
        let key = |n: usize, seed: &mut u64| {
            let t = (n % every) as f32 / RATE as f32;
            let rattle = noise(seed) * (-t / 0.007).exp() * 0.12;
            let thump = (std::f32::consts::TAU * 180.0 * t).sin() * (-t / 0.01).exp() * 0.03;
            if t < 0.06 { rattle + thump } else { 0.0 }
        };
        (0..(seconds * RATE as f32) as usize).map(|n| key(n, &mut seed)).collect()
    }

    /// Syllables: a buzz with two formants, now and then begun with a burst of noise as in "t".
    fn voice(seconds: f32) -> Vec<f32> {
        let mut seed = 11;
        (0..(seconds * RATE as f32) as usize)
            .map(|n| {
                let t = n as f32 / RATE as f32;
                let (syllable, since) = (t / 0.25, (t / 0.25).fract() * 0.25);
                let burst =
                    if since < 0.02 && (syllable as u32).is_multiple_of(2) { noise(&mut seed) * 0.1 } else { 0.0 };
                let open = (std::f32::consts::PI * (since - 0.02) / 0.2).sin().max(0.0);
                let buzz = (1..20).map(|k| {
                    let hertz = 130.0 * k as f32;
                    let formants =
                        (-((hertz - 600.0) / 300.0).powi(2)).exp() + 0.5 * (-((hertz - 1_700.0) / 400.0).powi(2)).exp();
                    (std::f32::consts::TAU * hertz * t).sin() * formants
                });
                burst + buzz.sum::<f32>() * open * 0.06
            })
            .collect()
    }

    fn add(a: &[f32], b: &[f32]) -> Vec<f32> {
        a.iter().zip(b).map(|(a, b)| a + b).collect()
    }

    fn filtered(mut signal: Vec<f32>) -> (Vec<f32>, u64) {
        let mut filter = KeystrokeFilter::new(RATE);
        signal.chunks_mut(480).for_each(|block| filter.process(block));
        (signal, filter.count())
    }

    fn level(signal: &[f32]) -> f32 {
        10.0 * (signal.iter().map(|s| s * s).sum::<f32>() / signal.len() as f32).log10()
    }

    #[test]
    fn keys_in_a_pause_are_turned_down_into_the_room() {
        let before = add(&room(6.0), &keys(6.0));
        let (after, count) = filtered(before.clone());
        let (was, is) = (level(&before[96_000..]), level(&after[96_000..]));

        assert!(was - is > 12.0, "{was} to {is}");
        assert!((30..=37).contains(&count), "{count}");
    }

    #[test]
    fn a_voice_is_left_as_it_is() {
        let before = add(&room(6.0), &voice(6.0));
        let (after, _) = filtered(before.clone());
        let lost: Vec<f32> = before.iter().zip(&after).map(|(a, b)| a - b).collect();
        let share = level(&lost[48_000..]) - level(&before[48_000..]);

        assert!(share < -25.0, "{share}");
    }

    #[test]
    fn keys_under_a_voice_leave_the_voice_alone() {
        let spoken = add(&room(6.0), &voice(6.0));
        let (after, _) = filtered(add(&spoken, &keys(6.0)));
        let ratio = level(&after[48_000..]) - level(&spoken[48_000..]);
        assert!(ratio.abs() < 1.5, "{ratio}");
    }

    #[test]
    fn the_noise_of_a_room_and_silence_pass() {
        for signal in [room(3.0), vec![0.0; 48_000]] {
            let (after, count) = filtered(signal.clone());
            assert_eq!(count, 0);
            assert_eq!(signal, after);
        }
    }
}
