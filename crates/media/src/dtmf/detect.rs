//! Finds dual tones in 8 kHz audio: eight Goertzel filters, with the twist and purity tests of ITU-T Q.24.

use std::f64::consts::TAU;

use super::Digit;

/// 25.6 ms: every key tone falls near the middle of its own bin.
const WINDOW: usize = 205;
const HOP: usize = 103;
const RATE: f64 = 8_000.0;
/// Column louder than row by up to 4 dB, row louder than column by up to 8 dB.
const MAX_TWIST: f64 = 2.5;
const MAX_REVERSE_TWIST: f64 = 6.3;
/// Share of the window's energy that the two tones have to hold; speech seldom gets past one half.
const PURITY: f64 = 0.75;
/// Mean square below which nothing is looked for (-42 dBFS).
const QUIET: f64 = 66_000.0;

/// Reports each press once, when two windows in a row agree (about 40 ms after it starts).
#[derive(Debug, Clone, Default)]
pub struct ToneDetector {
    pending: Vec<i16>,
    last: Option<Digit>,
    reported: bool,
}

impl ToneDetector {
    /// Takes any number of samples at 8 kHz; the answer holds the presses that were recognised in them.
    pub fn push(&mut self, pcm: &[i16]) -> Vec<Digit> {
        self.pending.extend_from_slice(pcm);
        let mut found = Vec::new();
        let mut start = 0;
        while let Some(window) = self.pending.get(start..start + WINDOW) {
            let heard = classify(window);
            if heard != self.last {
                self.reported = false;
            } else if let (Some(digit), false) = (heard, self.reported) {
                found.push(digit);
                self.reported = true;
            }
            self.last = heard;
            start += HOP;
        }
        self.pending.drain(..start);
        found
    }
}

fn power(window: &[i16], hertz: f64) -> f64 {
    let coefficient = 2.0 * (TAU * hertz / RATE).cos();
    let (mut a, mut b) = (0.0, 0.0);
    for sample in window {
        (a, b) = (f64::from(*sample) + coefficient * a - b, a);
    }
    a * a + b * b - coefficient * a * b
}

fn classify(window: &[i16]) -> Option<Digit> {
    let energy: f64 = window.iter().map(|s| f64::from(*s).powi(2)).sum();
    let length = window.len() as f64;
    if energy / length < QUIET {
        return None;
    }
    let mut best = None;
    for digit in (0..16).filter_map(Digit::from_event_code) {
        let (row, column) = digit.frequencies();
        let (row, column) = (power(window, row), power(window, column));
        if best.is_none_or(|(_, r, c)| row + column > r + c) {
            best = Some((digit, row, column));
        }
    }
    let (digit, row, column) = best?;
    // A pure tone of energy E gives a power of E·N/2.
    let purity = (row + column) / (energy * length / 2.0);
    let twisted = column > row * MAX_TWIST || row > column * MAX_REVERSE_TWIST;
    (purity > PURITY && !twisted).then_some(digit)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::dtmf::{tone, tones};

    fn digits(text: &str) -> Vec<Digit> {
        text.chars().filter_map(Digit::from_char).collect()
    }

    #[test]
    fn all_sixteen_keys_are_heard_in_order_in_frames_of_20_ms() {
        let keys = digits("0123456789*#ABCD");
        let mut detector = ToneDetector::default();
        let heard: Vec<Digit> = tones(keys.clone(), 8_000).chunks(160).flat_map(|frame| detector.push(frame)).collect();
        assert_eq!(heard, keys);
    }

    #[test]
    fn a_key_pressed_twice_is_heard_twice_and_a_long_press_once() {
        let mut detector = ToneDetector::default();
        assert_eq!(detector.push(&tones(digits("77"), 8_000)), digits("77"));
        let long = tone(digits("9")[0], 8_000, Duration::from_secs(3));
        assert_eq!(detector.push(&long), digits("9"));
    }

    #[test]
    fn keys_survive_the_telephone_network() {
        let law = crate::g711::Law::Pcmu;
        let pcm: Vec<i16> = tones(digits("159D"), 8_000).iter().map(|s| law.decode(law.encode(s / 8))).collect();
        assert_eq!(ToneDetector::default().push(&pcm), digits("159D"));
    }

    #[test]
    fn music_and_single_tones_are_no_keys() {
        let mut detector = ToneDetector::default();
        assert_eq!(detector.push(&crate::tones::hold_music(8_000)), []);
        for hertz in (300..3_400).step_by(37) {
            let single: Vec<i16> =
                (0..4_000).map(|i| ((TAU * f64::from(hertz) * f64::from(i) / RATE).sin() * 12_000.0) as i16).collect();
            assert_eq!(detector.push(&single), [], "{hertz} Hz");
        }
    }
}
