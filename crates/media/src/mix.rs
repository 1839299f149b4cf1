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

    /// As [`add`](Self::add), growing evenly from nothing to full strength over the first `ramp` samples.
    pub fn fade_in(&mut self, voice: &[i16], ramp: usize) {
        let ramp = ramp.min(voice.len()).min(self.sum.len());
        let (start, rest) = voice.split_at(ramp);
        for (at, (sum, sample)) in self.sum.iter_mut().zip(start).enumerate() {
            *sum += i32::from(*sample) * at as i32 / ramp as i32;
        }
        for (sum, sample) in self.sum[ramp..].iter_mut().zip(rest) {
            *sum += i32::from(*sample);
        }
    }

    /// Lets a voice that has ended come to rest: its `last` sample sinks evenly to nothing over the first `ramp` samples, so
    /// that there is no step, and nothing of what the voice says now is in it.
    pub fn settle(&mut self, last: i16, ramp: usize) {
        let ramp = ramp.min(self.sum.len());
        for (at, sum) in self.sum[..ramp].iter_mut().enumerate() {
            *sum += i32::from(last) * (ramp - at) as i32 / (ramp as i32 + 1);
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
    fn voices_come_and_go_without_a_step() {
        let mut mixer = Mixer::new(160);
        let mut out = [0; 160];
        mixer.fade_in(&[12_000; 160], 40);
        mixer.take_into(&mut out);
        assert_eq!((out[0], out[20], out[40], out[159]), (0, 6_000, 12_000, 12_000));
        mixer.settle(12_000, 40);
        mixer.take_into(&mut out);
        let steps = out.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max();
        assert!(12_000 - out[0] < 400 && steps < Some(400) && out[40..] == [0; 120], "{out:?}");
        // Lengths that do not fit are no reason to stop.
        let mut short = Mixer::new(10);
        short.fade_in(&[5; 4], 40);
        short.fade_in(&[5; 40], 0);
        short.settle(7, 40);
        short.take_into(&mut out);
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
