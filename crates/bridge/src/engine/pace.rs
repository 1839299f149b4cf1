//! When the port is read next. Pure.
//!
//! With few devices each datagram is taken in as it comes. With many, a wake-up and a system call for each would cost more
//! than what is in it: then the port is left alone for a moment, and what has come meanwhile is taken in together.

use std::time::Duration;

/// Datagrams in a [`WINDOW`] from which on they are taken in together: 50 devices that talk.
const MANY: u32 = 50;
const WINDOW: Duration = Duration::from_millis(20);
/// As long is the port left alone; nobody hears that.
const PAUSE: Duration = Duration::from_millis(2);

/// Times are spans since an origin of the caller's choice.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    began: Duration,
    came: u32,
    many: bool,
    next: Duration,
}

impl Pace {
    /// The port was read at `now`: `came` datagrams, and `more` may wait.
    pub(super) fn read(&mut self, came: u32, more: bool, now: Duration) {
        self.came = self.came.saturating_add(came);
        if now >= self.began + WINDOW {
            self.many = self.came >= MANY;
            (self.began, self.came) = (now, 0);
        }
        self.next = if self.many && !more { now + PAUSE } else { now };
    }

    /// Until when the port is to be left alone; `None`: it may be read.
    pub(super) fn wait(&self, now: Duration) -> Option<Duration> {
        (now < self.next).then_some(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_few_devices_are_read_at_once() {
        let mut pace = Pace::default();
        for at in 0..100 {
            pace.read(2, false, ms(at));
            assert_eq!(pace.wait(ms(at)), None);
        }
    }

    #[test]
    fn many_are_read_together_until_they_are_few_again() {
        let mut pace = Pace::default();
        for at in 0..=20 {
            pace.read(5, false, ms(at));
        }
        assert_eq!((pace.wait(ms(20)), pace.wait(ms(22))), (Some(ms(22)), None));
        pace.read(10, true, ms(22));
        assert_eq!(pace.wait(ms(22)), None, "more waits already");
        for at in 23..64 {
            pace.read(1, false, ms(at));
        }
        assert_eq!(pace.wait(ms(63)), None);
    }
}
