//! RTP sequence numbers and timestamps without wrap-around, and how many packets went missing (RFC 3550 appendix A.1).

/// Turns wrapping 16-bit sequence numbers into growing 64-bit ones. A step of more than half the range counts as
/// backwards.
#[derive(Debug, Clone, Copy, Default)]
pub struct SeqUnwrap(Unwrap);

impl SeqUnwrap {
    pub fn extend(&mut self, seq: u16) -> u64 {
        self.0.extend(u64::from(seq), 16)
    }
}

/// Turns wrapping 32-bit timestamps into growing 64-bit ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimestampUnwrap(Unwrap);

impl TimestampUnwrap {
    pub fn extend(&mut self, timestamp: u32) -> u64 {
        self.0.extend(u64::from(timestamp), 32)
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Unwrap {
    highest: Option<u64>,
}

impl Unwrap {
    fn extend(&mut self, value: u64, bits: u32) -> u64 {
        let modulus = 1_u64 << bits;
        let Some(highest) = self.highest else {
            // One whole cycle of head-room, so that a packet from before the first one has a place.
            let first = modulus + value;
            self.highest = Some(first);
            return first;
        };
        let forward = value.wrapping_sub(highest) & (modulus - 1);
        if forward < modulus / 2 {
            let extended = highest + forward;
            self.highest = Some(extended);
            extended
        } else {
            highest.saturating_sub(modulus - forward)
        }
    }
}

/// Counts what arrived against what was sent, from extended sequence numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reception {
    first: Option<u64>,
    highest: u64,
    received: u64,
    interval_expected: u64,
    interval_received: u64,
}

impl Reception {
    pub fn record(&mut self, seq: u64) {
        self.first.get_or_insert(seq);
        self.highest = self.highest.max(seq);
        self.received += 1;
    }

    pub fn received(&self) -> u64 {
        self.received
    }

    /// The newest that came.
    pub fn highest(&self) -> u64 {
        self.highest
    }

    /// How many must have been sent from the first that came to the newest.
    pub fn expected(&self) -> u64 {
        self.first.map_or(0, |first| self.highest.saturating_sub(first) + 1)
    }

    /// Share of packets missing since the last call, 0 to 1. Late packets of an earlier interval can make an interval
    /// read better than it was, never below 0.
    pub fn take_loss_fraction(&mut self) -> f32 {
        let expected = self.expected() - self.interval_expected;
        let received = self.received - self.interval_received;
        (self.interval_expected, self.interval_received) = (self.expected(), self.received);
        if expected == 0 { 0.0 } else { expected.saturating_sub(received) as f32 / expected as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_sequence_number_goes_on_upwards_and_an_old_one_falls_back() {
        let mut unwrap = SeqUnwrap::default();
        let first = unwrap.extend(65_534);
        assert_eq!(unwrap.extend(1), first + 3);
        assert_eq!(unwrap.extend(65_535), first + 1);
        assert_eq!(unwrap.extend(2), first + 4);
    }

    #[test]
    fn loss_is_counted_per_interval() {
        let mut reception = Reception::default();
        for seq in [10, 11, 13, 14] {
            reception.record(seq);
        }
        assert!((reception.take_loss_fraction() - 0.2).abs() < 1e-6);
        reception.record(15);
        assert_eq!(reception.take_loss_fraction(), 0.0);
    }
}
