//! What speech sounds like, in numbers: the energy of a few frequency bands every 20 ms.

use std::f32::consts::{PI, TAU};

use crate::{FRAME_SAMPLES, LINE_RATE};

pub const BANDS: usize = 12;
/// Transform length: 64 ms, of which [`WINDOW`] samples are sound.
const LENGTH: usize = 512;
/// Two frames.
const WINDOW: usize = 2 * FRAME_SAMPLES;
const LOWEST_HZ: f32 = 200.0;
const HIGHEST_HZ: f32 = 3_600.0;

/// Band energies of one frame in dB.
pub type Bands = [f32; BANDS];

/// One entry for each 20 ms.
pub fn bands(pcm: &[i16]) -> Vec<Bands> {
    let window: Vec<f32> = (0..WINDOW).map(|n| 0.5 - 0.5 * (TAU * n as f32 / WINDOW as f32).cos()).collect();
    let edges = band_edges();
    pcm.chunks(FRAME_SAMPLES)
        .enumerate()
        .map(|(n, _)| {
            let start = n * FRAME_SAMPLES;
            let end = pcm.len().min(start + WINDOW);
            let mut real = [0.0_f32; LENGTH];
            for (slot, (sample, weight)) in real.iter_mut().zip(pcm[start..end].iter().zip(&window)) {
                *slot = f32::from(*sample) / 32_768.0 * weight;
            }
            let power = power_spectrum(real);
            let mut energies = [0.0; BANDS];
            for (band, energy) in energies.iter_mut().enumerate() {
                let sum: f32 = power[edges[band]..edges[band + 1]].iter().sum();
                *energy = 10.0 * (sum + 1e-7).log10();
            }
            energies
        })
        .collect()
}

/// Bins at the borders of the bands, which widen with frequency as the ear's do.
fn band_edges() -> [usize; BANDS + 1] {
    let mel = |hertz: f32| (1.0 + hertz / 700.0).ln();
    let mut edges = [0; BANDS + 1];
    for (n, edge) in edges.iter_mut().enumerate() {
        let at = mel(LOWEST_HZ) + (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) * n as f32 / BANDS as f32;
        let hertz = 700.0 * (at.exp() - 1.0);
        *edge = (hertz * LENGTH as f32 / LINE_RATE as f32).round() as usize;
    }
    edges
}

/// Radix-2 transform, then squared magnitudes of the lower half.
fn power_spectrum(mut real: [f32; LENGTH]) -> [f32; LENGTH / 2] {
    let mut imaginary = [0.0_f32; LENGTH];
    let bits = LENGTH.trailing_zeros();
    for n in 0..LENGTH {
        let swapped = n.reverse_bits() >> (usize::BITS - bits);
        if n < swapped {
            real.swap(n, swapped);
        }
    }
    let mut half = 1;
    while half < LENGTH {
        for start in (0..LENGTH).step_by(2 * half) {
            for k in 0..half {
                let (sin, cos) = (-PI * k as f32 / half as f32).sin_cos();
                let (a, b) = (start + k, start + k + half);
                let (re, im) = (real[b] * cos - imaginary[b] * sin, real[b] * sin + imaginary[b] * cos);
                (real[b], imaginary[b]) = (real[a] - re, imaginary[a] - im);
                (real[a], imaginary[a]) = (real[a] + re, imaginary[a] + im);
            }
        }
        half *= 2;
    }
    let mut power = [0.0; LENGTH / 2];
    for (slot, (re, im)) in power.iter_mut().zip(real.iter().zip(&imaginary)) {
        *slot = re * re + im * im;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_loudest_in_its_own_band() {
        let edges = band_edges();
        for (band, pair) in edges.windows(2).enumerate() {
            let hertz = (pair[0] + pair[1]) as f32 / 2.0 * LINE_RATE as f32 / LENGTH as f32;
            let frames = bands(&crate::customer::tone(hertz, 200, -20.0));
            let loudest = (0..BANDS).max_by(|a, b| frames[4][*a].total_cmp(&frames[4][*b]));
            assert_eq!(loudest, Some(band), "{hertz} Hz");
        }
    }
}
