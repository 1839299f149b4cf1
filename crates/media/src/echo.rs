//! Whether what was sent to a leg comes back from it: the likeness of the loudness of both, over time.
//!
//! Each 20 ms frame is kept as one number, its level. An echo follows what was sent by a fixed delay, so that the two rows
//! of levels rise and fall alike when they are laid over each other at that delay; two people who talk in turns do the
//! opposite. No sample is kept, and a second costs some thousand multiplications.

use std::collections::VecDeque;

/// Frames that are compared: four seconds of 20 ms.
const SPAN: usize = 200;
/// Longest delay that is looked for: 600 ms, a mobile line's echo.
const LAGS: usize = 30;
/// Frames of the far end that must hold speech before anything is said.
const SPOKEN: usize = 40;
/// Level from which a frame counts as speech, dBFS.
const SPEECH: f32 = -45.0;
/// Levels below this are all the same: the noise of a line.
const FLOOR: f32 = -65.0;
/// How alike the two rows must be (Pearson's r).
const ALIKE: f32 = 0.8;

/// An echo that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Echo {
    /// How much weaker it is than what was sent, dB; 0 when it is as strong.
    pub loss_db: f32,
    /// How much later it comes, in frames of 20 ms.
    pub delay_frames: usize,
}

/// Levels of both directions of one leg.
#[derive(Debug, Clone, Default)]
pub struct EchoGauge {
    sent: VecDeque<f32>,
    received: VecDeque<f32>,
}

impl EchoGauge {
    /// Takes one frame: the level of what was sent to the leg and of what came from it, dBFS.
    pub fn add(&mut self, sent: f32, received: f32) {
        for (row, level) in [(&mut self.sent, sent), (&mut self.received, received)] {
            if row.len() == SPAN {
                row.pop_front();
            }
            row.push_back(level.max(FLOOR));
        }
    }

    /// Forgets what was, as when somebody else is heard from now on.
    pub fn clear(&mut self) {
        self.sent.clear();
        self.received.clear();
    }

    /// The echo of the last four seconds; `None` while nothing can be said or there is none.
    pub fn find(&mut self) -> Option<Echo> {
        if self.sent.len() < SPAN {
            return None;
        }
        let (sent, received) = (self.sent.make_contiguous(), self.received.make_contiguous());
        if sent[..SPAN - LAGS].iter().filter(|level| **level > SPEECH).count() < SPOKEN {
            return None;
        }
        let span = SPAN - LAGS;
        let (lag, likeness) = (0..=LAGS)
            .map(|lag| (lag, correlation(&sent[..span], &received[lag..lag + span])))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        if likeness < ALIKE {
            return None;
        }
        // Only where something was said: in the pauses both are noise.
        let (mut loss, mut frames) = (0.0, 0_u16);
        for (sent, received) in sent[..span].iter().zip(&received[lag..]).filter(|(sent, _)| **sent > SPEECH) {
            loss += sent - received;
            frames += 1;
        }
        Some(Echo { loss_db: (loss / f32::from(frames.max(1))).max(0.0), delay_frames: lag })
    }
}

/// Pearson's r; 0 when one of them does not move.
fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let count = a.len() as f32;
    let (mean_a, mean_b) = (a.iter().sum::<f32>() / count, b.iter().sum::<f32>() / count);
    let (mut both, mut one, mut other) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        both += a * b;
        one += a * a;
        other += b * b;
    }
    // Less than 1 dB of movement is no speech.
    if one < count || other < count { 0.0 } else { both / (one * other).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Syllables, words and pauses of a talker, as levels; another seed is another person.
    fn talk(frame: usize, seed: u32) -> f32 {
        let hash = |n: usize| {
            let mut x = (n as u32).wrapping_mul(0x9E37_79B9).wrapping_add(seed.wrapping_mul(0x85EB_CA6B)) | 1;
            x ^= x >> 15;
            x = x.wrapping_mul(0x2C1B_3C6D);
            x ^ (x >> 12)
        };
        // Words of 240 ms, a third of them pauses.
        if hash(frame / 12).is_multiple_of(3) { -70.0 } else { -30.0 + (hash(frame / 4) % 16) as f32 }
    }

    #[test]
    fn the_echo_of_a_speaker_is_found_with_its_delay_and_its_strength() {
        let mut gauge = EchoGauge::default();
        for frame in 0..SPAN {
            let back = if frame >= 7 { talk(frame - 7, 1) - 18.0 } else { -70.0 };
            gauge.add(talk(frame, 1), back);
        }
        let echo = gauge.find().unwrap();
        assert_eq!(echo.delay_frames, 7);
        assert!((echo.loss_db - 18.0).abs() < 2.0, "{echo:?}");
    }

    #[test]
    fn two_people_who_talk_are_no_echo() {
        for other in 2..60 {
            let mut gauge = EchoGauge::default();
            for frame in 0..SPAN {
                gauge.add(talk(frame, 1), talk(frame, other));
            }
            assert_eq!(gauge.find(), None, "person {other}");
        }
    }

    #[test]
    fn people_who_take_turns_are_no_echo() {
        let mut gauge = EchoGauge::default();
        for frame in 0..SPAN {
            let mine = (frame / 50).is_multiple_of(2);
            let (a, b) = if mine { (talk(frame, 1), -70.0) } else { (-70.0, talk(frame, 2)) };
            gauge.add(a, b);
        }
        assert_eq!(gauge.find(), None);
    }

    #[test]
    fn silence_and_too_little_say_nothing() {
        let mut gauge = EchoGauge::default();
        assert_eq!(gauge.find(), None);
        (0..SPAN).for_each(|_| gauge.add(-96.0, -96.0));
        assert_eq!(gauge.find(), None);
        gauge.clear();
        (0..SPAN / 2).for_each(|frame| gauge.add(talk(frame, 1), talk(frame, 1)));
        assert_eq!(gauge.find(), None);
    }
}
