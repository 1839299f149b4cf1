//! Tasks and callbacks that come due: when somebody is reminded, and for how long a reminder can be put off.

use std::time::Duration;

use jiff::{ToSpan, civil::time};
use serde::{Deserialize, Serialize};

use crate::{
    dispositions::Heat,
    time::UnixMillis,
    worklist::{Kind, Standing},
    zone::{self, ClockError},
};

/// For how long a reminder is put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum Snooze {
    TenMinutes,
    OneHour,
    /// Nine o'clock of the next day where the person is.
    TomorrowMorning,
}

const MORNING_HOUR: i8 = 9;
/// What came due longer ago than this is seen in the list, and nobody is rung up for it.
const STALE_AFTER: Duration = Duration::from_secs(24 * 3600);

/// When the reminder comes again. `zone` is the person's, IANA.
///
/// # Errors
/// A zone that means nothing.
pub fn snooze_until(snooze: Snooze, zone: &str, now: UnixMillis) -> Result<UnixMillis, ClockError> {
    match snooze {
        Snooze::TenMinutes => Ok(now.plus(Duration::from_secs(600))),
        Snooze::OneHour => Ok(now.plus(Duration::from_secs(3600))),
        Snooze::TomorrowMorning => {
            let tz = zone::zone(zone)?;
            let tomorrow =
                zone::wall_clock(now, &tz)?.date().checked_add(1.day()).map_err(|_| ClockError::OutOfRange)?;
            zone::instant(tomorrow.to_datetime(time(MORNING_HOUR, 0, 0, 0)), &tz)
        }
    }
}

/// A reminder of that instant is not given any more.
pub fn is_stale(remind_at: UnixMillis, now: UnixMillis) -> bool {
    now.since(remind_at) > STALE_AFTER
}

/// Where the lead of a callback stands in the line: as promised while the promise is open; afterwards as somebody who is
/// tried again, so that a promise that was ticked off by mistake loses nobody.
pub fn standing_of(open: bool, due_at: UnixMillis, heat: Heat, created_at: UnixMillis) -> Standing {
    let kind = if open { Kind::Callback } else { Kind::Retry };
    Standing { kind, heat, due_at: Some(due_at), created_at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixMillis {
        UnixMillis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn a_reminder_comes_again_after_the_span_that_was_chosen() {
        let now = at("2026-11-20T12:45:00Z");
        assert_eq!(snooze_until(Snooze::TenMinutes, "Asia/Kolkata", now), Ok(at("2026-11-20T12:55:00Z")));
        assert_eq!(snooze_until(Snooze::OneHour, "nowhere", now), Ok(at("2026-11-20T13:45:00Z")));
        assert!(snooze_until(Snooze::TomorrowMorning, "nowhere", now).is_err());
    }

    #[test]
    fn tomorrow_morning_is_nine_on_the_persons_own_clock_and_calendar() {
        let tomorrow = |zone: &str, now: &str| snooze_until(Snooze::TomorrowMorning, zone, at(now)).unwrap();
        assert_eq!(tomorrow("Asia/Kolkata", "2026-11-20T12:45:00Z"), at("2026-11-21T03:30:00Z"));
        // Past midnight in India already: her tomorrow is the day after.
        assert_eq!(tomorrow("Asia/Kolkata", "2026-11-20T19:00:00Z"), at("2026-11-22T03:30:00Z"));
        // The night in which the clocks go forward, and the one in which they go back.
        assert_eq!(tomorrow("America/New_York", "2027-03-13T20:00:00Z"), at("2027-03-14T13:00:00Z"));
        assert_eq!(tomorrow("Europe/London", "2026-10-24T12:00:00Z"), at("2026-10-25T09:00:00Z"));
    }

    #[test]
    fn what_is_a_day_late_rings_nobody_up() {
        let due = at("2026-11-20T12:00:00Z");
        assert!(!is_stale(due, at("2026-11-21T12:00:00Z")));
        assert!(is_stale(due, at("2026-11-21T12:00:01Z")));
    }

    #[test]
    fn a_promise_that_is_ticked_off_leaves_the_lead_in_the_line() {
        let due = UnixMillis(7);
        assert_eq!(standing_of(true, due, Heat::Hot, UnixMillis(1)).kind, Kind::Callback);
        let done = standing_of(false, due, Heat::Hot, UnixMillis(1));
        assert_eq!((done.kind, done.due_at), (Kind::Retry, Some(due)));
    }
}
