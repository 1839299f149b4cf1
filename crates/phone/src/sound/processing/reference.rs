//! What the echo canceller is shown of the sound that is played. Pure.

use media::level::rms_of;

use crate::sound::BLOCK;

/// Below this (dBFS) the canceller learns nothing of how the speaker reaches the microphone, and yet takes the worst for
/// granted: it turned down whoever spoke while a line hummed at -52 dBFS. Its own limit is -50.3; a noise wavers.
const LEARNT_FROM: f32 = -49.0;
/// Blocks of 10 ms that are quieter without a louder one between them: noise, and neither the end of a word nor a pause.
const LASTING: u32 = 25;

/// Leaves out the noise of a line: what of it comes back is noise to the microphone, which suppression takes.
#[derive(Debug, Default)]
pub(super) struct Reference {
    quiet: u32,
}

impl Reference {
    /// Whether the canceller is to take this block for silence.
    pub(super) fn is_noise(&mut self, block: &[f32; BLOCK]) -> bool {
        self.quiet = if rms_of(block) < LEARNT_FROM { self.quiet.saturating_add(1) } else { 0 };
        self.quiet > LASTING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_that_lasts_is_left_out_until_somebody_speaks() {
        let (quiet, loud) = ([0.002; BLOCK], [0.02; BLOCK]);
        let mut reference = Reference::default();
        assert!((0..LASTING).all(|_| !reference.is_noise(&quiet)), "a pause between words");
        assert!((0..1_000).all(|_| reference.is_noise(&quiet)));
        assert!(!reference.is_noise(&loud) && !reference.is_noise(&quiet));
    }
}
