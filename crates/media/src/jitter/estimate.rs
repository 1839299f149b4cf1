//! How late packets come, measured against the fastest of the last four seconds.

use std::{collections::VecDeque, time::Duration};

use super::JitterSettings;

/// How long packets are remembered.
const SPAN: Duration = Duration::from_secs(4);
/// Most that are remembered, however short they are: one per 10 ms.
const WINDOW: usize = 400;
/// Packets before the measured figure replaces the starting one.
const ENOUGH: usize = 25;
/// The percentile is looked up anew after this many packets; a packet later than the target counts at once.
const REFRESH: u32 = 10;
/// Added to the percentile: covers the tick of the player.
const MARGIN_MICROS: i64 = 5_000;
/// How many packets in a thousand are to be in time on an even path, and on one where more than the rest of them are later
/// than [`UNEVEN_MICROS`]: there each of those that are not is heard.
const IN_TIME: usize = 950;
const IN_TIME_UNEVEN: usize = 975;
const UNEVEN_MICROS: i64 = 20_000;
/// A transit time that differs by more is not lateness but another clock.
const JUMP_MICROS: i64 = 1_000_000;

#[derive(Debug)]
pub(super) struct LatenessEstimate {
    settings: JitterSettings,
    /// Arrival minus sender's time, in microseconds; the origin is arbitrary, only differences mean something.
    transits: VecDeque<i64>,
    fastest: i64,
    target: Duration,
    /// Time on top of the percentile in which lost frames come another way.
    extra: Duration,
    least: Duration,
    /// Packets that are remembered.
    window: usize,
    since_refresh: u32,
    jitter: f64,
    scratch: Vec<i64>,
}

impl LatenessEstimate {
    pub(super) fn new(settings: JitterSettings) -> Self {
        Self {
            settings,
            transits: VecDeque::with_capacity(WINDOW),
            fastest: 0,
            target: settings.start.clamp(settings.min, settings.max),
            extra: Duration::ZERO,
            least: settings.min,
            window: WINDOW / 2,
            since_refresh: 0,
            jitter: 0.0,
            scratch: Vec::with_capacity(WINDOW),
        }
    }

    fn sender_micros(&self, timestamp: u64) -> i64 {
        (i128::from(timestamp) * 1_000_000 / i128::from(self.settings.clock.max(1))) as i64
    }

    fn transit(&self, timestamp: u64, now: Duration) -> i64 {
        now.as_micros() as i64 - self.sender_micros(timestamp)
    }

    pub(super) fn jumped(&self, timestamp: u64, now: Duration) -> bool {
        !self.transits.is_empty() && (self.transit(timestamp, now) - self.fastest).abs() > JUMP_MICROS
    }

    pub(super) fn record(&mut self, timestamp: u64, now: Duration) {
        let transit = self.transit(timestamp, now);
        if let Some(last) = self.transits.back() {
            self.jitter += ((transit - last).abs() as f64 - self.jitter) / 16.0;
        }
        let mut dropped_fastest = false;
        while self.transits.len() >= self.window {
            dropped_fastest |= self.transits.pop_front() == Some(self.fastest);
        }
        self.transits.push_back(transit);
        if self.transits.len() == 1 || transit < self.fastest {
            self.fastest = transit;
        } else if dropped_fastest {
            self.fastest = self.transits.iter().copied().min().unwrap_or(transit);
        }
        self.since_refresh += 1;
        if self.since_refresh >= REFRESH || transit - self.fastest > self.target.as_micros() as i64 {
            self.since_refresh = 0;
            self.refresh();
        }
    }

    /// `extra`: what repairs need; `frame`: the length of a packet. Short packets come more often, so less of a wait
    /// covers the next one's lateness.
    pub(super) fn adapt(&mut self, extra: Duration, frame: Duration) {
        let least = self.settings.min.min(frame / 2);
        self.window = (SPAN.as_micros() / frame.as_micros().max(1)).clamp(ENOUGH as u128, WINDOW as u128) as usize;
        if (extra, least) != (self.extra, self.least) {
            (self.extra, self.least) = (extra, least);
            self.refresh();
        }
    }

    fn refresh(&mut self) {
        self.scratch.clear();
        self.scratch.extend(self.transits.iter().map(|transit| transit - self.fastest));
        if self.scratch.is_empty() {
            return;
        }
        let mut lateness = |in_time: usize| {
            let index = (self.scratch.len() * in_time / 1_000).min(self.scratch.len() - 1);
            *self.scratch.select_nth_unstable(index).1
        };
        let even = lateness(IN_TIME);
        let percentile = if even > UNEVEN_MICROS { lateness(IN_TIME_UNEVEN) } else { even };
        let measured = Duration::from_micros(u64::try_from(percentile + MARGIN_MICROS).unwrap_or(0));
        let least = if self.transits.len() < ENOUGH { self.settings.start } else { self.least };
        self.target = (measured + self.extra).max(least).min(self.settings.max);
    }

    pub(super) fn target(&self) -> Duration {
        self.target
    }

    /// When the packet of `timestamp` should be played.
    pub(super) fn due(&self, timestamp: u64) -> Duration {
        let micros = self.sender_micros(timestamp) + self.fastest + self.target.as_micros() as i64;
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// How much longer than the target the packet of `timestamp` would have waited at `now`, in microseconds.
    pub(super) fn surplus(&self, timestamp: u64, now: Duration) -> i64 {
        self.transit(timestamp, now) - self.fastest - self.target.as_micros() as i64
    }

    /// How long after its earliest possible arrival the packet of `timestamp` would be played at `now`.
    pub(super) fn delay(&self, timestamp: u64, now: Duration) -> Duration {
        Duration::from_micros(u64::try_from(self.transit(timestamp, now) - self.fastest).unwrap_or(0))
    }

    pub(super) fn jitter(&self) -> Duration {
        Duration::from_micros(self.jitter as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is waited for when of 40 packets three are `usual` and one is `rare` milliseconds late.
    fn target(usual: u64, rare: u64) -> Duration {
        let mut estimate = LatenessEstimate::new(JitterSettings::OPUS);
        estimate.adapt(Duration::ZERO, Duration::from_millis(10));
        for n in 0..2_000 {
            let late = match n % 40 {
                7 | 17 | 27 => usual,
                37 => rare,
                _ => 0,
            };
            estimate.record(n * 480, Duration::from_millis(100 + n * 10 + late));
        }
        estimate.target()
    }

    #[test]
    fn a_path_that_is_late_often_is_waited_for_longer_and_one_that_is_late_once_is_not() {
        assert_eq!(target(15, 60), Duration::from_millis(15 + 5));
        assert_eq!(target(30, 60), Duration::from_millis(60 + 5));
    }
}
