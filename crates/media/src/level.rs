//! Loudness of samples.

/// Quietest figure that is reported; digital silence reads this.
pub const FLOOR_DBFS: f32 = -96.0;

/// Root mean square in dB relative to full scale (a full-scale square wave is 0 dBFS, a full-scale sine -3 dBFS).
/// [`FLOOR_DBFS`] for silence and for an empty slice.
pub fn rms_dbfs(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return FLOOR_DBFS;
    }
    let mean = energy(samples) as f64 / samples.len() as f64;
    to_dbfs(mean.sqrt() / 32_768.0)
}

/// Root mean square of samples; 0 of none.
pub fn rms(samples: &[f32]) -> f32 {
    if samples.is_empty() { 0.0 } else { (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt() }
}

/// As [`rms_dbfs`], of samples between -1 and 1.
pub fn rms_of(samples: &[f32]) -> f32 {
    to_dbfs(f64::from(rms(samples)))
}

/// Sum of the squares.
fn energy(samples: &[i16]) -> u64 {
    // The square fits into 32 bits, also that of the lowest sample; whole numbers may be added in any order, so that the
    // compiler makes vectors of it.
    samples.iter().map(|sample| u64::from((i32::from(*sample) * i32::from(*sample)) as u32)).sum()
}

/// Largest magnitude, 0 to 32 768.
pub fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0)
}

/// From this magnitude on a sample counts as clipped: the last step of mu-law is at 32 124, that of A-law at 32 256.
pub const CLIPPING: u16 = 32_000;

/// How many samples sit at either end of the range: more than a handful per second means distortion at the source.
pub fn clipped(samples: &[i16]) -> usize {
    samples.iter().filter(|sample| sample.unsigned_abs() >= CLIPPING).count()
}

fn to_dbfs(ratio: f64) -> f32 {
    if ratio <= 0.0 { FLOOR_DBFS } else { ((20.0 * ratio.log10()) as f32).max(FLOOR_DBFS) }
}

/// What a [`Meter`] read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loudness {
    pub dbfs: f32,
    /// Share of samples at either end of the range, 0 to 1.
    pub clipped: f32,
}

/// Mean level over many frames, for a display that is refreshed about once a second.
#[derive(Debug, Clone, Copy, Default)]
pub struct Meter {
    energy: f64,
    samples: u64,
    clipped: u64,
}

impl Meter {
    /// One that has read these samples.
    pub fn of(samples: &[i16]) -> Self {
        let mut meter = Self::default();
        meter.add(samples);
        meter
    }

    pub fn add(&mut self, samples: &[i16]) {
        self.energy += energy(samples) as f64;
        self.samples += samples.len() as u64;
        self.clipped += clipped(samples) as u64;
    }

    /// Level and clipping since the last call; the floor and none when nothing was added.
    pub fn take(&mut self) -> Loudness {
        let clipped = if self.samples == 0 { 0.0 } else { self.clipped as f32 / self.samples as f32 };
        Loudness { dbfs: self.take_dbfs(), clipped }
    }

    /// Adds what another has measured.
    pub fn merge(&mut self, other: &Self) {
        self.energy += other.energy;
        self.samples += other.samples;
        self.clipped += other.clipped;
    }

    /// Level so far, in dBFS; [`FLOOR_DBFS`] when nothing was added.
    pub fn dbfs(&self) -> f32 {
        if self.samples == 0 { FLOOR_DBFS } else { to_dbfs((self.energy / self.samples as f64).sqrt() / 32_768.0) }
    }

    /// Level since the last call, in dBFS; [`FLOOR_DBFS`] when nothing was added.
    pub fn take_dbfs(&mut self) -> f32 {
        std::mem::take(self).dbfs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_sine_reads_minus_three() {
        let sine: Vec<i16> = (0..8_000).map(|i| ((f64::from(i) * 0.3).sin() * 32_767.0) as i16).collect();
        assert!((rms_dbfs(&sine) + 3.01).abs() < 0.05);
        let mut meter = Meter::default();
        meter.add(&sine);
        assert!((meter.take_dbfs() + 3.01).abs() < 0.05);
        assert_eq!(meter.take_dbfs(), FLOOR_DBFS);
    }

    #[test]
    fn silence_reads_the_floor_and_the_loudest_negative_sample_does_not_overflow() {
        assert_eq!(rms_dbfs(&[0; 160]), FLOOR_DBFS);
        assert_eq!(peak(&[0, i16::MIN]), 32_768);
        assert_eq!(clipped(&[i16::MIN, 0, i16::MAX, 30_000]), 2);
    }

    #[test]
    fn the_loudest_of_every_codec_counts_as_clipped() {
        for law in [crate::g711::Law::Pcmu, crate::g711::Law::Pcma] {
            let loudest: Vec<i16> = [i16::MIN, i16::MAX].map(|sample| law.decode(law.encode(sample))).to_vec();
            let mut meter = Meter::default();
            meter.add(&loudest);
            meter.add(&[0; 2]);
            assert_eq!(meter.take().clipped, 0.5, "{loudest:?}");
        }
    }
}
