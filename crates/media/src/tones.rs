//! Sounds that the line makes by itself. All are computed, so there is nothing to license.

use std::{f64::consts::TAU, time::Duration};

use crate::frame::samples;

/// One cycle of the Indian ringing tone: 400 Hz, 0.4 s on, 0.2 s off, 0.4 s on, 2 s off (ITU-T E.180 supplement 2).
pub fn ringback(rate: u32) -> Vec<i16> {
    cadence(rate, 400.0, &[(400, true), (200, false), (400, true), (2_000, false)])
}

/// One cycle of the busy tone: 400 Hz, 0.75 s on and off.
pub fn busy(rate: u32) -> Vec<i16> {
    cadence(rate, 400.0, &[(750, true), (750, false)])
}

/// A short high note: "speak now", or "somebody joined".
pub fn beep(rate: u32) -> Vec<i16> {
    cadence(rate, 1_000.0, &[(200, true)])
}

fn cadence(rate: u32, hertz: f64, parts: &[(u64, bool)]) -> Vec<i16> {
    let ramp = samples(rate, Duration::from_millis(5)).max(1);
    let mut pcm = Vec::new();
    for (millis, on) in parts {
        let count = samples(rate, Duration::from_millis(*millis));
        pcm.extend((0..count).map(|i| {
            let edge = if *on { i.min(count - 1 - i).min(ramp) as f64 / ramp as f64 } else { 0.0 };
            ((TAU * hertz * i as f64 / f64::from(rate)).sin() * 5_000.0 * edge) as i16
        }));
    }
    pcm
}

const BEAT: Duration = Duration::from_millis(500);

/// Four bars of four beats: broken chords over a slow bass, as semitones from A4 (440 Hz).
const BARS: [(i32, [i32; 8]); 4] = [
    (-33, [-9, -5, -2, 3, -2, -5, -2, 3]),
    (-36, [-12, -9, -5, 0, -5, -9, -5, 0]),
    (-28, [-16, -9, -4, -1, -4, -9, -4, 3]),
    (-26, [-14, -10, -7, -2, -7, -10, -7, 2]),
];

/// An eight-second loop that starts and ends on the same breath: play it end to end. About -24 dBFS, its fundamental
/// tones inside the telephone band.
pub fn hold_music(rate: u32) -> Vec<i16> {
    let beat = samples(rate, BEAT);
    let total = beat * 4 * BARS.len();
    let mut song = vec![0.0_f64; total];
    for (bar, (bass, melody)) in BARS.iter().enumerate() {
        let start = bar * 4 * beat;
        pluck(&mut song, rate, start, *bass + 12, 2.0, 0.5);
        pluck(&mut song, rate, start + 2 * beat, *bass + 19, 2.0, 0.35);
        for (i, note) in melody.iter().enumerate() {
            let accent = if i % 4 == 0 { 0.6 } else { 0.42 };
            pluck(&mut song, rate, start + i * beat / 2, *note, 1.4, accent);
        }
    }
    let loudest = song.iter().fold(1e-9_f64, |peak, s| peak.max(s.abs()));
    song.iter().map(|s| (s / loudest * 9_000.0) as i16).collect()
}

/// Adds a soft struck note that rings on past the end of the loop into its beginning, so that the loop has no seam.
fn pluck(song: &mut [f64], rate: u32, start: usize, semitone: i32, seconds: f64, loudness: f64) {
    let hertz = 440.0 * 2_f64.powf(f64::from(semitone) / 12.0);
    let count = (seconds * f64::from(rate)) as usize;
    let length = song.len();
    for i in 0..count {
        let t = i as f64 / f64::from(rate);
        let attack = (t / 0.012).min(1.0);
        let release = ((seconds - t) / 0.1).min(1.0);
        let decay = (-2.6 * t).exp();
        let phase = TAU * hertz * t;
        let voice =
            phase.sin() + 0.35 * (2.0 * phase).sin() * (-4.0 * t).exp() + 0.12 * (3.0 * phase).sin() * (-7.0 * t).exp();
        song[(start + i) % length] += voice * attack * release * decay * loudness;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::{clipped, rms_dbfs};

    #[test]
    fn the_hold_music_is_audible_throughout_and_never_clips() {
        let song = hold_music(8_000);
        assert_eq!(song.len(), 64_000);
        assert_eq!(clipped(&song), 0);
        for (second, part) in song.chunks(8_000).enumerate() {
            let level = rms_dbfs(part);
            assert!((-40.0..-12.0).contains(&level), "second {second} is at {level} dBFS");
        }
    }

    #[test]
    fn the_loop_has_no_click_at_its_seam() {
        let song = hold_music(16_000);
        let step = |a: i16, b: i16| (i32::from(a) - i32::from(b)).abs();
        let largest = song.windows(2).map(|pair| step(pair[0], pair[1])).max().unwrap();
        assert!(step(song[0], song[song.len() - 1]) <= largest);
    }

    #[test]
    fn the_ringing_tone_rings_twice_and_pauses_two_seconds() {
        let tone = ringback(8_000);
        assert_eq!(tone.len(), 24_000);
        assert!(rms_dbfs(&tone[..3_000]) > -25.0);
        assert!(rms_dbfs(&tone[5_000..7_900]) > -25.0);
        assert!(rms_dbfs(&tone[8_100..]) < -90.0);
    }
}
