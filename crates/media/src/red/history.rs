use super::{Block, FARTHEST, LONGEST_COPY, MOST_COPIES, RedError, length, write};

/// Frames remembered: as far back as a copy can be at 20 ms per frame, in whole powers of two.
const FRAMES: usize = 16;
/// A copy longer than this (128 kb/s at 20 ms) is not sent again; it would not fit beside another.
const LONGEST_KEPT: usize = 320;
/// Longest payload that is made: with all headers it fits into any path's packets.
const LONGEST_PACKET: usize = 1_200;

#[derive(Debug, Clone, Copy)]
struct Past {
    timestamp: u32,
    length: usize,
    bytes: [u8; LONGEST_KEPT],
}

/// What one stream has sent lately, to be sent again with later frames. Holds everything in place: nothing is
/// allocated after it was made.
#[derive(Debug)]
pub struct History {
    past: Box<[Past; FRAMES]>,
    known: usize,
    next: usize,
}

impl Default for History {
    fn default() -> Self {
        let nothing = Past { timestamp: 0, length: 0, bytes: [0; LONGEST_KEPT] };
        Self { past: Box::new([nothing; FRAMES]), known: 0, next: 0 }
    }
}

impl History {
    /// Remembers a frame. The answer is whether it was not known before.
    pub fn remember(&mut self, timestamp: u32, payload: &[u8]) -> bool {
        let known = &self.past[..self.known];
        if payload.is_empty() || payload.len() > LONGEST_KEPT.min(LONGEST_COPY) {
            return false;
        }
        if known.iter().any(|past| past.timestamp == timestamp) {
            return false;
        }
        let slot = &mut self.past[self.next];
        (slot.timestamp, slot.length) = (timestamp, payload.len());
        slot.bytes[..payload.len()].copy_from_slice(payload);
        self.next = (self.next + 1) % FRAMES;
        self.known = (self.known + 1).min(FRAMES);
        true
    }

    /// Forgets everything, as when another stream begins.
    pub fn clear(&mut self) {
        (self.known, self.next) = (0, 0);
    }

    fn at(&self, timestamp: u32) -> Option<&[u8]> {
        let past = self.past[..self.known].iter().find(|past| past.timestamp == timestamp)?;
        Some(&past.bytes[..past.length])
    }

    /// Writes a payload whose primary block is `primary`, the frame of `timestamp`, with copies of the frames that are
    /// `offsets` clock units older, as far as they are known and fit. The answer is its length in `out`.
    ///
    /// # Errors
    /// [`RedError`] when not even the primary block can be written.
    pub fn write(
        &self,
        timestamp: u32,
        primary: &[u8],
        payload_type: u8,
        offsets: &[u32],
        out: &mut [u8],
    ) -> Result<usize, RedError> {
        let mut copies = [Block { payload_type, offset: 0, payload: &[] }; MOST_COPIES];
        let mut count = 0;
        for offset in offsets.iter().copied().filter(|offset| (1..=FARTHEST).contains(offset)) {
            let Some(payload) = self.at(timestamp.wrapping_sub(offset)) else { continue };
            let fits = length(&copies[..count], primary.len()) + payload.len() + 4 <= LONGEST_PACKET.min(out.len());
            if count < MOST_COPIES && fits && !copies[..count].iter().any(|copy| copy.offset == offset) {
                copies[count] = Block { payload_type, offset, payload };
                count += 1;
            }
        }
        let copies = &mut copies[..count];
        // Few enough that this is in place.
        copies.sort_unstable_by_key(|copy| std::cmp::Reverse(copy.offset));
        write(copies, Block { payload_type, offset: 0, payload: primary }, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::red::parse;

    #[test]
    fn a_frame_goes_out_again_at_the_distances_asked_for() {
        let mut history = History::default();
        let mut out = [0; 1_500];
        for n in 0..40_u32 {
            let frame = [n as u8; 50];
            let timestamp = (u32::MAX - 9_600).wrapping_add(n * 960);
            let written = history.write(timestamp, &frame, 111, &[960, 3 * 960], &mut out).unwrap();
            let blocks = parse(&out[..written]).unwrap();
            let sent: Vec<(u32, u8)> = blocks.copies().iter().map(|copy| (copy.offset, copy.payload[0])).collect();
            let expected: Vec<(u32, u8)> =
                [3, 1].into_iter().filter(|d| *d <= n).map(|d| (d * 960, (n - d) as u8)).collect();
            assert_eq!(sent, expected);
            history.remember(timestamp, &frame);
        }
    }

    #[test]
    fn a_frame_is_remembered_once_and_a_huge_one_not_at_all() {
        let mut history = History::default();
        history.remember(960, &[1; 20]);
        history.remember(960, &[2; 20]);
        history.remember(1_920, &[3; 400]);
        let mut out = [0; 1_500];
        let written = history.write(2_880, &[4; 20], 111, &[960, 1_920, 1_920], &mut out).unwrap();
        let blocks = parse(&out[..written]).unwrap();
        assert_eq!(blocks.copies().iter().map(|copy| copy.payload).collect::<Vec<_>>(), [&[1; 20]]);
        history.clear();
        assert_eq!(history.write(2_880, &[4; 20], 111, &[1_920], &mut out), Ok(21));
    }

    #[test]
    fn copies_that_would_make_the_packet_too_long_are_left_out() {
        let mut history = History::default();
        for n in 0..6 {
            history.remember(n * 960, &[0; 300]);
        }
        let mut out = [0; 1_500];
        let offsets: Vec<u32> = (1..=6).map(|n| n * 960).collect();
        let written = history.write(6 * 960, &[0; 300], 111, &offsets, &mut out).unwrap();
        assert_eq!(parse(&out[..written]).unwrap().copies().len(), 2);
        assert!(written <= LONGEST_PACKET);
    }
}
