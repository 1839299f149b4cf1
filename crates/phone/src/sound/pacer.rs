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

    /// When a period began that has not been taken yet; ask again until there is none. Whoever asks late gets the times
    /// at which it should have asked.
    pub(crate) fn due(&mut self, now: Duration) -> Option<Duration> {
        if now < self.next {
            return None;
        }
        if now - self.next > FORGET_AFTER {
            self.next = now;
        }
        let began = self.next;
        self.next += self.period;
        Some(began)
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
        let mut began = Vec::new();
        for now in (0..=1_000).step_by(7) {
            began.extend(std::iter::from_fn(|| pacer.due(ms(now))));
        }
        assert_eq!(began, (0..50).map(|n| ms(20 * n)).collect::<Vec<_>>());
        assert_eq!(pacer.due(ms(5_000)), Some(ms(5_000)));
        assert_eq!(pacer.due(ms(5_000)), None);
        assert_eq!(pacer.next(), ms(5_020));
    }
}
