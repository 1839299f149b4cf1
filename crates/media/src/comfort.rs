//! Comfort noise: what is sent in place of the dead silence that suppression would leave.
//!
//! Silence between words makes people ask whether the line has dropped (ITU-T G.711 appendix II, RFC 3389 section 1).

use crate::level::rms;

/// Loudest and quietest noise that is put in, as root mean square of full scale: -60 and -76 dBFS.
const LOUDEST: f32 = 1e-3;
const QUIETEST: f32 = 1.6e-4;
/// The floor is followed downwards within some 100 ms and upwards within some ten seconds.
const DOWN: f32 = 0.1;
const UP: f32 = 1.004;
/// Noise is rounded off above some 2 kHz at 16 kHz, as rooms sound.
const COLOUR: f32 = 0.578;
/// Root mean square of the coloured noise that the generator makes, before it is scaled.
const GENERATED: f32 = 0.368;

/// Keeps the background of a voice at the level that the room itself had before it was suppressed, less 12 dB.
#[derive(Debug, Clone)]
pub struct ComfortNoise {
    room: f32,
    dice: u32,
    colour: f32,
}

impl Default for ComfortNoise {
    fn default() -> Self {
        Self { room: LOUDEST, dice: 0x1234_5678, colour: 0.0 }
    }
}

impl ComfortNoise {
    /// Shows a block as the microphone brought it.
    pub fn hear(&mut self, raw: &[f32]) {
        let level = rms(raw);
        // A microphone that is not there has no room.
        if level > 0.0 {
            self.room = if level < self.room { self.room + (level - self.room) * DOWN } else { self.room * UP };
            self.room = self.room.min(0.1);
        }
    }

    /// Level that is kept up, as root mean square of full scale.
    pub fn level(&self) -> f32 {
        (self.room * 0.25).clamp(QUIETEST, LOUDEST)
    }

    /// Fills `block` up to the level where it is below it; what is louder is not touched.
    pub fn fill(&mut self, block: &mut [f32]) {
        let (level, there) = (self.level(), rms(block));
        if there >= level {
            return;
        }
        let scale = (level * level - there * there).sqrt() / GENERATED;
        for sample in block {
            *sample += self.next() * scale;
        }
    }

    fn next(&mut self) -> f32 {
        // Xorshift: noise for the ear needs no better.
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 17;
        self.dice ^= self.dice << 5;
        let white = f64::from(self.dice) / f64::from(u32::MAX) * 2.0 - 1.0;
        self.colour += (white as f32 - self.colour) * COLOUR;
        self.colour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(level: f32) -> Vec<f32> {
        (0..480).map(|n| (n as f32 * 0.3).sin() * level * std::f32::consts::SQRT_2).collect()
    }

    #[test]
    fn dead_silence_becomes_the_quiet_of_the_room() {
        let mut comfort = ComfortNoise::default();
        (0..400).for_each(|_| comfort.hear(&tone(2e-3)));
        let wanted = comfort.level();
        assert!((4e-4..=6e-4).contains(&wanted), "{wanted}");
        let mut all = Vec::new();
        for _ in 0..100 {
            let mut block = [0.0; 480];
            comfort.fill(&mut block);
            all.extend(block);
        }
        assert!((rms(&all) / wanted - 1.0).abs() < 0.1, "{} for {wanted}", rms(&all));
    }

    #[test]
    fn a_voice_is_not_touched() {
        let mut comfort = ComfortNoise::default();
        comfort.hear(&tone(2e-3));
        let mut block = tone(0.05);
        comfort.fill(&mut block);
        assert_eq!(block, tone(0.05));
    }

    #[test]
    fn the_noise_is_never_loud_and_never_gone() {
        let mut comfort = ComfortNoise::default();
        (0..5_000).for_each(|_| comfort.hear(&tone(0.5)));
        assert!(comfort.level() <= LOUDEST);
        (0..5_000).for_each(|_| comfort.hear(&tone(1e-6)));
        assert!(comfort.level() >= QUIETEST);
        (0..5_000).for_each(|_| comfort.hear(&[0.0; 480]));
        assert!(comfort.level() >= QUIETEST);
    }
}
