//! Sequence numbers and timestamps of what one device is sent. Pure.
//!
//! A device hears one RTP stream for its whole life, whatever it is made of: packets that we encode on our own clock,
//! and packets of another device passed on with their gaps.

use crate::port::PortId;

/// 20 ms at 48 kHz.
pub(super) const FRAME: u64 = 960;
/// 10 ms at 48 kHz.
pub(super) const SHORT_FRAME: u64 = FRAME / 2;
/// A sender that is this far off our clock (1 s), or whose numbers jump this far, has started anew.
const FAR_TIME: u64 = 48_000;
const FAR_SEQ: u64 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) seq: u64,
    pub(super) time: u32,
    pub(super) marker: bool,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    from: PortId,
    seq_in: u64,
    seq_out: u64,
    time_in: u64,
    time_out: u64,
    last_in: u64,
}

#[derive(Debug)]
pub(super) struct Numbering {
    next_seq: u64,
    /// Where what was sent last ends.
    end: Option<u64>,
    anchor: Option<Anchor>,
}

impl Default for Numbering {
    fn default() -> Self {
        // Below 2^16, so that the receiver's rollover counter starts at zero too (RFC 3711 section 3.3.1).
        Self { next_seq: 1_000, end: None, anchor: None }
    }
}

impl Numbering {
    fn start_at(&self, clock: u64) -> u64 {
        self.end.map_or(clock, |end| clock.max(end))
    }

    /// For a frame of ours that is `length` long. `clock`: time since the start. Both at 48 kHz.
    pub(super) fn paced(&mut self, clock: u64, length: u64) -> Numbers {
        let switched = self.anchor.take().is_some();
        let time = self.start_at(clock);
        let marker = switched || self.end.is_none_or(|end| time > end);
        let seq = self.next_seq;
        self.next_seq += 1;
        self.end = Some(time + length);
        Numbers { seq, time: time as u32, marker }
    }

    /// For a packet of `from` that is passed on. `None` when a later one was passed on already.
    pub(super) fn forwarded(&mut self, from: PortId, seq_in: u64, time_in: u64, clock: u64) -> Option<Numbers> {
        let goes_on = |anchor: &Anchor| {
            let time = (anchor.time_out + time_in).wrapping_sub(anchor.time_in);
            anchor.from == from && seq_in.abs_diff(anchor.last_in) < FAR_SEQ && time.abs_diff(clock) < FAR_TIME
        };
        let (anchor, marker) = match self.anchor {
            Some(anchor) if goes_on(&anchor) => {
                if seq_in <= anchor.last_in {
                    return None;
                }
                (anchor, false)
            }
            _ => {
                let time_out = self.start_at(clock);
                (Anchor { from, seq_in, seq_out: self.next_seq, time_in, time_out, last_in: seq_in }, true)
            }
        };
        let seq = anchor.seq_out + (seq_in - anchor.seq_in);
        let time = (anchor.time_out + time_in).saturating_sub(anchor.time_in);
        self.next_seq = seq + 1;
        // Of a packet that is passed on only the longest usual length is known.
        self.end = Some(self.end.unwrap_or(0).max(time + FRAME));
        self.anchor = Some(Anchor { last_in: seq_in, ..anchor });
        Some(Numbers { seq, time: time as u32, marker })
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::LegId;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn port(n: u128) -> PortId {
        PortId::Carrier(LegId::new(Uuid::from_u128(n)))
    }

    #[test]
    fn gaps_of_the_sender_are_passed_on_and_old_packets_are_not() {
        let mut numbering = Numbering::default();
        let first = numbering.forwarded(port(1), 500, 7_000, 96_000).unwrap();
        assert_eq!(first, Numbers { seq: 1_000, time: 96_000, marker: true });
        let later = numbering.forwarded(port(1), 503, 7_000 + 3 * 960, 98_900).unwrap();
        assert_eq!(later, Numbers { seq: 1_003, time: 96_000 + 3 * 960, marker: false });
        assert_eq!(numbering.forwarded(port(1), 502, 7_000 + 2 * 960, 98_900), None);
    }

    #[test]
    fn a_pause_moves_the_time_but_not_the_sequence() {
        let mut numbering = Numbering::default();
        numbering.paced(960, FRAME);
        assert_eq!(numbering.paced(1_920, FRAME), Numbers { seq: 1_001, time: 1_920, marker: false });
        assert_eq!(numbering.paced(96_000, FRAME), Numbers { seq: 1_002, time: 96_000, marker: true });
    }

    #[test]
    fn short_packets_follow_one_another_and_long_ones() {
        let mut numbering = Numbering::default();
        numbering.paced(960, SHORT_FRAME);
        assert_eq!(numbering.paced(1_440, SHORT_FRAME), Numbers { seq: 1_001, time: 1_440, marker: false });
        assert_eq!(numbering.paced(1_920, FRAME), Numbers { seq: 1_002, time: 1_920, marker: false });
        assert_eq!(numbering.paced(2_880, SHORT_FRAME), Numbers { seq: 1_003, time: 2_880, marker: false });
    }

    proptest! {
        /// Whatever the sources do, sequence numbers and times of the one outgoing stream only grow.
        #[test]
        fn the_stream_only_grows(steps in proptest::collection::vec((0_u8..4, 0_u64..5, 0_u64..3_000), 1..200)) {
            let mut numbering = Numbering::default();
            let mut last: Option<Numbers> = None;
            let mut inputs = [(100_u64, 1_000_u64), (65_000, 9_000_000), (3, 77)];
            for (step, (kind, lost, drift)) in steps.into_iter().enumerate() {
                let clock = step as u64 * FRAME + 100_000;
                let numbers = if let Some((seq, time)) = inputs.get_mut(usize::from(kind)) {
                    *seq += 1 + lost;
                    *time += FRAME * (1 + lost) + drift;
                    numbering.forwarded(port(u128::from(kind)), *seq, *time, clock)
                } else {
                    Some(numbering.paced(clock, if drift % 2 == 0 { FRAME } else { SHORT_FRAME }))
                };
                if let (Some(now), Some(before)) = (numbers, last) {
                    prop_assert!(now.seq > before.seq, "{:?} after {:?}", now, before);
                    prop_assert!(now.time > before.time, "{:?} after {:?}", now, before);
                }
                last = numbers.or(last);
            }
        }
    }
}
