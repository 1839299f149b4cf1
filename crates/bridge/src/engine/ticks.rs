//! The 20 ms grid that everything is played on. Pure.

use std::time::Duration;

pub(super) const TICK: Duration = Duration::from_millis(20);
/// More turns than this are not made up for one by one.
const MAX_BEHIND: u64 = 5;

/// Which turn is next. Turn `n` is due at `n` times 20 ms after the start, whenever the one before was carried out, so
/// that small delays do not add up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Grid {
    next: u64,
}

impl Grid {
    /// When the next turn is due.
    pub(super) fn due(self) -> Duration {
        TICK * u32::try_from(self.next).unwrap_or(u32::MAX)
    }

    /// After a time without turns: forget those that were not needed.
    pub(super) fn resume(&mut self, now: Duration) {
        self.next = self.next.max((now.as_micros().div_ceil(TICK.as_micros())) as u64);
    }

    /// The next turn when it is due at `now`; the second figure is how many were left out before it.
    pub(super) fn take(&mut self, now: Duration) -> Option<(u64, u64)> {
        let current = (now.as_micros() / TICK.as_micros()) as u64;
        if current < self.next {
            return None;
        }
        let behind = current - self.next;
        let skipped = if behind > MAX_BEHIND { behind } else { 0 };
        let turn = self.next + skipped;
        self.next = turn + 1;
        Some((turn, skipped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn late_turns_do_not_shift_the_later_ones() {
        let mut grid = Grid::default();
        grid.resume(ms(1));
        assert_eq!(grid.due(), ms(20));
        assert_eq!(grid.take(ms(19)), None);
        assert_eq!(grid.take(ms(27)), Some((1, 0)));
        assert_eq!(grid.due(), ms(40));
        assert_eq!(grid.take(ms(61)), Some((2, 0)));
        assert_eq!(grid.take(ms(61)), Some((3, 0)));
        assert_eq!(grid.take(ms(61)), None);
    }

    #[test]
    fn after_a_long_stall_the_missed_turns_are_skipped_and_reported() {
        let mut grid = Grid::default();
        assert_eq!(grid.take(ms(0)), Some((0, 0)));
        assert_eq!(grid.take(ms(1_000)), Some((50, 49)));
        assert_eq!(grid.due(), ms(1_020));
    }

    #[test]
    fn idle_time_is_not_a_stall() {
        let mut grid = Grid::default();
        grid.resume(ms(5_001));
        assert_eq!(grid.take(ms(5_020)), Some((251, 0)));
    }
}
