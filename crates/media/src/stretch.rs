//! Speech played a little longer or shorter without a change of pitch: one period of the voice is repeated or left out
//! where two neighbouring periods are alike, and the seam is cross-faded (after Roucos and Wilgus, "High quality time-scale
//! modification for speech", 1985).

/// What to do with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    AsIs,
    Shorter,
    Longer,
}

/// Shortest and longest period looked for: 400 Hz and 67 Hz, in microseconds.
const SHORTEST_PERIOD: u64 = 2_500;
const LONGEST_PERIOD: u64 = 15_000;
/// Length of the seam, in microseconds; less in a short frame.
const SEAM: u64 = 5_000;
/// Sound remembered, in microseconds: the longest period and a seam.
const MEMORY: u64 = LONGEST_PERIOD + SEAM;
/// Normalised correlation from which two stretches of speech are taken for the same sound.
const ALIKE: f32 = 0.75;
/// Mean square below which nothing is heard anyway (-52 dBFS).
const QUIET: f32 = 6_500.0;
/// The search goes over every n-th sample at this rate; only the best is looked at closely.
const COARSE_RATE: u32 = 8_000;

/// Sound that is gone on with without anything new keeps its level so long, and falls by [`FALL`] for each so long after.
const KEPT: u64 = 10_000;
const FALL: f32 = 0.75;

/// Keeps what was played last, for the seam to the next frame. Mono.
#[derive(Debug)]
pub struct Stretcher {
    rate: u32,
    /// The last [`MEMORY`] played, followed by the frame in hand.
    sound: Vec<f32>,
    memory: usize,
    ahead: Option<Ahead>,
}

/// Sound that was made from what was there before.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    /// In samples.
    made: usize,
    /// What it repeats: a period of the voice, or `None` when it has none and is played backwards.
    period: Option<usize>,
}

impl Stretcher {
    /// `longest`: samples of the longest frame.
    pub fn new(rate: u32, longest: usize) -> Self {
        let memory = samples(rate, MEMORY);
        let mut sound = Vec::with_capacity(memory + longest);
        sound.resize(memory, 0.0);
        Self { rate, sound, memory, ahead: None }
    }

    /// Appends `frame` to `out` as it is wished, as far as that is possible unheard. The answer is by how many samples it
    /// became longer.
    pub fn play(&mut self, frame: &[i16], wish: Wish, out: &mut Vec<i16>) -> isize {
        self.sound.truncate(self.memory);
        self.sound.extend(frame.iter().map(|sample| f32::from(*sample)));
        let before = out.len();
        match wish {
            _ if self.ahead.is_some() => self.come_back(frame.len(), out),
            Wish::AsIs => out.extend_from_slice(frame),
            Wish::Shorter => self.shorten(frame, out),
            Wish::Longer => self.lengthen(frame, out),
        }
        let played = &out[before..];
        let kept = self.memory.saturating_sub(played.len());
        self.sound.copy_within(self.memory - kept..self.memory, 0);
        self.sound.truncate(kept);
        self.sound.extend(played[played.len() - (self.memory - kept)..].iter().map(|sample| f32::from(*sample)));
        played.len() as isize - frame.len() as isize
    }

    /// Whether what was played last is not heard.
    pub fn is_quiet(&self) -> bool {
        power(&self.sound[..self.memory]) < QUIET
    }

    /// Whether what was played last came from [`go_on`](Self::go_on).
    pub const fn has_gone_on(&self) -> bool {
        self.ahead.is_some()
    }

    /// Appends about `wanted` samples made of what was played last, for a frame that is not there yet: whole periods of the
    /// voice, so that the frame still fits when it comes, and less and less of them when it does not. Where there is no
    /// period, the sound is played backwards: noise is noise either way, and begins where it ended.
    pub fn go_on(&mut self, wanted: usize, out: &mut Vec<i16>) {
        let seam = samples(self.rate, SEAM);
        let made = self.ahead.map_or(0, |ahead| ahead.made);
        let period = self.period(self.memory - seam, samples(self.rate, LONGEST_PERIOD), seam, |start, p| start - p);
        let length = period.map_or(wanted.min(self.memory), |period| period * wanted.div_ceil(period));
        for n in 0..length {
            let sample = self.onward(period, n);
            self.sound.push(sample);
            out.push((sample * self.gain(made + n)).round() as i16);
        }
        self.sound.drain(..length);
        self.ahead = Some(Ahead { made: made + length, period });
    }

    /// Sample `n` of what follows the memory when nothing new comes. Up to it all has to be there.
    fn onward(&self, period: Option<usize>, n: usize) -> f32 {
        match period {
            Some(period) => self.sound[self.memory + n - period],
            None => self.sound[self.memory - 1 - n],
        }
    }

    /// Of sound that was gone on with for `made` samples.
    fn gain(&self, made: usize) -> f32 {
        let kept = samples(self.rate, KEPT);
        FALL.powf(made.saturating_sub(kept) as f32 / kept as f32)
    }

