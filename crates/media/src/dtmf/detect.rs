//! Finds dual tones in 8 kHz audio: Goertzel filters at the eight tones and at their second harmonics, with the level,
//! twist, frequency and duration limits of ITU-T Q.24.
//!
//! Speech is told from keys by what a key does not have: anything beside its two tones in the window, harmonics of them
//! (a vowel's pitch brings a whole row), another tone of the same group nearly as strong, and a level that moves from one
//! window to the next.

use std::f64::consts::TAU;

use super::Digit;

/// 25.6 ms: every key tone falls near the middle of its own bin.
const WINDOW: usize = 205;
/// Half a window, so that a tone of 40 ms fills two of them wherever it begins.
const HOP: usize = 103;
const RATE: f64 = 8_000.0;
const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
/// Column louder than row by up to 6.5 dB, row louder than column by up to 9.5 dB; Q.24 asks for 4 and 8.
const MAX_TWIST: f64 = 4.5;
const MAX_REVERSE_TWIST: f64 = 8.9;
/// How far beside its place a tone is looked for.
const OFF: f64 = 0.011;
/// Share of the window's energy that the two tones have to hold.
const PURITY: f64 = 0.76;
/// A tone is this many times stronger than any other of its group (11 dB).
const STANDS_OUT: f64 = 12.0;
/// Each second harmonic is at least this many times weaker than its tone (10 dB).
const HARMONIC: f64 = 10.0;
/// A tone shows in a filter 1.5 bins beside it with this share of its power (11 dB).
const LEAK: f64 = 12.0;
/// Two windows of the same key differ in level by less than this factor (2 dB).
const STEADY: f64 = 1.6;
/// Mean square below which nothing is looked for (-42 dBFS).
const QUIET: f64 = 66_000.0;

/// Reports each press once, when two windows in a row agree (about 40 ms after it starts).
#[derive(Debug, Clone, Default)]
pub struct ToneDetector {
    pending: Vec<i16>,
    last: Option<(Digit, f64)>,
    reported: bool,
    /// Windows without a key since the last one that was reported.
    gap: u8,
}

impl ToneDetector {
    /// Takes any number of samples at 8 kHz; the answer holds the presses that were recognised in them. Allocates only
    /// for those.
    pub fn push(&mut self, pcm: &[i16]) -> Vec<Digit> {
        self.pending.extend_from_slice(pcm);
        let mut found = Vec::new();
        let mut start = 0;
        while let Some(window) = self.pending.get(start..start + WINDOW) {
            found.extend(self.look(classify(window)));
            start += HOP;
        }
        self.pending.drain(..start);
        found
    }

    fn look(&mut self, heard: Option<(Digit, f64)>) -> Option<Digit> {
        let before = std::mem::replace(&mut self.last, heard);
        let Some((digit, level)) = heard else {
            self.gap = self.gap.saturating_add(1);
            // A click spoils the two windows that hold it, and does not make two presses of one; a pause between presses
            // (40 ms, Q.24) spoils three at least.
            if self.gap > 2 {
                self.reported = false;
            }
            return None;
        };
        match before {
            Some((same, was)) if same == digit => {
                let steady = level < was * STEADY && was < level * STEADY;
                self.gap = 0;
                (steady && !std::mem::replace(&mut self.reported, true)).then_some(digit)
            }
            Some(_) => {
                self.reported = false;
                None
            }
            None => None,
        }
    }
}

/// Power of each of four tones in one pass over the window.
fn powers(window: &[i16], hertz: [f64; 4]) -> [f64; 4] {
    let coefficients = hertz.map(|hertz| 2.0 * (TAU * hertz / RATE).cos());
    let (mut a, mut b) = ([0.0; 4], [0.0; 4]);
    for sample in window {
        let sample = f64::from(*sample);
        for tone in 0..4 {
            (a[tone], b[tone]) = (sample + coefficients[tone] * a[tone] - b[tone], a[tone]);
        }
    }
    std::array::from_fn(|tone| a[tone] * a[tone] + b[tone] * b[tone] - coefficients[tone] * a[tone] * b[tone])
}

/// Power at a tone or beside it, whichever is most: keys may be 1.5 % off (Q.24), half a bin at the highest tone.
fn around(window: &[i16], hertz: f64) -> f64 {
    powers(window, [hertz * (1.0 - OFF), hertz, hertz * (1.0 + OFF), hertz]).into_iter().fold(0.0, f64::max)
}

/// The strongest of a group, when it stands out: place and power.
fn strongest(powers: [f64; 4]) -> Option<(usize, f64)> {
    let (at, best) = powers.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let others = powers.into_iter().enumerate().filter(|(other, _)| *other != at);
    others.map(|(_, power)| power).all(|power| power * STANDS_OUT < best).then_some((at, best))
}

/// The key in a window, with the mean square of the window.
fn classify(window: &[i16]) -> Option<(Digit, f64)> {
    let energy: f64 = window.iter().map(|s| f64::from(*s).powi(2)).sum();
    let length = window.len() as f64;
    if energy / length < QUIET {
        return None;
    }
    let (row, _) = strongest(powers(window, ROWS))?;
    let (column, _) = strongest(powers(window, COLUMNS))?;
    let (low, high) = (around(window, ROWS[row]), around(window, COLUMNS[column]));
    // A pure tone of energy E gives a power of E·N/2.
    let purity = (low + high) / (energy * length / 2.0);
    if purity < PURITY || high > low * MAX_TWIST || low > high * MAX_REVERSE_TWIST {
        return None;
    }
    let [second_low, second_high, ..] = powers(window, [ROWS[row] * 2.0, COLUMNS[column] * 2.0, 0.0, 0.0]);
    // The second harmonics of the rows lie beside the columns: what leaks over from there is no harmonic.
    let leak = high / LEAK;
    let harmonics = (second_low * HARMONIC > low && second_low > leak) || second_high * HARMONIC > high;
    if harmonics {
        return None;
    }
    Digit::at(row, column).map(|digit| (digit, energy / length))
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
    fn a_tone_of_40_ms_is_heard_wherever_it_begins_and_one_of_20_ms_is_not() {
        for (millis, wanted) in [(40, 1), (20, 0)] {
            for shift in 0..HOP {
                let mut pcm = vec![0; 500 + shift];
                // Without its soft ends, so that it is as long as it says.
                let soft = tone(digits("5")[0], 8_000, Duration::from_millis(millis + 8));
                pcm.extend(&soft[32..soft.len() - 32]);
                pcm.resize(pcm.len() + 500, 0);
                assert_eq!(ToneDetector::default().push(&pcm).len(), wanted, "{millis} ms at {shift}");
            }
        }
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

    #[test]
    fn a_click_in_a_press_does_not_make_two_of_it() {
        let mut pcm = tone(digits("3")[0], 8_000, Duration::from_millis(300));
        for (at, sample) in pcm[1_000..1_008].iter_mut().enumerate() {
            *sample = if at % 2 == 0 { 15_000 } else { -15_000 };
        }
        assert_eq!(ToneDetector::default().push(&pcm), digits("3"));
    }
}
