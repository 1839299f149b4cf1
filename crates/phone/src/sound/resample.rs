use std::f64::consts::PI;

/// Zero crossings of the sinc on each side.
const CROSSINGS: usize = 8;
/// Positions between two input samples for which taps are tabulated; between them taps are interpolated.
const PHASES: usize = 128;
/// Share of the lower Nyquist frequency that passes.
const PASS: f64 = 0.92;

/// Streaming conversion between two sample rates with a windowed sinc. The ratio can be corrected while it runs, which
/// is how two clocks that drift apart are held together.
#[derive(Debug, Clone)]
pub struct Resampler {
    /// `PHASES + 1` rows of `2 * reach` taps.
    taps: Vec<f32>,
    reach: usize,
    /// Input samples that later outputs still need.
    history: Vec<f32>,
    /// The next output lies so far behind this sample of `history`. Apart, so that the one is the same wherever the other is.
    position: usize,
    fraction: f64,
    nominal: f64,
    step: f64,
}

impl Resampler {
    /// From `from` to `to` hertz; neither is zero.
    pub fn new(from: u32, to: u32) -> Self {
        let nominal = f64::from(from.max(1)) / f64::from(to.max(1));
        // Samples per zero crossing: more than one when high frequencies have to go.
        let stretch = nominal.max(1.0) / PASS;
        let reach = (CROSSINGS as f64 * stretch).ceil() as usize;
        let mut taps = Vec::with_capacity((PHASES + 1) * 2 * reach);
        for phase in 0..=PHASES {
            let offset = phase as f64 / PHASES as f64;
            let row: Vec<f64> =
                (0..2 * reach).map(|k| tap(k as f64 - (reach as f64 - 1.0) - offset, stretch, reach as f64)).collect();
            let sum: f64 = row.iter().sum();
            taps.extend(row.iter().map(|tap| (tap / sum) as f32));
        }
        let mut resampler =
            Self { taps, reach, history: Vec::new(), position: 0, fraction: 0.0, nominal, step: nominal };
        resampler.reset();
        resampler
    }

    /// Forgets what was put in.
    pub fn reset(&mut self) {
        self.history.clear();
        self.history.resize(2 * self.reach, 0.0);
        (self.position, self.fraction) = (self.reach, 0.0);
    }

    /// Makes `1 + correction` times the input of the nominal ratio go into each output: positive plays faster.
    pub fn correct(&mut self, correction: f64) {
        self.step = self.nominal * (1.0 + correction);
    }

    /// Appends to `out` what `input` completes.
    pub fn process(&mut self, input: &[f32], out: &mut Vec<f32>) {
        self.history.extend_from_slice(input);
        let width = 2 * self.reach;
        while self.position + self.reach < self.history.len() {
            let fine = self.fraction * PHASES as f64;
            let (row, blend) = (fine as usize, (fine - fine.floor()) as f32);
            let window = &self.history[self.position + 1 - self.reach..][..width];
            let low = &self.taps[row * width..][..width];
            let high = &self.taps[(row + 1) * width..][..width];
            out.push(filtered(window, low, high, blend));
            self.fraction += self.step;
            let whole = self.fraction as usize;
            (self.position, self.fraction) = (self.position + whole, self.fraction - whole as f64);
        }
        // Kept: everything that the next output's window begins with.
        let done = (self.position + 1).saturating_sub(self.reach).min(self.history.len());
        self.history.drain(..done);
        self.position -= done;
    }
}

/// Sums that do not wait for each other.
const LANES: usize = 8;

