//! Adding voices.

/// Sum of frames of one length; accumulates in 32 bits and saturates once at the end, so that the order of the voices
/// does not matter and loud voices do not wrap around.
#[derive(Debug, Clone)]
pub struct Mixer {
    sum: Vec<i32>,
}

impl Mixer {
    /// `frame`: samples in each frame.
    pub fn new(frame: usize) -> Self {
        Self { sum: vec![0; frame] }
    }

    /// Adds a voice. Samples beyond the frame length are ignored; a shorter voice counts as silent at its end.
    pub fn add(&mut self, voice: &[i16]) {
        for (sum, sample) in self.sum.iter_mut().zip(voice) {
            *sum += i32::from(*sample);
        }
    }

    /// Writes the saturated sum into `out` and starts again from silence.
    pub fn take_into(&mut self, out: &mut [i16]) {
        for (out, sum) in out.iter_mut().zip(&mut self.sum) {
            *out = std::mem::take(sum).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_add_and_saturate_instead_of_wrapping() {
        let mut mixer = Mixer::new(3);
        mixer.add(&[30_000, -30_000, 5]);
        mixer.add(&[30_000, -30_000]);
        let mut out = [0; 3];
        mixer.take_into(&mut out);
        assert_eq!(out, [i16::MAX, i16::MIN, 5]);
        mixer.take_into(&mut out);
        assert_eq!(out, [0; 3]);
    }

    #[test]
    fn a_loud_pair_of_opposites_cancels_whatever_the_order() {
        let mut mixer = Mixer::new(1);
        for voice in [[32_767], [32_767], [-32_767], [-32_767], [9]] {
            mixer.add(&voice);
        }
        let mut out = [0];
        mixer.take_into(&mut out);
        assert_eq!(out, [9]);
    }
}
