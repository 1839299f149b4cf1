//! When the port is read next. Pure.
//!
//! With few devices each datagram is taken in as it comes. With many, a wake-up and a system call for each would cost more
//! than what is in it: then the port is left alone for a moment, and what has come meanwhile is taken in together. What is
//! passed on as it comes is not kept waiting for long; where all is mixed it would wait for the turn anyway, before which the
//! port is read in any case.

use std::time::Duration;

/// Datagrams in a [`WINDOW`] from which on they are taken in together: 50 devices that talk.
const MANY: u32 = 50;
const WINDOW: Duration = Duration::from_millis(20);
/// As long is the port left alone; nobody hears that.
const PAUSE: Duration = Duration::from_millis(2);
/// And as long at most where nothing is passed on.
const LONGEST: Duration = Duration::from_millis(10);

/// Times are spans since an origin of the caller's choice.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    began: Duration,
    came: u32,
    /// Something was passed on in this window.
    hasty: bool,
    /// How long the port is left alone, when many come.
    pause: Option<Duration>,
    /// When it is read next, asked or not.
    next: Option<Duration>,
}

/// What came of reading the port once.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taken {
    /// Datagrams.
    pub(super) came: u32,
    /// There may be more.
    pub(super) more: bool,
    /// Some were passed on as they came, or it is not known when they arrived.
    pub(super) hasty: bool,
}

impl Pace {
    /// The port was read at `now`. `batch`: how many datagrams one system call takes in.
    pub(super) fn read(&mut self, taken: Taken, batch: u32, now: Duration) {
        self.came = self.came.saturating_add(taken.came);
        self.hasty |= taken.hasty;
        if now >= self.began + WINDOW {
            let filled = (now - self.began) * batch / self.came.max(1);
            let longest = if self.hasty { PAUSE } else { LONGEST };
            self.pause = (self.came >= MANY).then_some(filled.clamp(PAUSE, longest));
            (self.began, self.came, self.hasty) = (now, 0, false);
        }
        self.next = if taken.more { Some(now) } else { self.pause.map(|pause| now + pause) };
    }

    /// When the port is to be read, and not before; `None`: as soon as something comes.
    pub(super) const fn next(&self) -> Option<Duration> {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn came(came: u32) -> Taken {
        Taken { came, ..Taken::default() }
    }

    /// After a window in which so many came each millisecond.
    fn after(each: Taken) -> Pace {
        let mut pace = Pace::default();
        for at in 0..=20 {
            pace.read(each, 32, ms(at));
        }
        pace
    }

    #[test]
    fn a_few_devices_are_read_at_once() {
        assert_eq!(after(came(2)).next(), None);
    }

    #[test]
    fn many_are_read_together_until_they_are_few_again() {
        let mut pace = after(Taken { hasty: true, ..came(5) });
        assert_eq!(pace.next(), Some(ms(22)));
        pace.read(Taken { more: true, ..came(10) }, 32, ms(22));
        assert_eq!(pace.next(), Some(ms(22)), "more waits already");
        for at in 23..64 {
            pace.read(came(1), 32, ms(at));
        }
        assert_eq!(pace.next(), None);
    }

    #[test]
    fn what_is_only_mixed_waits_until_one_system_call_takes_it_all_and_not_for_longer_than_a_half_turn() {
        // 3 a millisecond: 32 take 10.2 ms.
        assert_eq!(after(came(3)).next(), Some(ms(30)));
        assert_eq!(after(came(8)).next().map(|next| next - ms(20)), Some(ms(20) * 32 / 168));
        assert_eq!(after(came(100)).next(), Some(ms(22)));
    }
}
