//! The grid that everything is played on: turns of 20 ms in two halves. Pure.

use std::time::Duration;

/// Half a turn: the first of its two halves is for those who are sent packets of 10 ms.
pub(super) const HALF: Duration = Duration::from_millis(10);
pub(super) const TICK: Duration = Duration::from_millis(20);
/// More halves than this are not made up for one by one.
const MAX_BEHIND: u64 = 10;

/// Which half is next. Half `n` is due at `n` times 10 ms after the start, whenever the one before was carried out, so
/// that small delays do not add up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Grid {
    next: u64,
}

impl Grid {
    /// When the next half is due.
    pub(super) fn due(self) -> Duration {
        HALF * u32::try_from(self.next).unwrap_or(u32::MAX)
    }

    /// When the next second half is due, with which a turn ends.
    pub(super) fn end_due(self) -> Duration {
        HALF * u32::try_from(self.next | 1).unwrap_or(u32::MAX)
    }

    /// After a time without turns: forget those that were not needed.
    pub(super) fn resume(&mut self, now: Duration) {
        self.next = self.next.max((now.as_micros().div_ceil(HALF.as_micros())) as u64);
    }

    /// The next half when it is due at `now`; the second figure is how many were left out before it.
    pub(super) fn take(&mut self, now: Duration) -> Option<(u64, u64)> {
        let current = (now.as_micros() / HALF.as_micros()) as u64;
        if current < self.next {
            return None;
        }
        let behind = current - self.next;
        let skipped = if behind > MAX_BEHIND { behind } else { 0 };
        let half = self.next + skipped;
        self.next = half + 1;
        Some((half, skipped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn late_halves_do_not_shift_the_later_ones() {
        let mut grid = Grid::default();
        grid.resume(ms(1));
        assert_eq!(grid.due(), ms(10));
        assert_eq!(grid.take(ms(9)), None);
        assert_eq!(grid.take(ms(14)), Some((1, 0)));
        assert_eq!((grid.due(), grid.end_due()), (ms(20), ms(30)));
        assert_eq!(grid.take(ms(31)), Some((2, 0)));
        assert_eq!(grid.take(ms(31)), Some((3, 0)));
        assert_eq!(grid.take(ms(31)), None);
    }

    #[test]
    fn after_a_long_stall_the_missed_halves_are_skipped_and_reported() {
        let mut grid = Grid::default();
        assert_eq!(grid.take(ms(0)), Some((0, 0)));
        assert_eq!(grid.take(ms(1_000)), Some((100, 99)));
        assert_eq!(grid.due(), ms(1_010));
    }

    #[test]
    fn idle_time_is_not_a_stall() {
        let mut grid = Grid::default();
        grid.resume(ms(5_001));
        assert_eq!(grid.take(ms(5_010)), Some((501, 0)));
    }
}
