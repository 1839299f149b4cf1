//! The wait of a carrier's voice between its arrival and its turn. Pure.
//!
//! Carriers send over TCP: nothing is lost or out of order, but it may come in bursts. The wait finds its own length: a
//! turn that finds too little is made up, and what then comes late stays ahead by that much; when more has been waiting
//! for two seconds than was ever needed, a quiet frame is left out.

use std::collections::VecDeque;

use media::level;

/// Turns between looks at the wait: two seconds.
const WINDOW: u32 = 100;
/// Frames that may always wait (20 ms) before they count as too much.
const SLACK: usize = 1;
/// Beyond half a second the oldest is thrown away at once, down to 60 ms.
const MOST: usize = 25;
const AFTER_FLOOD: usize = 3;
/// Frames up to this level are left out without being missed.
const QUIET_DBFS: f32 = -45.0;
/// Frames of which this much too much (100 ms) is left out even in speech.
const URGENT: usize = 5;

#[derive(Debug)]
pub(super) struct Fifo {
    /// Samples in 20 ms.
    frame: usize,
    samples: VecDeque<i16>,
    last: Box<[i16]>,
    /// Turns in a row without a frame; `u32::MAX` before the first one came.
    missed: u32,
    lowest: usize,
    turns: u32,
    surplus: usize,
    /// Frames.
    pub(super) concealed: u64,
    /// Samples.
    pub(super) dropped: u64,
}

impl Fifo {
    /// `frame`: samples in 20 ms.
    pub(super) fn new(frame: usize) -> Self {
        Self {
            frame,
            samples: VecDeque::with_capacity(2 * MOST * frame),
            last: vec![0; frame].into(),
            missed: u32::MAX,
            lowest: usize::MAX,
            turns: 0,
            surplus: 0,
            concealed: 0,
            dropped: 0,
        }
    }

    /// Samples in 20 ms.
    pub(super) const fn frame(&self) -> usize {
        self.frame
    }

    pub(super) fn push(&mut self, samples: impl Iterator<Item = i16>) {
        self.samples.extend(samples);
        if self.samples.len() > MOST * self.frame {
            let surplus = self.samples.len() - AFTER_FLOOD * self.frame;
            self.samples.drain(..surplus);
            self.dropped += surplus as u64;
        }
    }

    /// Waiting audio in milliseconds.
    pub(super) fn depth_ms(&self) -> usize {
        self.samples.len() * 20 / self.frame
    }

    /// The samples of this turn, one frame; true when they came from the carrier.
    pub(super) fn pull(&mut self, out: &mut [i16]) -> bool {
        if self.samples.len() < self.frame {
            return self.make_up(out);
        }
        self.take(out);
        while self.surplus >= self.frame
            && self.samples.len() >= self.frame
            && (self.surplus >= URGENT * self.frame || level::rms_dbfs(out) < QUIET_DBFS)
        {
            self.surplus -= self.frame;
            self.dropped += self.frame as u64;
            self.take(out);
        }
        self.missed = 0;
        self.last.copy_from_slice(out);
        self.watch();
        true
    }

    fn take(&mut self, out: &mut [i16]) {
        let (first, second) = self.samples.as_slices();
        let (head, tail) = out[..self.frame].split_at_mut(first.len().min(self.frame));
        head.copy_from_slice(&first[..head.len()]);
        tail.copy_from_slice(&second[..tail.len()]);
        self.samples.drain(..self.frame);
    }

    /// The frame before once more, at half its strength; then silence.
    fn make_up(&mut self, out: &mut [i16]) -> bool {
        // A carrier sends all the time, so that each turn without a frame is a gap, however long it lasts.
        if self.missed != u32::MAX {
            self.concealed += 1;
        }
        if self.missed == 0 {
            for (sample, last) in out.iter_mut().zip(&self.last) {
                *sample = last / 2;
            }
        } else {
            out.fill(0);
        }
        self.missed = self.missed.saturating_add(1);
        (self.lowest, self.turns, self.surplus) = (usize::MAX, 0, 0);
        false
    }

    fn watch(&mut self) {
        self.lowest = self.lowest.min(self.samples.len());
        self.turns += 1;
        if self.turns == WINDOW {
            self.surplus = self.lowest.saturating_sub(SLACK * self.frame);
            (self.lowest, self.turns) = (usize::MAX, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Of G.711, and of a wide carrier.
    const FRAMES: [usize; 2] = [160, 320];

    fn constant(sample: i16, count: usize) -> impl Iterator<Item = i16> {
        std::iter::repeat_n(sample, count)
    }

    #[test]
    fn chunks_of_any_size_come_out_as_frames_of_20_ms() {
        for frame in FRAMES {
            let mut fifo = Fifo::new(frame);
            let voice: Vec<i16> = (0..1_600).map(|i| ((f64::from(i) * 0.2).sin() * 8_000.0) as i16).collect();
            for chunk in voice.chunks(70) {
                fifo.push(chunk.iter().copied());
            }
            let mut heard = Vec::new();
            let mut out = vec![0; frame];
            while fifo.pull(&mut out) {
                heard.extend_from_slice(&out);
            }
            assert_eq!(heard, voice, "{frame}");
        }
    }

    #[test]
    fn one_missing_frame_is_made_up_and_then_it_is_silent() {
        for frame in FRAMES {
            let mut fifo = Fifo::new(frame);
            fifo.push(constant(8_000, frame));
            let mut out = vec![0; frame];
            assert!(fifo.pull(&mut out));
            assert!(!fifo.pull(&mut out));
            assert_eq!(out, vec![4_000; frame]);
            assert!(!fifo.pull(&mut out));
            assert_eq!((out, fifo.concealed), (vec![0; frame], 2));
        }
    }

    #[test]
    fn a_burst_after_a_stall_is_worked_off_in_silence() {
        for frame in FRAMES {
            let mut fifo = Fifo::new(frame);
            fifo.push(constant(0, 10 * frame));
            assert_eq!(fifo.depth_ms(), 200);
            let mut out = vec![0; frame];
            for _ in 0..150 {
                fifo.push(constant(0, frame));
                fifo.pull(&mut out);
            }
            assert!(fifo.depth_ms() <= 40, "{} ms wait", fifo.depth_ms());
            assert_eq!(fifo.concealed, 0);
        }
    }

    #[test]
    fn speech_is_not_cut_for_a_small_surplus() {
        for frame in FRAMES {
            let mut fifo = Fifo::new(frame);
            fifo.push(constant(9_000, 4 * frame));
            let mut out = vec![0; frame];
            for _ in 0..500 {
                fifo.push(constant(9_000, frame));
                fifo.pull(&mut out);
            }
            assert_eq!(fifo.dropped, 0);
        }
    }

    proptest! {
        #[test]
        fn the_wait_is_bounded_whatever_comes(
            frame in prop::sample::select(FRAMES.to_vec()), chunks in proptest::collection::vec(0_usize..3_000, 0..300),
        ) {
            let mut fifo = Fifo::new(frame);
            let mut out = vec![0; frame];
            for chunk in chunks {
                fifo.push(constant(-5_000, chunk));
                fifo.pull(&mut out);
                prop_assert!(fifo.depth_ms() <= 500);
            }
        }
    }
}
