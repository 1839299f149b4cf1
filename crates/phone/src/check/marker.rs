//! A sound that is known exactly, and where it is found again after a codec and a network. Pure.

use std::f64::consts::TAU;

/// Rate at which it is made and heard.
const RATE: usize = crate::sound::RATE as usize;
/// It is looked for at 4 kHz: its tones stay below 1.8 kHz.
const DECIMATION: usize = 4;
/// Three rising tones. With longer pauses between them an encoder takes some for the noise of the room.
const TONES: usize = 3;
const EVERY_MS: usize = 330;
const LASTS_MS: usize = 250;
const FROM_HERTZ: f64 = 400.0;
const TO_HERTZ: f64 = 1_700.0;
const LOUDNESS: f64 = 0.1;
/// Likeness above which it has been found. Unrelated sound of this length stays below 0.1.
const ALIKE: f32 = 0.25;

/// Where the marker was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    /// First sample of it in what was heard.
    pub sample: usize,
    /// 0 to 1.
    pub likeness: f32,
}

/// One second: mono, full scale is 1.
pub(super) fn marker() -> Vec<f32> {
    wave(RATE, f64::sin).map(|sample| (sample * LOUDNESS) as f32).collect()
}

fn wave(rate: usize, shape: fn(f64) -> f64) -> impl Iterator<Item = f64> {
    let (every, lasts) = (rate * EVERY_MS / 1_000, rate * LASTS_MS / 1_000);
    let seconds = LASTS_MS as f64 / 1_000.0;
    (0..TONES * every).map(move |n| {
        let at = n % every;
        let t = at as f64 / rate as f64;
        // Soft at both ends.
        let edge = (at.min(lasts.saturating_sub(at)) as f64 / (rate as f64 * 0.01)).min(1.0);
        let turn = TAU * (FROM_HERTZ * t + (TO_HERTZ - FROM_HERTZ) * t * t / (2.0 * seconds));
        if at < lasts { shape(turn) * edge } else { 0.0 }
    })
}

/// Where the marker is most clearly in `heard`, and how alike it is; `None` when it is not there.
pub(super) fn find(heard: &[i16]) -> Option<Found> {
    let low = heard.chunks_exact(DECIMATION).map(|chunk| chunk.iter().map(|s| f32::from(*s)).sum::<f32>());
    let heard: Vec<f32> = low.collect();
    // Two copies a quarter of a turn apart: a codec keeps the tone and not its phase.
    let rate = RATE / DECIMATION;
    let tone: Vec<(f32, f32)> =
        wave(rate, f64::sin).zip(wave(rate, f64::cos)).map(|(s, c)| (s as f32, c as f32)).collect();
    let own: f32 = tone.iter().map(|(sine, _)| sine * sine).sum();
    let mut best: Option<Found> = None;
    let mut energy: f64 = heard.iter().take(tone.len()).map(|s| f64::from(s * s)).sum();
    for at in 0..heard.len().saturating_sub(tone.len()) {
        // Below -60 dBFS there is nothing to compare.
        if energy > tone.len() as f64 * 1.5e5 {
            let window = &heard[at..at + tone.len()];
            let (sine, cosine) = tone
                .iter()
                .zip(window)
                .fold((0.0, 0.0), |(sine, cosine), ((s, c), sample)| (sine + s * sample, cosine + c * sample));
            let likeness = (sine.hypot(cosine) / (own * energy as f32).sqrt()).min(1.0);
            if likeness > best.map_or(ALIKE, |best| best.likeness) {
                best = Some(Found { sample: at * DECIMATION, likeness });
            }
        }
        energy += f64::from(heard[at + tone.len()]).powi(2) - f64::from(heard[at]).powi(2);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, level: f32) -> Vec<f32> {
        let mut dice = 5_u64;
        let mut next = || {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next() * level).collect()
    }

    fn pcm(samples: &[f32]) -> Vec<i16> {
        samples.iter().map(|s| (s * 32_767.0) as i16).collect()
    }

    #[test]
    fn it_is_found_where_it_is_also_under_noise() {
        let mut heard = noise(3 * RATE, 0.02);
        for (sample, tone) in heard[24_000..].iter_mut().zip(marker()) {
            *sample += tone * 0.5;
        }
        let found = find(&pcm(&heard)).unwrap();
        assert!(found.sample.abs_diff(24_000) <= 2 * DECIMATION, "{found:?}");
        assert!(found.likeness > 0.5, "{found:?}");
    }

    #[test]
    fn it_is_not_found_in_noise_or_silence() {
        assert_eq!(find(&pcm(&noise(3 * RATE, 0.2))), None);
        assert_eq!(find(&vec![0; 3 * RATE]), None);
        assert_eq!(find(&[]), None);
    }
}
