//! How long packets have waited lately, as far as it can be told by whoever takes them. Pure.

use std::time::Duration;

/// At least this much is looked back on, and at most twice as much.
const SPAN: Duration = Duration::from_millis(200);

#[derive(Debug, Default, Clone, Copy)]
struct Part {
    /// In microseconds.
    least: Option<i64>,
    apart: Duration,
    /// Samples that stayed behind after each reading.
    idle: Option<usize>,
}

/// A packet is taken when the reader comes by, and so its wait is known to the reader's step: a sound card that asks for
/// 20 ms at a time finds 3 ms or 23 ms, and nothing between them, however the sound is moved.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// The part that is being watched, and the one before.
    parts: [Part; 2],
    watched: Duration,
    read_at: Option<Duration>,
}

impl Watch {
    /// The reader comes at `now`.
    pub(super) fn read(&mut self, now: Duration) {
        if let Some(before) = self.read_at.replace(now) {
            let apart = now.saturating_sub(before);
            self.parts[0].apart = self.parts[0].apart.max(apart);
        }
    }

    /// So many samples are left after the reader has been.
    pub(super) fn left(&mut self, samples: usize) {
        let idle = &mut self.parts[0].idle;
        *idle = Some(idle.map_or(samples, |idle| idle.min(samples)));
    }

    /// Samples that were there after every reading: they only wait. 0 until enough was seen.
    pub(super) fn idle(&self) -> usize {
        let [now, before] = self.parts;
        before.idle.map_or(0, |before| now.idle.map_or(before, |now| now.min(before)))
    }

    /// So many of the samples that were left are left no more.
    pub(super) fn trimmed(&mut self, samples: usize) {
        self.parts
            .iter_mut()
            .filter_map(|part| part.idle.as_mut())
            .for_each(|idle| *idle = idle.saturating_sub(samples));
    }

    /// A packet of this length was taken that had been there for `wait` microseconds longer than the fastest.
    pub(super) fn took(&mut self, wait: i64, length: Duration) {
        let least = &mut self.parts[0].least;
        *least = Some(least.map_or(wait, |least| least.min(wait)));
        self.watched += length;
        if self.watched >= SPAN {
            (self.parts, self.watched) = ([Part::default(), self.parts[0]], Duration::ZERO);
        }
    }

    /// All that follows waits so many microseconds longer.
    pub(super) fn shift(&mut self, micros: i64) {
        self.parts.iter_mut().filter_map(|part| part.least.as_mut()).for_each(|least| *least += micros);
    }

    /// The shortest wait, in microseconds; `None` until enough was seen. Whoever was late once found everything to have
    /// waited longer, which says nothing about the path.
    pub(super) fn least(&self) -> Option<i64> {
        let [now, before] = self.parts;
        before.least.map(|before| now.least.map_or(before, |now| now.min(before)))
    }

    /// The reader's longest step.
    pub(super) fn step(&self) -> Duration {
        let [now, before] = self.parts;
        now.apart.max(before.apart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_shortest_wait_and_the_longest_step_of_late_count() {
        let mut watch = Watch::default();
        for n in 0..10 {
            watch.read(ms(20 * n + if n == 4 { 15 } else { 0 }));
            assert_eq!(watch.least(), None);
            watch.took(if n == 4 { 25_000 } else { 10_000 }, ms(20));
        }
        assert_eq!((watch.least(), watch.step()), (Some(10_000), ms(35)));
        watch.shift(-4_000);
        assert_eq!(watch.least(), Some(6_000));
        for n in 10..40 {
            watch.read(ms(20 * n));
            watch.took(30_000, ms(20));
        }
        assert_eq!((watch.least(), watch.step()), (Some(30_000), ms(20)));
    }

    #[test]
    fn samples_that_are_never_used_are_idle() {
        let mut watch = Watch::default();
        for n in 0..40 {
            assert_eq!(watch.idle(), if n < 10 { 0 } else { 30 }, "{n}");
            watch.left(if n % 2 == 0 { 30 } else { 110 });
            watch.took(0, ms(20));
        }
        watch.trimmed(30);
        assert_eq!(watch.idle(), 0);
    }
}
