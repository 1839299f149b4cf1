//! Hours in which people may be called, on their own clock.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{Deserialize, Serialize};

use crate::{
    time::UnixMillis,
    zone::{self, ClockError},
};

/// The end of the day, in minutes.
const DAY: u16 = 24 * 60;
/// Days that are searched for the next opening: with one weekday allowed, it may be a week away, and a zone may leave out a
/// whole day (Samoa, 2011-12-30).
const SEARCH_DAYS: usize = 15;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub struct CallingHours {
    /// 1 Monday to 7 Sunday.
    pub days: Vec<u8>,
    /// Minute of the day, inclusive.
    pub from_minute: u16,
    /// Minute of the day, exclusive; 1440 is midnight.
    pub to_minute: u16,
}

/// Hours that no clock has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    #[error("days: expected at least one of 1 (Monday) to 7 (Sunday)")]
    NoDays,
    #[error("days: {0} is not a weekday; expected 1 (Monday) to 7 (Sunday)")]
    NotAWeekday(u8),
    #[error("from_minute: expected less than to_minute, and to_minute at most 1440")]
    NotASpan,
}

impl CallingHours {
    /// # Errors
    /// The first part that is not right.
    pub fn check(&self) -> Result<(), HoursError> {
        if let Some(day) = self.days.iter().find(|day| !(1..=7).contains(*day)) {
            return Err(HoursError::NotAWeekday(*day));
        }
        match self {
            Self { days, .. } if days.is_empty() => Err(HoursError::NoDays),
            Self { from_minute, to_minute, .. } if from_minute >= to_minute || *to_minute > DAY => {
                Err(HoursError::NotASpan)
            }
            Self { .. } => Ok(()),
        }
    }

    fn on(&self, date: Date) -> bool {
        self.days.iter().any(|day| i8::try_from(*day).is_ok_and(|day| day == date.weekday().to_monday_one_offset()))
    }

    fn holds(&self, local: DateTime) -> bool {
        let minute = u16::try_from(i16::from(local.hour()) * 60 + i16::from(local.minute())).unwrap_or(0);
        self.on(local.date()) && (self.from_minute..self.to_minute).contains(&minute)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    Open {
        closes_at: UnixMillis,
    },
    /// `None`: the hours never open.
    Closed {
        opens_at: Option<UnixMillis>,
    },
}

/// Whether a person in `zone` may be called at `now`, and when that changes.
///
/// The person's wall clock decides at every instant. So a clock that steps forward over the opening opens at the step, and one
/// that steps back before the opening closes again until the clock shows it once more.
///
/// # Errors
/// [`ClockError`] for an unknown zone or a moment beyond the calendar.
pub fn look(hours: &CallingHours, zone: &str, now: UnixMillis) -> Result<Window, ClockError> {
    let tz = zone::zone(zone)?;
    let local = zone::wall_clock(now, &tz)?;
    let open = hours.holds(local);
    let mut date = local.date();
    for _ in 0..SEARCH_DAYS {
        for at in turning_points(hours, date, &tz) {
            if at > now && hours.holds(zone::wall_clock(at, &tz)?) != open {
                return Ok(if open { Window::Open { closes_at: at } } else { Window::Closed { opens_at: Some(at) } });
            }
        }
        date = date.tomorrow().map_err(|_| ClockError::OutOfRange)?;
    }
    // All day, every day.
    Ok(if open { Window::Open { closes_at: UnixMillis(i64::MAX) } } else { Window::Closed { opens_at: None } })
}

/// Every instant of a day at which the answer may change, in order: its start, the opening and closing minutes (twice when the
/// clock steps back over them), and steps of the clock.
fn turning_points(hours: &CallingHours, date: Date, tz: &TimeZone) -> Vec<UnixMillis> {
    let minutes = [0, hours.from_minute, hours.to_minute].into_iter().filter(|minute| *minute < DAY);
    let locals = minutes.filter_map(|minute| {
        let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
        Some(date.to_datetime(Time::new(hour, minute, 0, 0).ok()?))
    });
    let mut instants: Vec<Timestamp> = locals.flat_map(|local| instants_of(local, tz)).collect();
    let first = instants.iter().min().copied();
    // Steps behind the next midnight are that day's: its midnight comes before them.
    let midnight = date.tomorrow().ok().and_then(|next| instants_of(next.at(0, 0, 0, 0), tz).into_iter().min());
    let steps = first.zip(midnight).into_iter().flat_map(|(first, midnight)| {
        tz.following(first).map(|step| step.timestamp()).take_while(move |at| *at < midnight)
    });
    instants.extend(steps.collect::<Vec<_>>());
    instants.sort_unstable();
    instants.into_iter().map(|at| UnixMillis(at.as_millisecond())).collect()
}

fn instants_of(local: DateTime, tz: &TimeZone) -> Vec<Timestamp> {
    let ambiguous = tz.to_ambiguous_timestamp(local);
    let offsets = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => vec![offset],
        AmbiguousOffset::Gap { before, .. } => vec![before],
        AmbiguousOffset::Fold { before, after } => vec![before, after],
    };
    offsets.into_iter().filter_map(|offset| offset.to_timestamp(local).ok()).collect()
}

#[cfg(test)]
mod tests;
