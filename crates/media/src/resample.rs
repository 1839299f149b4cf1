//! 8 kHz to 16 kHz and back with a half-band filter: linear phase, 1 ms delay each way, streaming.

/// Distance of the outermost tap from the middle one; every second tap in between is zero.
const REACH: usize = 15;

/// Non-zero taps beside the middle one (which is 1/2): `sin(πk/2)/(πk)` for odd `k`, under a Hamming window, scaled
/// so that both polyphase branches have a gain of exactly 1/2.
fn half_taps() -> [f32; REACH.div_ceil(2)] {
    let mut taps = [0.0; REACH.div_ceil(2)];
    for (i, tap) in taps.iter_mut().enumerate() {
        let k = (2 * i + 1) as f32;
        let window = 0.54 + 0.46 * (std::f32::consts::PI * k / (REACH as f32 + 1.0)).cos();
        let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
        *tap = sign / (std::f32::consts::PI * k) * window;
    }
    let scale = 0.25 / taps.iter().sum::<f32>();
    taps.map(|tap| tap * scale)
}

fn to_sample(value: f32) -> i16 {
    // To the nearest, away from zero between two. `round` is a call for each sample, where there is no instruction for it that
    // every processor has; of this the compiler makes vectors.
    let value = value.clamp(f32::from(i16::MIN), f32::from(i16::MAX));
    (value + 0.5_f32.copysign(value)) as i32 as i16
}

/// Samples worked on at once: the filter then runs along them, which the compiler makes vectors of.
const BLOCK: usize = 160;

/// Doubles the sample rate.
#[derive(Debug, Clone)]
pub struct Upsampler {
    taps: [f32; REACH.div_ceil(2)],
    history: [f32; REACH],
}

impl Default for Upsampler {
    fn default() -> Self {
        Self { taps: half_taps(), history: [0.0; REACH] }
    }
}

impl Upsampler {
    /// `output` gets two samples for each of `input`; what does not fit is lost.
    pub fn process(&mut self, input: &[i16], output: &mut [i16]) {
        for (input, output) in input.chunks(BLOCK).zip(output.chunks_mut(2 * BLOCK)) {
            let count = input.len().min(output.len() / 2);
            let mut line = [0.0; REACH + BLOCK];
            line[..REACH].copy_from_slice(&self.history);
            widen(&input[..count], &mut line[REACH..]);
            let between = sides(&self.taps, &line, count);
            // The interpolated sample lies between the two in the middle of the filter.
            let middles = &line[REACH / 2..];
            for ((pair, middle), between) in output.chunks_exact_mut(2).zip(middles).zip(&between[..count]) {
                pair[0] = to_sample(*middle);
                pair[1] = to_sample(2.0 * between);
            }
            self.history.copy_from_slice(&line[count..count + REACH]);
        }
    }
}

/// Halves the sample rate.
#[derive(Debug, Clone)]
pub struct Downsampler {
    taps: [f32; REACH.div_ceil(2)],
    /// Every second sample, those that the filter's middle falls on, and the others.
    middles: [f32; REACH / 2],
    others: [f32; REACH],
}

impl Default for Downsampler {
    fn default() -> Self {
        Self { taps: half_taps(), middles: [0.0; REACH / 2], others: [0.0; REACH] }
    }
}

impl Downsampler {
    /// `output` gets one sample for each two of `input`; an odd last sample is ignored.
    pub fn process(&mut self, input: &[i16], output: &mut [i16]) {
        for (input, output) in input.chunks(2 * BLOCK).zip(output.chunks_mut(BLOCK)) {
            let count = (input.len() / 2).min(output.len());
            let (mut middles, mut others) = ([0.0; REACH / 2 + BLOCK], [0.0; REACH + BLOCK]);
            middles[..REACH / 2].copy_from_slice(&self.middles);
            others[..REACH].copy_from_slice(&self.others);
            for (at, pair) in input.chunks_exact(2).take(count).enumerate() {
                middles[REACH / 2 + at] = f32::from(pair[0]);
                others[REACH + at] = f32::from(pair[1]);
            }
            let around = sides(&self.taps, &others, count);
            for ((sample, middle), around) in output.iter_mut().zip(&middles).zip(&around[..count]) {
                *sample = to_sample(0.5 * middle + around);
            }
            self.middles.copy_from_slice(&middles[count..count + REACH / 2]);
            self.others.copy_from_slice(&others[count..count + REACH]);
        }
    }
}

fn widen(samples: &[i16], line: &mut [f32]) {
    for (value, sample) in line.iter_mut().zip(samples) {
        *value = f32::from(*sample);
    }
}

/// The filter without its middle tap, for each of `count` places in `line`, the first of which sees samples 0 to [`REACH`].
fn sides(taps: &[f32; REACH.div_ceil(2)], line: &[f32; REACH + BLOCK], count: usize) -> [f32; BLOCK] {
    let mut sums = [0.0; BLOCK];
    for (i, tap) in taps.iter().enumerate() {
        let (before, after) = (&line[REACH / 2 - i..], &line[REACH / 2 + 1 + i..]);
        for ((sum, before), after) in sums[..count].iter_mut().zip(before).zip(after) {
            *sum += tap * (before + after);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::rms_dbfs;

    fn sine(hertz: f64, rate: f64, samples: usize) -> Vec<i16> {
        (0..samples).map(|i| ((std::f64::consts::TAU * hertz * i as f64 / rate).sin() * 10_000.0) as i16).collect()
    }

    #[test]
    fn speech_frequencies_pass_both_ways_at_their_level() {
        for hertz in [200.0, 1_000.0, 2_500.0, 3_000.0] {
            let narrow = sine(hertz, 8_000.0, 8_000);
            let mut wide = vec![0; 16_000];
            Upsampler::default().process(&narrow, &mut wide);
            let mut back = vec![0; 8_000];
            Downsampler::default().process(&wide, &mut back);
            for (name, pcm) in [("up", &wide), ("down", &back)] {
                let change = rms_dbfs(&pcm[200..]) - rms_dbfs(&narrow);
                assert!(change.abs() < 1.0, "{name} {hertz} Hz changed by {change} dB");
            }
        }
    }

    #[test]
    fn what_8_khz_cannot_hold_is_removed_before_it_folds_back() {
        let wide = sine(6_000.0, 16_000.0, 16_000);
        let mut narrow = vec![0; 8_000];
        Downsampler::default().process(&wide, &mut narrow);
        let rest = rms_dbfs(&narrow[200..]) - rms_dbfs(&wide);
        assert!(rest < -40.0, "alias at {rest} dB");
    }

    #[test]
    fn frames_join_without_a_seam() {
        let narrow = sine(440.0, 8_000.0, 1_600);
        let mut whole = vec![0; 3_200];
        Upsampler::default().process(&narrow, &mut whole);
        let mut framed = Vec::new();
        let mut upsampler = Upsampler::default();
        for frame in narrow.chunks(160) {
            let mut out = [0; 320];
            upsampler.process(frame, &mut out);
            framed.extend_from_slice(&out);
        }
        assert_eq!(whole, framed);
    }
}