/// The window weighed by taps between two rows.
fn filtered(window: &[f32], low: &[f32], high: &[f32], blend: f32) -> f32 {
    let weighed = |((x, a), b): ((&f32, &f32), &f32)| x * (a + (b - a) * blend);
    let (xs, xs_rest) = window.as_chunks::<LANES>();
    let ((lows, lows_rest), (highs, highs_rest)) = (low.as_chunks::<LANES>(), high.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for ((xs, lows), highs) in xs.iter().zip(lows).zip(highs) {
        sums.iter_mut().zip(xs.iter().zip(lows).zip(highs)).for_each(|(sum, each)| *sum += weighed(each));
    }
    let rest: f32 = xs_rest.iter().zip(lows_rest).zip(highs_rest).map(weighed).sum();
    sums.iter().sum::<f32>() + rest
}

/// Blackman-windowed sinc at `x` samples from its centre.
fn tap(x: f64, stretch: f64, reach: f64) -> f64 {
    let turn = PI * x / stretch;
    let sinc = if turn.abs() < 1e-9 { 1.0 } else { turn.sin() / turn };
    let along = (PI * (x / reach + 1.0)).clamp(0.0, 2.0 * PI);
    let window = 0.42 - 0.5 * along.cos() + 0.08 * (2.0 * along).cos();
    sinc * window
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hertz: f64, rate: u32, seconds: f64) -> Vec<f32> {
        (0..(seconds * f64::from(rate)) as usize)
            .map(|i| (2.0 * PI * hertz * i as f64 / f64::from(rate)).sin() as f32 * 0.5)
            .collect()
    }

    fn convert(input: &[f32], from: u32, to: u32, chunk: usize) -> Vec<f32> {
        let (mut resampler, mut out) = (Resampler::new(from, to), Vec::new());
        for part in input.chunks(chunk) {
            resampler.process(part, &mut out);
        }
        out
    }

    /// Ratio in dB of what is not the sine of `hertz` to what is.
    fn distortion(signal: &[f32], hertz: f64, rate: u32) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (i, s) in signal.iter().enumerate() {
            let angle = 2.0 * PI * hertz * i as f64 / f64::from(rate);
            re += f64::from(*s) * angle.cos();
            im += f64::from(*s) * angle.sin();
        }
        let n = signal.len() as f64;
        let (re, im) = (2.0 * re / n, 2.0 * im / n);
        let mut error = 0.0;
        for (i, s) in signal.iter().enumerate() {
            let angle = 2.0 * PI * hertz * i as f64 / f64::from(rate);
            error += (f64::from(*s) - re * angle.cos() - im * angle.sin()).powi(2);
        }
        10.0 * (error / n / ((re * re + im * im) / 2.0)).log10()
    }

    #[test]
    fn a_tone_keeps_its_pitch_and_purity_between_common_rates() {
        for (from, to) in [(48_000, 44_100), (44_100, 48_000), (16_000, 48_000), (48_000, 16_000), (96_000, 48_000)] {
            let out = convert(&sine(1_000.0, from, 1.0), from, to, 441);
            assert!((out.len() as f64 - f64::from(to)).abs() < 60.0, "{from}->{to}: {} samples", out.len());
            // A whole number of periods from the settled part.
            let settled = &out[to as usize / 10..][..to as usize / 2];
            let dirt = distortion(settled, 1_000.0, to);
            assert!(dirt < -55.0, "{from}->{to}: {dirt} dB");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_carry_is_taken_away() {
        let out = convert(&sine(11_000.0, 48_000, 0.5), 48_000, 16_000, 480);
        let loudest = out[200..].iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
        assert!(loudest < 0.005, "{loudest} of an 11 kHz tone is left at 16 kHz");
    }

    #[test]
    fn chunks_of_any_size_give_the_same_sound() {
        let input = sine(440.0, 44_100, 0.2);
        assert_eq!(convert(&input, 44_100, 48_000, 64), convert(&input, 44_100, 48_000, 1_000));
    }

    #[test]
    fn a_correction_changes_the_length_by_its_share() {
        let mut resampler = Resampler::new(48_000, 48_000);
        resampler.correct(0.005);
        let mut out = Vec::new();
        resampler.process(&sine(300.0, 48_000, 2.0), &mut out);
        assert!((out.len() as f64 - 96_000.0 / 1.005).abs() < 30.0, "{}", out.len());
    }
}
