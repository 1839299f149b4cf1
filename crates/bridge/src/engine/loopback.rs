//! A device that hears itself after a while, so that a person can find out how they sound. Pure.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// A loop that nobody ended ends by itself.
const LONGEST: Duration = Duration::from_secs(60);
/// Packets that are held back at most: five seconds of the smallest, and some.
const MOST: usize = 640;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) seq: u64,
    pub(super) time: u64,
    pub(super) payload: Arc<[u8]>,
    due: Instant,
}

#[derive(Debug)]
pub(super) struct Loopback {
    delay: Duration,
    until: Instant,
    held: VecDeque<Held>,
}

impl Loopback {
    pub(super) fn new(delay: Duration, now: Instant) -> Self {
        Self { delay, until: now + LONGEST, held: VecDeque::new() }
    }

    pub(super) const fn delay(&self) -> Duration {
        self.delay
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.until
    }

    pub(super) fn hold(&mut self, seq: u64, time: u64, payload: &Arc<[u8]>, now: Instant) {
        if self.held.len() >= MOST {
            self.held.pop_front();
        }
        self.held.push_back(Held { seq, time, payload: Arc::clone(payload), due: now + self.delay });
    }

    /// The next packet whose time has come.
    pub(super) fn take(&mut self, now: Instant) -> Option<Held> {
        self.held.pop_front_if(|held| held.due <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_back_in_order_after_the_delay() {
        let (start, ms) = (Instant::now(), Duration::from_millis);
        let mut looped = Loopback::new(ms(100), start);
        let payload: Arc<[u8]> = Arc::from([1, 2, 3]);
        looped.hold(1, 960, &payload, start);
        looped.hold(2, 1_920, &payload, start + ms(20));
        assert_eq!(looped.take(start + ms(99)), None);
        assert_eq!(looped.take(start + ms(110)).map(|held| held.seq), Some(1));
        assert_eq!(looped.take(start + ms(110)), None);
        assert_eq!(looped.take(start + ms(120)).map(|held| held.seq), Some(2));
    }

    #[test]
    fn a_flood_is_bounded_and_a_forgotten_loop_ends() {
        let start = Instant::now();
        let mut looped = Loopback::new(Duration::from_secs(5), start);
        let payload: Arc<[u8]> = Arc::from([0]);
        (0..10_000).for_each(|seq| looped.hold(seq, seq, &payload, start));
        assert_eq!(looped.held.len(), MOST);
        assert!(!looped.is_over(start + Duration::from_secs(59)));
        assert!(looped.is_over(start + LONGEST));
    }
}
