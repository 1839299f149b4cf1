//! Sounds to send, and how to find them in what arrived. All at 8 kHz where nothing else is said.

use std::f64::consts::TAU;

use media::{level::rms_dbfs, resample::Downsampler};

pub const RATE: usize = 8_000;
pub const WIDE_RATE: usize = 16_000;

/// A sweep from one frequency to another.
pub fn sweep(from: f64, to: f64, millis: usize) -> Vec<i16> {
    sweep_at(RATE, from, to, millis)
}

/// As [`sweep`], at another rate.
pub fn sweep_at(rate: usize, from: f64, to: f64, millis: usize) -> Vec<i16> {
    let count = rate * millis / 1_000;
    let seconds = millis as f64 / 1_000.0;
    (0..count)
        .map(|i| {
            let t = i as f64 / rate as f64;
            let edge = (i.min(count - 1 - i) as f64 * 100.0 / rate as f64).min(1.0);
            ((TAU * (from * t + (to - from) * t * t / (2.0 * seconds))).sin() * 9_000.0 * edge) as i16
        })
        .collect()
}

pub fn tone(hertz: f64, millis: usize) -> Vec<i16> {
    (0..RATE * millis / 1_000).map(|i| ((TAU * hertz * i as f64 / RATE as f64).sin() * 9_000.0) as i16).collect()
}

/// Best match of `needle` in `hay`: (normalised correlation, offset in samples).
pub fn find(needle: &[i16], hay: &[i16]) -> (f64, usize) {
    let needle: Vec<f32> = needle.iter().map(|s| f32::from(*s)).collect();
    let hay: Vec<f32> = hay.iter().map(|s| f32::from(*s)).collect();
    if hay.len() < needle.len() {
        return (0.0, 0);
    }
    let energy = |x: &[f32]| x.iter().map(|s| s * s).sum::<f32>();
    let own = energy(&needle);
    let mut best = (0.0, 0);
    for at in 0..=hay.len() - needle.len() {
        let window = &hay[at..at + needle.len()];
        let dot: f32 = window.iter().zip(&needle).map(|(a, b)| a * b).sum();
        let score = f64::from(dot / (own * energy(window)).sqrt().max(1.0));
        if score > best.0 {
            best = (score, at);
        }
    }
    best
}

/// As [`find`], for a sound that has to have arrived: the best of its eight parts. On a machine that is busy with other
/// things frames come late and jitter buffers add or skip some; the parts between such seams still have to fit.
pub fn arrived(needle: &[i16], hay: &[i16]) -> (f64, usize) {
    let part = needle.len() / 8;
    let matches = needle.chunks_exact(part).enumerate().map(|(n, chunk)| {
        let (score, at) = find(chunk, hay);
        (score, at.saturating_sub(n * part))
    });
    matches.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
}

/// Level of one frequency in dBFS (a full-scale sine is -3).
pub fn level_at(hertz: f64, pcm: &[i16]) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (i, sample) in pcm.iter().enumerate() {
        let phase = TAU * hertz * i as f64 / RATE as f64;
        re += f64::from(*sample) * phase.cos();
        im += f64::from(*sample) * phase.sin();
    }
    let amplitude = 2.0 * (re * re + im * im).sqrt() / pcm.len().max(1) as f64;
    20.0 * (amplitude / 32_768.0 / 2_f64.sqrt()).max(1e-6).log10()
}

/// What of a sound at 16 kHz lies above 4 kHz, laid down to 8 kHz with its frequencies mirrored (6 kHz becomes 2 kHz).
pub fn upper_half(pcm: &[i16]) -> Vec<i16> {
    let mirrored: Vec<i16> =
        pcm.iter().enumerate().map(|(n, sample)| if n % 2 == 0 { *sample } else { sample.saturating_neg() }).collect();
    let mut upper = vec![0; pcm.len() / 2];
    Downsampler::default().process(&mirrored, &mut upper);
    upper
}

/// What of a sound at 16 kHz lies below 4 kHz, at 8 kHz.
pub fn lower_half(pcm: &[i16]) -> Vec<i16> {
    let mut lower = vec![0; pcm.len() / 2];
    Downsampler::default().process(pcm, &mut lower);
    lower
}

/// Level of the loudest tenth of a second, in dBFS.
pub fn loudest(pcm: &[i16]) -> f32 {
    pcm.chunks(RATE / 10).map(rms_dbfs).fold(f32::NEG_INFINITY, f32::max)
}
