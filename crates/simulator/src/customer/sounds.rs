//! Test tones at the rate of the line.

use std::f32::consts::TAU;

use crate::LINE_RATE;

/// A sine of this level (RMS), faded in and out over 5 ms.
pub fn tone(hertz: f32, ms: u64, level_dbfs: f32) -> Vec<i16> {
    sweep(hertz, hertz, ms, level_dbfs)
}

/// A sine whose frequency rises (or falls) evenly.
pub fn chirp(from_hertz: f32, to_hertz: f32, ms: u64, level_dbfs: f32) -> Vec<i16> {
    sweep(from_hertz, to_hertz, ms, level_dbfs)
}

/// The sound `times` times, one start every `every_ms`.
pub fn repeated(sound: &[i16], every_ms: u64, times: u32) -> Vec<i16> {
    let period = samples(every_ms).max(sound.len());
    let mut pcm = Vec::with_capacity(period * times as usize);
    for _ in 0..times {
        pcm.extend_from_slice(sound);
        pcm.resize(pcm.len() + period - sound.len(), 0);
    }
    pcm
}

fn samples(ms: u64) -> usize {
    (ms * u64::from(LINE_RATE) / 1000) as usize
}

fn sweep(from_hertz: f32, to_hertz: f32, ms: u64, level_dbfs: f32) -> Vec<i16> {
    let count = samples(ms);
    let amplitude = 32_768.0 * std::f32::consts::SQRT_2 * 10_f32.powf(level_dbfs / 20.0);
    let fade = samples(5).max(1);
    let mut phase = 0.0_f32;
    (0..count)
        .map(|n| {
            let progress = n as f32 / count as f32;
            phase = (phase + TAU * (from_hertz + (to_hertz - from_hertz) * progress) / LINE_RATE as f32) % TAU;
            let edge = n.min(count - 1 - n).min(fade) as f32 / fade as f32;
            (phase.sin() * amplitude * edge) as i16
        })
        .collect()
}
