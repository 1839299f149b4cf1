//! What is used of each trunk now and today. In memory: a restart forgets the day's minutes, which `Meter::restore` brings back
//! from the store.

use std::collections::{HashMap, VecDeque};

use ::sip::CallKey;
use domain::{ids::TrunkId, time::UnixMillis, trunk::Usage};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Clone, Copy)]
struct Open {
    trunk: TrunkId,
    answered: Option<UnixMillis>,
    outgoing: bool,
}

#[derive(Debug, Default)]
struct Used {
    begun: VecDeque<UnixMillis>,
    day: i64,
    minutes: u32,
}

#[derive(Debug, Default)]
pub(super) struct Meter {
    open: HashMap<CallKey, Open>,
    used: HashMap<TrunkId, Used>,
}

fn day_of(at: UnixMillis) -> i64 {
    at.0.div_euclid(DAY_MS)
}

impl Meter {
    pub(super) fn begin(&mut self, call: CallKey, trunk: TrunkId, outgoing: bool, now: UnixMillis) {
        self.open.insert(call, Open { trunk, answered: None, outgoing });
        self.used.entry(trunk).or_default().begun.push_back(now);
    }

    pub(super) fn answered(&mut self, call: CallKey, now: UnixMillis) {
        if let Some(open) = self.open.get_mut(&call) {
            open.answered.get_or_insert(now);
        }
    }

    /// Ends a call; the trunk and its minutes of the day when those have changed.
    pub(super) fn end(&mut self, call: CallKey, now: UnixMillis) -> Option<(TrunkId, i64, u32)> {
        let open = self.open.remove(&call)?;
        let from = open.answered.filter(|_| open.outgoing)?;
        let minutes = begun_minutes(from, now);
        let used = self.used.entry(open.trunk).or_default();
        used.roll(day_of(now));
        used.minutes = used.minutes.saturating_add(minutes);
        Some((open.trunk, used.day, used.minutes))
    }

    /// What the store says of a day.
    pub(super) fn restore(&mut self, trunk: TrunkId, day: i64, minutes: u32) {
        let used = self.used.entry(trunk).or_default();
        used.day = day;
        used.minutes = used.minutes.max(minutes);
    }

    /// Calls that go on count with the minutes that they have begun.
    pub(super) fn usage(&mut self, trunk: TrunkId, now: UnixMillis) -> Usage {
        let used = self.used.entry(trunk).or_default();
        used.roll(day_of(now));
        used.begun.retain(|begun| now.0 - begun.0 < SECOND_MS);
        let (begun, minutes) = (used.begun.len(), used.minutes);
        let of_trunk = || self.open.values().filter(|open| open.trunk == trunk);
        let running: u32 = of_trunk()
            .filter(|open| open.outgoing)
            .filter_map(|open| open.answered)
            .map(|at| begun_minutes(at, now))
            .sum();
        Usage {
            calls_now: u32::try_from(of_trunk().count()).unwrap_or(u32::MAX),
            begun_this_second: u32::try_from(begun).unwrap_or(u32::MAX),
            minutes_today: minutes.saturating_add(running),
        }
    }
}

impl Used {
    fn roll(&mut self, day: i64) {
        if self.day != day {
            (self.day, self.minutes) = (day, 0);
        }
    }
}

/// Carriers charge for each minute that has begun.
fn begun_minutes(from: UnixMillis, to: UnixMillis) -> u32 {
    u32::try_from((to.0 - from.0).max(1).div_euclid(MINUTE_MS) + 1).unwrap_or(u32::MAX)
}

pub(super) const fn today(now: UnixMillis) -> i64 {
    now.0.div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TRUNK: TrunkId = TrunkId::new(Uuid::from_u128(1));

    fn key(n: u128) -> CallKey {
        CallKey(Uuid::from_u128(n))
    }

    #[test]
    fn calls_count_while_they_last_and_minutes_as_they_begin() {
        let mut meter = Meter::default();
        let at = |seconds: i64| UnixMillis(20_000 * DAY_MS + seconds * 1_000);
        meter.begin(key(1), TRUNK, true, at(0));
        meter.begin(key(2), TRUNK, false, at(0));
        assert_eq!(meter.usage(TRUNK, at(0)), Usage { calls_now: 2, begun_this_second: 2, minutes_today: 0 });
        meter.answered(key(1), at(5));
        meter.answered(key(2), at(5));
        assert_eq!(meter.usage(TRUNK, at(10)).minutes_today, 1, "the incoming call costs nothing");
        assert_eq!(meter.end(key(1), at(70)).map(|(_, _, minutes)| minutes), Some(2));
        assert_eq!(meter.end(key(1), at(71)), None, "told twice");
        assert_eq!(meter.end(key(2), at(71)), None);
        assert_eq!(meter.usage(TRUNK, at(80)), Usage { calls_now: 0, begun_this_second: 0, minutes_today: 2 });
        assert_eq!(meter.usage(TRUNK, at(86_400)).minutes_today, 0, "another day");
        meter.restore(TRUNK, today(at(86_400)), 7);
        assert_eq!(meter.usage(TRUNK, at(86_400)).minutes_today, 7);
    }
}
