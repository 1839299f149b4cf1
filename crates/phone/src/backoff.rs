//! Waits between tries that grow and are spread, so that many phones do not come back in one moment.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    tries: u32,
}

impl Backoff {
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, tries: 0 }
    }

    /// The next wait: twice the one before, at most `longest`, and shortened by up to half. `random` is 0 to 1.
    pub fn next(&mut self, random: f64) -> Duration {
        let doubled = self.first.saturating_mul(1_u32 << self.tries.min(16));
        self.tries = self.tries.saturating_add(1);
        doubled.min(self.longest).mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0))
    }

    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_start_over_after_success() {
        let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(8));
        let waits: Vec<u64> = (0..6).map(|_| backoff.next(1.0).as_millis() as u64).collect();
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000]);
        backoff.reset();
        assert_eq!(backoff.next(0.0), Duration::from_millis(250));
    }

    #[test]
    fn a_thousand_failures_do_not_overflow() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        for _ in 0..1_000 {
            assert!(backoff.next(0.5) <= Duration::from_secs(30));
        }
    }
}
