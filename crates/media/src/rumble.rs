//! Takes out what lies below a voice: hum of the mains, steps, wind, and a microphone's constant offset.

use std::f32::consts::{PI, SQRT_2};

/// Half of the power is left here; the lowest voices begin at about 80 Hz.
const CORNER_HERTZ: f32 = 60.0;

/// High pass of the second order (Butterworth), in place and without a delay worth mentioning.
#[derive(Debug, Clone)]
pub struct RumbleFilter {
    gain: f32,
    feedback: [f32; 2],
    state: [f32; 2],
}

impl RumbleFilter {
    /// For samples at `rate` hertz.
    pub fn new(rate: u32) -> Self {
        let turn = (PI * CORNER_HERTZ / rate.max(1) as f32).tan();
        let norm = 1.0 / (1.0 + SQRT_2 * turn + turn * turn);
        let feedback = [2.0 * (turn * turn - 1.0) * norm, (1.0 - SQRT_2 * turn + turn * turn) * norm];
        Self { gain: norm, feedback, state: [0.0; 2] }
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        let [first, second] = self.feedback;
        for sample in samples {
            let input = *sample * self.gain;
            let out = input + self.state[0];
            self.state[0] = -2.0 * input - first * out + self.state[1];
            self.state[1] = input - second * out;
            *sample = out;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a tone, in dB.
    fn left(hertz: f32, rate: u32) -> f32 {
        let mut tone: Vec<f32> =
            (0..rate * 2).map(|n| (2.0 * PI * hertz * n as f32 / rate as f32).sin() + 0.3).collect();
        RumbleFilter::new(rate).process(&mut tone);
        let settled = &tone[rate as usize..];
        let power = settled.iter().map(|s| s * s).sum::<f32>() / settled.len() as f32;
        10.0 * (power / 0.5).log10()
    }

    #[test]
    fn hum_and_an_offset_go_and_a_voice_stays() {
        for rate in [16_000, 48_000] {
            assert!(left(20.0, rate) < -14.0, "{}", left(20.0, rate));
            assert!((left(60.0, rate) + 3.0).abs() < 0.2, "{}", left(60.0, rate));
            assert!(left(120.0, rate) > -0.4, "{}", left(120.0, rate));
            assert!(left(1_000.0, rate).abs() < 0.05);
        }
    }
}
