//! Dual tones for lines that carry nothing but sound.

use std::{f64::consts::TAU, time::Duration};

use super::Digit;
use crate::frame::samples;

/// Each of the two tones is this far below full scale: -9 dB each, the usual level of a telephone set.
const AMPLITUDE: f64 = 11_600.0;
const RAMP: Duration = Duration::from_millis(4);

/// One press of `length`, with soft ends.
pub fn tone(digit: Digit, rate: u32, length: Duration) -> Vec<i16> {
    let (row, column) = digit.frequencies();
    let (count, ramp) = (samples(rate, length), samples(rate, RAMP).max(1));
    (0..count)
        .map(|i| {
            let t = i as f64 / f64::from(rate);
            let edge = i.min(count - 1 - i).min(ramp) as f64 / ramp as f64;
            ((TAU * row * t).sin() + (TAU * column * t).sin()) * AMPLITUDE * edge
        })
        .map(|sample| sample as i16)
        .collect()
}

/// A row of presses, 100 ms each with 100 ms of silence after it (Q.24 asks for at least 40 ms each).
pub fn tones(digits: impl IntoIterator<Item = Digit>, rate: u32) -> Vec<i16> {
    let length = Duration::from_millis(100);
    let mut pcm = Vec::new();
    for digit in digits {
        pcm.extend(tone(digit, rate, length));
        pcm.resize(pcm.len() + samples(rate, length), 0);
    }
    pcm
}
