use std::{f64::consts::TAU, time::Duration};

use media::frame::samples;

/// Two soft rising chimes and a rest, three seconds in all, to be played end to end: mono, full scale is 1.
pub(super) fn ringtone(rate: u32) -> Vec<f32> {
    let mut tone = vec![0.0; samples(rate, Duration::from_secs(3))];
    for (start_ms, hertz) in [(0, 659.3), (160, 830.6), (320, 987.8), (800, 659.3), (960, 830.6), (1_120, 987.8)] {
        chime(&mut tone, rate, Duration::from_millis(start_ms), hertz);
    }
    tone
}

/// A struck note with its octave, dying away over 0.6 s.
fn chime(tone: &mut [f32], rate: u32, start: Duration, hertz: f64) {
    let attack = samples(rate, Duration::from_millis(6)).max(1) as f64;
    let count = samples(rate, Duration::from_millis(900));
    for (i, sample) in tone.iter_mut().skip(samples(rate, start)).take(count).enumerate() {
        let t = i as f64 / f64::from(rate);
        let envelope = (i as f64 / attack).min(1.0) * (-t / 0.16).exp();
        let note = (TAU * hertz * t).sin() + 0.35 * (TAU * 2.0 * hertz * t).sin();
        *sample += (note * envelope * 0.28) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tone_is_audible_never_clips_and_loops_without_a_click() {
        for rate in [16_000, 44_100, 48_000] {
            let tone = ringtone(rate);
            assert_eq!(tone.len(), rate as usize * 3);
            let peak = tone.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
            assert!((0.2..=1.0).contains(&peak), "{rate} Hz: peak {peak}");
            assert!(tone[0].abs() < 0.01 && tone[tone.len() - 1].abs() < 0.01);
        }
    }
}
