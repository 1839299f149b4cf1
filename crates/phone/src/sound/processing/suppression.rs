//! Noise suppression, left out where there is nothing to suppress: it delays a voice by 6 ms and takes something of it.

use media::level::rms;
use sonora_ns::{config::NsConfig, noise_suppressor::NoiseSuppressor};

use crate::sound::BLOCK;

/// The suppressor counts as 16-bit samples do.
const FULL_SCALE: f32 = 32_768.0;
/// Noise that would be sent louder than -60 dBFS is suppressed; what is put in its place is at most as loud (`media::comfort`).
const NOISY: f32 = 1e-3;
/// Where it has been below -66 dBFS for ten seconds, it is left out again.
const QUIET: f32 = 5e-4;
const UNTIL_OUT: u16 = 1_000;
/// Two seconds: nobody speaks that long without a gap.
const GAP: u16 = 200;

pub(super) struct Suppression {
    inner: NoiseSuppressor,
    floor: Floor,
    state: State,
}

/// The quietest block of the last two to four seconds is what the room's noise is taken for.
#[derive(Clone, Copy)]
struct Floor {
    /// Root mean squares: of the two seconds that go, and of the two before.
    quietest: [f32; 2],
    blocks: u16,
}

impl Default for Floor {
    fn default() -> Self {
        Self { quietest: [f32::INFINITY, 0.0], blocks: 0 }
    }
}

impl Floor {
    fn hear(&mut self, level: f32) {
        self.quietest[0] = self.quietest[0].min(level);
        self.blocks += 1;
        if self.blocks == GAP {
            *self = Self { quietest: [f32::INFINITY, self.quietest[0]], blocks: 0 };
        }
    }

    fn level(&self) -> f32 {
        self.quietest[0].min(self.quietest[1])
    }
}

#[derive(Clone, Copy)]
enum State {
    Out,
    /// It has the past that it needs; the next block fades over to it.
    Ready,
    /// `quiet`: blocks in a row that did not need it.
    In {
        quiet: u16,
    },
}

impl Default for Suppression {
    fn default() -> Self {
        Self { inner: NoiseSuppressor::new(NsConfig::default()), floor: Floor::default(), state: State::Out }
    }
}

impl Suppression {
    pub(super) const fn is_in(&self) -> bool {
        matches!(self.state, State::In { .. })
    }

    /// Learns the noise from a block as the microphone brought it, before an echo was taken out and replaced.
    pub(super) fn hear(&mut self, block: &[f32; BLOCK]) {
        self.floor.hear(rms(block));
        self.inner.analyze(&block.map(|sample| sample * FULL_SCALE));
    }

    /// Suppresses noise in place where it is needed. `raised`: how much louder the sound is made afterwards.
    pub(super) fn process(&mut self, block: &mut [f32; BLOCK], raised: f32) {
        let noise = self.floor.level() * raised;
        self.state = match self.state {
            State::Out if noise <= NOISY => State::Out,
            State::Out => {
                self.suppressed(block);
                State::Ready
            }
            State::Ready => {
                let suppressed = self.suppressed(block);
                *block = fade(block, &suppressed);
                State::In { quiet: 0 }
            }
            State::In { quiet } if noise < QUIET && quiet >= UNTIL_OUT => {
                let suppressed = self.suppressed(block);
                *block = fade(&suppressed, block);
                State::Out
            }
            State::In { quiet } => {
                *block = self.suppressed(block);
                State::In { quiet: if noise < QUIET { quiet + 1 } else { 0 } }
            }
        };
    }

    fn suppressed(&mut self, block: &[f32; BLOCK]) -> [f32; BLOCK] {
        let mut scaled = block.map(|sample| sample * FULL_SCALE);
        self.inner.process(&mut scaled);
        scaled.map(|sample| sample / FULL_SCALE)
    }
}

/// From one sound to the other within a block.
fn fade(from: &[f32; BLOCK], to: &[f32; BLOCK]) -> [f32; BLOCK] {
    std::array::from_fn(|n| {
        let part = n as f32 / BLOCK as f32;
        from[n] * (1.0 - part) + to[n] * part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: u32, level: f32) -> [f32; BLOCK] {
        std::array::from_fn(|i| {
            let dice =
                (n * BLOCK as u32 + i as u32).wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(0x9e37_79b1);
            (dice as f32 / u32::MAX as f32 * 2.0 - 1.0) * level * 3.0_f32.sqrt()
        })
    }

    /// Lets blocks of noise through, each with its level; how many were left as they were.
    fn left(suppression: &mut Suppression, blocks: u32, level: impl Fn(u32) -> f32, raised: f32) -> u32 {
        let is_left = |n: u32| {
            let (said, mut sent) = (noise(n, level(n)), noise(n, level(n)));
            suppression.hear(&said);
            suppression.process(&mut sent, raised);
            u32::from(sent == said)
        };
        (0..blocks).map(is_left).sum()
    }

    #[test]
    fn noise_is_suppressed_after_two_seconds_of_it() {
        assert_eq!(left(&mut Suppression::default(), 1_000, |_| 3.0 * NOISY, 1.0), u32::from(GAP));
    }

    #[test]
    fn noise_that_the_gain_raises_is_suppressed_too() {
        assert_eq!(left(&mut Suppression::default(), 1_000, |_| NOISY / 2.0, 1.0), 1_000);
        assert_eq!(left(&mut Suppression::default(), 1_000, |_| NOISY / 2.0, 4.0), u32::from(GAP));
    }

    #[test]
    fn a_voice_with_gaps_is_no_noise() {
        let voice = |n: u32| if n % 190 == 189 { NOISY / 3.0 } else { 100.0 * NOISY };
        assert_eq!(left(&mut Suppression::default(), 3_000, voice, 2.0), 3_000);
    }

    #[test]
    fn it_is_left_out_again_after_ten_seconds_of_quiet() {
        let mut suppression = Suppression::default();
        left(&mut suppression, 400, |_| 3.0 * NOISY, 1.0);
        let quiet = |_| QUIET / 2.0;
        assert_eq!(left(&mut suppression, 1_000, quiet, 1.0), 0);
        assert_eq!(left(&mut suppression, 100, quiet, 1.0), 99);
        left(&mut suppression, 400, |_| 3.0 * NOISY, 1.0);
        assert_eq!(
            left(&mut suppression, 1_000, |n| if n > 300 && n < 600 { 3.0 * NOISY } else { QUIET / 2.0 }, 1.0),
            0
        );
    }
}
