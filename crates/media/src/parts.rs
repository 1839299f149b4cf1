//! Cuts a long channel into parts that a speech engine takes, in pauses of speech where there are any. Pure.

use std::time::Duration;

use crate::{
    frame::{FRAME_20, samples, span},
    level,
};

/// From this length on a part ends in the next pause.
const WANTED: Duration = Duration::from_secs(8 * 60);
/// A part is never longer; it then ends in the quietest place since [`WANTED`].
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// Frames of 20 ms that make a pause (400 ms).
const PAUSE: usize = 20;
/// Nobody speaks in a frame below this level.
const QUIET_DBFS: f32 = -45.0;

/// A stretch of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From the start of the channel.
    pub start: Duration,
    /// Mono, at the rate of the [`PartCutter`].
    pub pcm: Vec<i16>,
}

/// Takes samples in any portions and gives parts of ten minutes at most.
#[derive(Debug, Clone)]
pub struct PartCutter {
    rate: u32,
    frame: usize,
    /// Samples before the part that is being collected.
    cut: u64,
    pcm: Vec<i16>,
    /// Samples of `pcm` whose level has been looked at.
    seen: usize,
    /// Quiet frames in a row up to `seen`.
    quiet: usize,
    /// Place of the quietest frame since [`WANTED`], and its level.
    quietest: Option<(usize, f32)>,
}

impl PartCutter {
    /// `rate` in hertz.
    pub fn new(rate: u32) -> Self {
        let frame = samples(rate, FRAME_20).max(1);
        Self { rate, frame, cut: 0, pcm: Vec::new(), seen: 0, quiet: 0, quietest: None }
    }

    /// Takes samples; the answer is the part that ended in them, if one did. Portions of more than ten minutes are not
    /// cut again before the next call.
    pub fn push(&mut self, pcm: &[i16]) -> Option<Part> {
        self.pcm.extend_from_slice(pcm);
        while let Some(frame) = self.pcm.get(self.seen..self.seen + self.frame) {
            let level = level::rms_dbfs(frame);
            let middle = self.seen + self.frame / 2;
            self.seen += self.frame;
            self.quiet = if level < QUIET_DBFS { self.quiet + 1 } else { 0 };
            if self.seen < samples(self.rate, WANTED) {
                continue;
            }
            if self.quietest.is_none_or(|(_, least)| level < least) {
                self.quietest = Some((middle, level));
            }
            if self.quiet >= PAUSE {
                return Some(self.take(self.seen - self.frame * (PAUSE / 2)));
            }
            if self.seen >= samples(self.rate, LONGEST) {
                return Some(self.take(self.quietest.map_or(self.seen, |(place, _)| place)));
            }
        }
        None
    }

    /// What is left at the end of the channel.
    pub fn finish(mut self) -> Option<Part> {
        let rest = self.pcm.len();
        (rest > 0).then(|| self.take(rest))
    }

    fn take(&mut self, length: usize) -> Part {
        let rest = self.pcm.split_off(length);
        let part = Part { start: span(self.rate, self.cut), pcm: std::mem::replace(&mut self.pcm, rest) };
        self.cut += length as u64;
        (self.seen, self.quiet, self.quietest) = (0, 0, None);
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 8_000;

    /// Speech-like noise with a pause of half a second every `every` seconds; no pause when that is zero.
    fn talk(seconds: usize, every: usize) -> Vec<i16> {
        let rate = RATE as usize;
        (0..seconds * rate)
            .map(|i| {
                let paused = every > 0 && i % (every * rate) < rate / 2;
                if paused { 0 } else { ((i * 7_919) % 16_001) as i16 - 8_000 }
            })
            .collect()
    }

    fn cut(pcm: &[i16]) -> Vec<Part> {
        let mut cutter = PartCutter::new(RATE);
        let mut parts: Vec<Part> = pcm.chunks(160).filter_map(|chunk| cutter.push(chunk)).collect();
        parts.extend(cutter.finish());
        parts
    }

    #[test]
    fn a_short_channel_is_one_part_and_an_empty_one_none() {
        let pcm = talk(30, 3);
        assert_eq!(cut(&pcm), [Part { start: Duration::ZERO, pcm }]);
        assert_eq!(cut(&[]), []);
    }

    #[test]
    fn a_long_channel_is_cut_in_pauses_and_nothing_is_lost_or_doubled() {
        let pcm = talk(45 * 60, 7);
        let parts = cut(&pcm);
        assert!(parts.len() >= 5, "{} parts", parts.len());
        let mut at = 0;
        for part in &parts {
            assert_eq!(part.start, span(RATE, at as u64));
            assert!(part.pcm.len() <= samples(RATE, LONGEST));
            at += part.pcm.len();
            if at < pcm.len() {
                assert_eq!(pcm[at - 800..at + 800], [0; 1_600], "cut in speech at {at}");
            }
        }
        assert_eq!(parts.concat_pcm(), pcm);
    }

    #[test]
    fn speech_without_a_pause_is_cut_at_the_limit() {
        let pcm = talk(25 * 60, 0);
        let parts = cut(&pcm);
        assert!(parts.iter().all(|part| part.pcm.len() <= samples(RATE, LONGEST)));
        assert_eq!(parts.concat_pcm(), pcm);
    }

    trait Concat {
        fn concat_pcm(&self) -> Vec<i16>;
    }

    impl Concat for Vec<Part> {
        fn concat_pcm(&self) -> Vec<i16> {
            self.iter().flat_map(|part| part.pcm.iter().copied()).collect()
        }
    }
}