    /// The frame in hand after sound that went on without it: the two are faded into each other.
    fn come_back(&mut self, frame: usize, out: &mut Vec<i16>) {
        let Some(Ahead { made, period }) = self.ahead.take() else { return };
        let seam = self.seam(frame);
        let step = 1.0 / (seam + 1) as f32;
        for n in 0..seam {
            let on = match period {
                Some(period) => self.sound[self.memory - period + n % period],
                None => self.sound[self.memory - 1 - n],
            } * self.gain(made + n);
            let new = self.sound[self.memory + n];
            out.push((on + (new - on) * (n + 1) as f32 * step).round() as i16);
        }
        out.extend(self.sound[self.memory + seam..].iter().map(|sample| *sample as i16));
    }

    fn seam(&self, frame: usize) -> usize {
        samples(self.rate, SEAM).min(frame / 4)
    }

    fn shorten(&self, frame: &[i16], out: &mut Vec<i16>) {
        let seam = self.seam(frame.len());
        let longest = samples(self.rate, LONGEST_PERIOD).min(frame.len().saturating_sub(seam));
        let Some(period) = self.period(self.memory, longest, seam, |start, period| start + period) else {
            return out.extend_from_slice(frame);
        };
        fade(&self.sound[self.memory..][..seam], &self.sound[self.memory + period..][..seam], out);
        out.extend_from_slice(&frame[period + seam..]);
    }

    fn lengthen(&self, frame: &[i16], out: &mut Vec<i16>) {
        let seam = self.seam(frame.len());
        // No more at once than a short frame's worth: what plays it back sooner would call for the opposite.
        let longest = samples(self.rate, LONGEST_PERIOD).min(frame.len() * 9 / 10);
        let Some(period) = self.period(self.memory, longest, seam, |start, period| start - period) else {
            return out.extend_from_slice(frame);
        };
        let back = self.memory - period;
        fade(&self.sound[self.memory..][..seam], &self.sound[back..][..seam], out);
        out.extend(self.sound[back + seam..].iter().map(|sample| *sample as i16));
    }

    /// The distance at which the sound from `at` is most like its neighbour. `other`: where the neighbour begins.
    fn period(&self, at: usize, longest: usize, seam: usize, other: impl Fn(usize, usize) -> usize) -> Option<usize> {
        let shortest = samples(self.rate, SHORTEST_PERIOD);
        if longest < shortest || seam == 0 {
            return None;
        }
        let here = &self.sound[at..][..seam];
        if power(here) < QUIET && power(&self.sound[other(at, longest)..][..seam]) < QUIET {
            return Some(longest);
        }
        let step = (self.rate / COARSE_RATE).max(1) as usize;
        let likeness = |period: usize, step: usize| {
            let there = &self.sound[other(at, period)..][..seam];
            likeness(here, there, step)
        };
        let best = |lags: &mut dyn Iterator<Item = usize>, step: usize| {
            lags.map(|lag| (lag, likeness(lag, step))).max_by(|(_, a), (_, b)| a.total_cmp(b))
        };
        let (rough, _) = best(&mut (shortest..=longest).step_by(step), step)?;
        let near = rough.saturating_sub(step - 1).max(shortest)..=(rough + step - 1).min(longest);
        let (period, alike) = best(&mut near.into_iter(), 1)?;
        (alike >= ALIKE).then_some(period)
    }
}

const fn samples(rate: u32, micros: u64) -> usize {
    (rate as u64 * micros / 1_000_000) as usize
}

fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32
}

/// Whether sound is so soft that nobody hears what is done to it.
pub(crate) fn is_quiet(sound: &[i16]) -> bool {
    sound.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>() < QUIET * sound.len() as f32
}

/// Normalised correlation over every `step`-th sample, -1 to 1.
fn likeness(a: &[f32], b: &[f32], step: usize) -> f32 {
    let (mut both, mut first, mut second) = (0.0, 1.0, 1.0);
    for (a, b) in a.iter().zip(b).step_by(step) {
        both += a * b;
        first += a * a;
        second += b * b;
    }
    both / (first * second).sqrt()
}

