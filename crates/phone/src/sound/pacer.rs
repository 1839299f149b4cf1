use std::time::Duration;

/// Fallen behind by more than this, missed periods are dropped and not made up in a burst.
const FORGET_AFTER: Duration = Duration::from_millis(200);

/// Divides time into periods for sound that no device clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pacer {
    next: Duration,
    period: Duration,
}

impl Pacer {
    pub(crate) const fn new(period: Duration, now: Duration) -> Self {
        Self { next: now, period }
    }

    /// Whether a period begins; ask again until it says no.
    pub(crate) fn due(&mut self, now: Duration) -> bool {
        if now < self.next {
            return false;
        }
        if now - self.next > FORGET_AFTER {
            self.next = now;
        }
        self.next += self.period;
        true
    }

    pub(crate) const fn next(&self) -> Duration {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_do_not_drift_and_a_long_stall_is_not_made_up() {
        let ms = Duration::from_millis;
        let mut pacer = Pacer::new(ms(20), ms(0));
        let mut count = 0;
        for now in (0..=1_000).step_by(7) {
            while pacer.due(ms(now)) {
                count += 1;
            }
        }
        assert_eq!(count, 50);
        assert!(pacer.due(ms(5_000)));
        assert!(!pacer.due(ms(5_000)));
        assert_eq!(pacer.next(), ms(5_020));
    }
}
