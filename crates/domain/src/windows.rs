//! Hours in which people may be called, on their own clock.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::{
    time::UnixMillis,
    zone::{self, ClockError},
};

/// Days (1 Monday to 7 Sunday) and minutes of the day; `from_minute` belongs to the window, `to_minute` does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallingHours {
    pub days: Vec<u8>,
    pub from_minute: u16,
    pub to_minute: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    Open { closes_at: UnixMillis },
    /// No opening when no day is allowed.
    Closed { opens_at: Option<UnixMillis> },
}

/// Looks a week ahead and one day more, for an opening that a clock change moved.
const DAYS_AHEAD: i8 = 8;

/// Whether somebody in `zone_name` may be called at `now`, and until or from when.
///
/// The hours are those of the wall clock: on the day of a clock change the window moves with it. An opening that falls into
/// the hour that is skipped is the first instant after it; one in an hour that comes twice is its first pass.
///
/// # Errors
/// `zone_name` is not known.
pub fn look(hours: &CallingHours, zone_name: &str, now: UnixMillis) -> Result<Window, ClockError> {
    let tz = zone::zone(zone_name)?;
    let today = zone::wall_clock(now, &tz)?.date();
    let instant = |date: Date, minute: u16| -> Option<UnixMillis> {
        let (date, minute) = if minute >= 24 * 60 { (date.tomorrow().ok()?, minute - 24 * 60) } else { (date, minute) };
        let time = Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
        let zoned = tz.to_ambiguous_zoned(date.to_datetime(time)).compatible().ok()?;
        Some(UnixMillis(zoned.timestamp().as_millisecond()))
    };
    for ahead in 0..DAYS_AHEAD {
        let Ok(date) = today.checked_add(jiff::Span::new().days(ahead)) else { break };
        if !hours.days.contains(&u8::try_from(date.weekday().to_monday_one_offset()).unwrap_or(0)) {
            continue;
        }
        let (Some(opens_at), Some(closes_at)) = (instant(date, hours.from_minute), instant(date, hours.to_minute))
        else {
            continue;
        };
        if now < opens_at {
            return Ok(Window::Closed { opens_at: Some(opens_at) });
        }
        if now < closes_at {
            return Ok(Window::Open { closes_at });
        }
    }
    Ok(Window::Closed { opens_at: None })
}


#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn at(text: &str) -> UnixMillis {
        UnixMillis(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    fn weekdays() -> CallingHours {
        CallingHours { days: vec![1, 2, 3, 4, 5], from_minute: 9 * 60, to_minute: 18 * 60 }
    }

    fn opens(hours: &CallingHours, zone: &str, now: &str) -> Option<UnixMillis> {
        match look(hours, zone, at(now)).unwrap() {
            Window::Closed { opens_at } => opens_at,
            Window::Open { closes_at } => panic!("open until {closes_at:?}"),
        }
    }

    #[test]
    fn the_hours_are_those_of_the_persons_own_clock() {
        // 04:00 UTC is 09:30 in Kolkata and 20:00 of the day before in Los Angeles.
        let now = at("2026-11-20T04:00:00Z");
        assert_eq!(
            look(&weekdays(), "Asia/Kolkata", now),
            Ok(Window::Open { closes_at: at("2026-11-20T12:30:00Z") })
        );
        assert_eq!(
            opens(&weekdays(), "America/Los_Angeles", "2026-11-20T04:00:00Z"),
            Some(at("2026-11-20T17:00:00Z"))
        );
    }

    #[test]
    fn the_first_minute_is_inside_and_the_last_is_not() {
        let hours = weekdays();
        assert!(matches!(look(&hours, "Asia/Kolkata", at("2026-11-20T03:30:00Z")), Ok(Window::Open { .. })));
        assert_eq!(opens(&hours, "Asia/Kolkata", "2026-11-20T12:30:00Z"), Some(at("2026-11-23T03:30:00Z")));
    }

    #[test]
    fn the_weekend_is_skipped() {
        assert_eq!(opens(&weekdays(), "Asia/Kolkata", "2026-11-21T06:00:00Z"), Some(at("2026-11-23T03:30:00Z")));
    }

    #[test]
    fn a_clock_change_moves_the_instant_and_not_the_hour() {
        // London leaves summer time on 25 October 2026: 09:00 is 08:00 UTC before and 09:00 UTC after.
        let hours = CallingHours { days: vec![1, 2, 3, 4, 5, 6, 7], from_minute: 9 * 60, to_minute: 18 * 60 };
        assert_eq!(opens(&hours, "Europe/London", "2026-10-24T05:00:00Z"), Some(at("2026-10-24T08:00:00Z")));
        assert_eq!(opens(&hours, "Europe/London", "2026-10-25T05:00:00Z"), Some(at("2026-10-25T09:00:00Z")));
    }

    #[test]
    fn an_opening_in_the_skipped_hour_is_the_first_instant_after_it() {
        // London skips 01:00 to 02:00 on 29 March 2026.
        let hours = CallingHours { days: vec![7], from_minute: 90, to_minute: 300 };
        assert_eq!(opens(&hours, "Europe/London", "2026-03-29T00:30:00Z"), Some(at("2026-03-29T01:30:00Z")));
    }

    #[test]
    fn midnight_closes_and_no_day_never_opens() {
        let all_day = CallingHours { days: vec![5], from_minute: 0, to_minute: 24 * 60 };
        assert_eq!(
            look(&all_day, "UTC", at("2026-11-20T23:59:00Z")),
            Ok(Window::Open { closes_at: at("2026-11-21T00:00:00Z") })
        );
        let never = CallingHours { days: vec![], ..all_day };
        assert_eq!(opens(&never, "UTC", "2026-11-20T12:00:00Z"), None);
        assert!(look(&never, "Mars/Base", at("2026-11-20T12:00:00Z")).is_err());
    }
}