fn fade(from: &[f32], to: &[f32], out: &mut Vec<i16>) {
    let step = 1.0 / (from.len() + 1) as f32;
    let mixed = from.iter().zip(to).enumerate().map(|(n, (from, to))| {
        let share = (n + 1) as f32 * step;
        (from + (to - from) * share).round() as i16
    });
    out.extend(mixed);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voice-like buzz of `hertz`.
    fn buzz(hertz: f64, rate: u32, samples: usize) -> Vec<i16> {
        let wave = |i: usize| {
            let turn = i as f64 * hertz / f64::from(rate) * std::f64::consts::TAU;
            (1..8).map(|k| (turn * f64::from(k)).sin() / f64::from(k)).sum::<f64>() * 5_000.0
        };
        (0..samples).map(|i| wave(i) as i16).collect()
    }

    /// Largest step between neighbouring samples.
    fn roughest(sound: &[i16]) -> i32 {
        sound.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max().unwrap_or(0)
    }

    #[test]
    fn a_voice_becomes_longer_and_shorter_by_whole_periods_without_a_click() {
        for rate in [16_000, 48_000] {
            for hertz in [90.0, 120.0, 210.0] {
                let voice = buzz(hertz, rate, rate as usize);
                let frame = rate as usize / 50;
                for wish in [Wish::Shorter, Wish::Longer] {
                    let mut stretcher = Stretcher::new(rate, frame);
                    let mut out = Vec::new();
                    let change: isize = voice.chunks(frame).map(|frame| stretcher.play(frame, wish, &mut out)).sum();
                    assert_eq!(out.len() as isize, voice.len() as isize + change);
                    let share = change as f64 / voice.len() as f64;
                    match wish {
                        Wish::Shorter => assert!((-0.8..-0.2).contains(&share), "{rate} {hertz} {share}"),
                        _ => assert!((0.2..0.8).contains(&share), "{rate} {hertz} {share}"),
                    }
                    let (smooth, rough) = (roughest(&voice), roughest(&out));
                    assert!(
                        rough <= smooth * 13 / 10,
                        "{rate} Hz, {hertz} Hz, {wish:?}: a step of {rough}, {smooth} before"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_touched() {
        let voice = buzz(150.0, 16_000, 3_200);
        let (mut stretcher, mut out) = (Stretcher::new(16_000, 320), Vec::new());
        for frame in voice.chunks(320) {
            assert_eq!(stretcher.play(frame, Wish::AsIs, &mut out), 0);
        }
        assert_eq!(out, voice);
    }

    #[test]
    fn noise_has_no_period_and_stays_and_silence_gives_way_at_once() {
        let mut state = 1_u32;
        let noise: Vec<i16> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 16) as i16) / 4
        })
        .take(3_200)
        .collect();
        let (mut stretcher, mut out) = (Stretcher::new(16_000, 320), Vec::new());
        let changed = noise.chunks(320).filter(|frame| stretcher.play(frame, Wish::Shorter, &mut out) != 0).count();
        assert!(changed <= 1, "{changed} of 10 frames of noise were cut");
        let mut stretcher = Stretcher::new(16_000, 320);
        assert_eq!(stretcher.play(&[0; 320], Wish::Shorter, &mut out), -240);
        assert_eq!(stretcher.play(&[0; 320], Wish::Longer, &mut out), 240);
        assert_eq!(stretcher.play(&[0; 160], Wish::Longer, &mut out), 144);
    }

    #[test]
    fn a_voice_goes_on_in_whole_periods_and_what_comes_late_fits_on() {
        for rate in [8_000, 16_000, 48_000] {
            for hertz in [90.0, 120.0, 210.0] {
                let voice = buzz(hertz, rate, rate as usize);
                let frame = rate as usize / 100;
                let (mut stretcher, mut out) = (Stretcher::new(rate, frame), Vec::new());
                for (n, part) in voice.chunks(frame).enumerate() {
                    if n % 10 == 9 {
                        stretcher.go_on(frame, &mut out);
                    }
                    stretcher.play(part, Wish::AsIs, &mut out);
                }
                let more = (out.len() - voice.len()) as f64 / voice.len() as f64;
                assert!((0.09..0.2).contains(&more), "{rate} {hertz} {more}");
                let (smooth, rough) = (roughest(&voice), roughest(&out));
                assert!(rough <= smooth * 13 / 10, "{rate} Hz, {hertz} Hz: a step of {rough}, {smooth} before");
            }
        }
    }

    #[test]
    fn what_does_not_come_at_all_fades_away() {
        let voice = buzz(120.0, 16_000, 3_200);
        let (mut stretcher, mut out) = (Stretcher::new(16_000, 320), Vec::new());
        stretcher.play(&voice, Wish::AsIs, &mut out);
        out.clear();
        assert!(!stretcher.is_quiet() && !stretcher.has_gone_on());
        for _ in 0..10 {
            stretcher.go_on(160, &mut out);
        }
        let level = |part: &[i16]| crate::level::rms_dbfs(part);
        assert!((level(&out[..160]) - level(&voice[..160])).abs() < 3.0);
        assert!(level(&out[out.len() - 160..]) < level(&voice[..160]) - 15.0);
        assert!(stretcher.has_gone_on());
        stretcher.play(&voice[..160], Wish::AsIs, &mut out);
        assert!(!stretcher.has_gone_on());
    }

    #[test]
    fn frames_of_any_length_are_played() {
        let voice = buzz(150.0, 48_000, 9_600);
        for length in [1, 2, 3, 7, 119, 120, 480, 2_880] {
            for wish in [Wish::Shorter, Wish::Longer] {
                let (mut stretcher, mut out) = (Stretcher::new(48_000, length), Vec::new());
                for (n, frame) in voice.chunks(length).enumerate() {
                    if n % 5 == 3 {
                        stretcher.go_on(length, &mut out);
                    }
                    stretcher.play(frame, wish, &mut out);
                }
                assert!(!out.is_empty());
            }
        }
    }
}
