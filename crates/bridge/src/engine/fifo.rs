//! The wait of a carrier's voice between its arrival and its turn. Pure.
//!
//! Carriers send over TCP: nothing is lost or out of order, but it may come in bursts. The wait finds its own length: a
//! turn that finds too little is made up, and what then comes late stays ahead by that much; when more has been waiting
//! for two seconds than was ever needed, a quiet frame is left out.

use std::collections::VecDeque;

use media::{g711::Law, level};

use crate::port::FRAME_BYTES;

/// Turns between looks at the wait: two seconds.
const WINDOW: u32 = 100;
/// That much may always wait (20 ms) before it counts as too much.
const SLACK: usize = 160;
/// Beyond half a second the oldest is thrown away at once, down to 60 ms.
const MOST: usize = 4_000;
const AFTER_FLOOD: usize = 480;
/// Frames up to this level are left out without being missed.
const QUIET_DBFS: f32 = -45.0;
/// This much too much (100 ms) is left out even in speech.
const URGENT: usize = 800;

#[derive(Debug)]
pub(super) struct Fifo {
    law: Law,
    bytes: VecDeque<u8>,
    last: [i16; FRAME_BYTES],
    /// Turns in a row without a frame; `u32::MAX` before the first one came.
    missed: u32,
    lowest: usize,
    turns: u32,
    surplus: usize,
    pub(super) concealed: u64,
    pub(super) dropped: u64,
}

impl Fifo {
    pub(super) fn new(law: Law) -> Self {
        Self {
            law,
            bytes: VecDeque::with_capacity(2 * MOST),
            last: [0; FRAME_BYTES],
            missed: u32::MAX,
            lowest: usize::MAX,
            turns: 0,
            surplus: 0,
            concealed: 0,
            dropped: 0,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        if self.bytes.len() > MOST {
            let surplus = self.bytes.len() - AFTER_FLOOD;
            self.bytes.drain(..surplus);
            self.dropped += surplus as u64;
        }
    }

    /// Waiting audio in milliseconds.
    pub(super) fn depth_ms(&self) -> usize {
        self.bytes.len() / 8
    }

    /// The samples of this turn; true when they came from the carrier.
    pub(super) fn pull(&mut self, out: &mut [i16; FRAME_BYTES]) -> bool {
        if self.bytes.len() < FRAME_BYTES {
            return self.make_up(out);
        }
        self.take(out);
        while self.surplus >= FRAME_BYTES
            && self.bytes.len() >= FRAME_BYTES
            && (self.surplus >= URGENT || level::rms_dbfs(out) < QUIET_DBFS)
        {
            self.surplus -= FRAME_BYTES;
            self.dropped += FRAME_BYTES as u64;
            self.take(out);
        }
        self.missed = 0;
        self.last = *out;
        self.watch();
        true
    }

    fn take(&mut self, out: &mut [i16; FRAME_BYTES]) {
        for (sample, byte) in out.iter_mut().zip(self.bytes.drain(..FRAME_BYTES)) {
            *sample = self.law.decode(byte);
        }
    }

    /// The frame before once more, at half its strength; then silence.
    fn make_up(&mut self, out: &mut [i16; FRAME_BYTES]) -> bool {
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
        self.lowest = self.lowest.min(self.bytes.len());
        self.turns += 1;
        if self.turns == WINDOW {
            self.surplus = self.lowest.saturating_sub(SLACK);
            (self.lowest, self.turns) = (usize::MAX, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fifo() -> Fifo {
        Fifo::new(Law::Pcmu)
    }

    #[test]
    fn chunks_of_any_size_come_out_as_frames_of_20_ms() {
        let mut fifo = fifo();
        let voice: Vec<i16> = (0..1_600).map(|i| ((f64::from(i) * 0.2).sin() * 8_000.0) as i16).collect();
        let coded: Vec<u8> = voice.iter().map(|s| Law::Pcmu.encode(*s)).collect();
        for chunk in coded.chunks(70) {
            fifo.push(chunk);
        }
        let mut heard = Vec::new();
        let mut out = [0; FRAME_BYTES];
        while fifo.pull(&mut out) {
            heard.extend(out);
        }
        assert_eq!(heard, coded.iter().map(|b| Law::Pcmu.decode(*b)).collect::<Vec<_>>());
    }

    #[test]
    fn one_missing_frame_is_made_up_and_then_it_is_silent() {
        let mut fifo = fifo();
        fifo.push(&[Law::Pcmu.encode(8_000); FRAME_BYTES]);
        let mut out = [0; FRAME_BYTES];
        assert!(fifo.pull(&mut out));
        let level = out[0];
        assert!(!fifo.pull(&mut out));
        assert_eq!(out, [level / 2; FRAME_BYTES]);
        assert!(!fifo.pull(&mut out));
        assert_eq!((out, fifo.concealed), ([0; FRAME_BYTES], 2));
    }

    #[test]
    fn a_burst_after_a_stall_is_worked_off_in_silence() {
        let mut fifo = fifo();
        fifo.push(&[0xFF; 10 * FRAME_BYTES]);
        let mut out = [0; FRAME_BYTES];
        for _ in 0..150 {
            fifo.push(&[0xFF; FRAME_BYTES]);
            fifo.pull(&mut out);
        }
        assert!(fifo.depth_ms() <= 40, "{} ms wait", fifo.depth_ms());
        assert_eq!(fifo.concealed, 0);
    }

    #[test]
    fn speech_is_not_cut_for_a_small_surplus() {
        let mut fifo = fifo();
        let loud = [Law::Pcmu.encode(9_000); FRAME_BYTES];
        for _ in 0..4 {
            fifo.push(&loud);
        }
        let mut out = [0; FRAME_BYTES];
        for _ in 0..500 {
            fifo.push(&loud);
            fifo.pull(&mut out);
        }
        assert_eq!(fifo.dropped, 0);
    }

    proptest! {
        #[test]
        fn the_wait_is_bounded_whatever_comes(chunks in proptest::collection::vec(0_usize..3_000, 0..300)) {
            let mut fifo = fifo();
            let mut out = [0; FRAME_BYTES];
            for chunk in chunks {
                fifo.push(&vec![0x80; chunk]);
                fifo.pull(&mut out);
                prop_assert!(fifo.depth_ms() <= 500);
            }
        }
    }
}
