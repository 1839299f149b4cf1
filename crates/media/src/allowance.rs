//! The bits that a stream may take. Pure.

use std::time::Duration;

use crate::protection::BUDGET;

/// How far the average may be exceeded for a moment: what the budget gives in this time.
const SLACK: Duration = Duration::from_millis(500);

/// Bits that may be sent at present without exceeding the budget. A speaker without pauses takes more than an encoder's
/// average; then copies have to give way.
#[derive(Debug)]
pub struct Allowance {
    bits: i64,
    since: Duration,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { bits: Self::MOST, since: Duration::ZERO }
    }
}

impl Allowance {
    const MOST: i64 = BUDGET as i64 * SLACK.as_millis() as i64 / 1_000;

    /// Bytes that may be sent at `now`, a span since an origin of the caller's choice.
    pub fn bytes(&mut self, now: Duration) -> usize {
        let passed = i64::try_from(now.saturating_sub(self.since).as_micros()).unwrap_or(i64::MAX);
        self.since = now;
        let earned = passed.saturating_mul(i64::from(BUDGET)) / 1_000_000;
        self.bits = self.bits.saturating_add(earned).min(Self::MOST);
        usize::try_from(self.bits / 8).unwrap_or(0)
    }

    /// Takes what was sent off; a packet may be larger than what was left.
    pub fn spend(&mut self, bytes: usize) {
        let bits = i64::try_from(bytes * 8).unwrap_or(i64::MAX);
        self.bits = self.bits.saturating_sub(bits).max(-Self::MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_time_no_more_is_spent_than_there_is() {
        let mut allowance = Allowance::default();
        let mut spent = 0;
        for n in 0..5_000_u64 {
            let packet = 400;
            if allowance.bytes(Duration::from_millis(20 * n)) >= packet {
                allowance.spend(packet);
                spent += packet * 8;
            }
        }
        // A hundred seconds.
        assert!((6_300_000..=6_440_000).contains(&spent), "{spent} bits");
    }
}
