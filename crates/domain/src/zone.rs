//! Wall clocks and instants.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

use crate::time::UnixMillis;

mod of_number;

pub use of_number::zone_of;

/// A zone or an hour that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    #[error("{0:?} is not an IANA time zone such as Asia/Kolkata")]
    UnknownZone(String),
    #[error("{0:?} is not an hour: expected YYYY-MM-DDTHH:MM")]
    NotAnHour(String),
    #[error("the moment is outside the years that are supported")]
    OutOfRange,
}

/// # Errors
/// [`ClockError::UnknownZone`].
pub fn zone(name: &str) -> Result<TimeZone, ClockError> {
    TimeZone::get(name).map_err(|_| ClockError::UnknownZone(name.to_owned()))
}

/// Reads `YYYY-MM-DDTHH:MM` (seconds allowed, no offset).
///
/// # Errors
/// [`ClockError::NotAnHour`].
pub fn local(text: &str) -> Result<DateTime, ClockError> {
    let not_an_hour = || ClockError::NotAnHour(text.to_owned());
    if !text.contains('T') {
        return Err(not_an_hour());
    }
    text.parse().map_err(|_| not_an_hour())
}

/// The instant at which the wall clock of `tz` shows `local`.
///
/// An hour that a clock change leaves out (gap) is taken as if the clock had not changed yet, so 02:30 becomes 03:30 shown:
/// the person is called at most one hour later by the new clock, never before the hour they said. An hour that comes twice
/// (fold) is the first of the two: the promise is kept at the first chance.
///
/// # Errors
/// [`ClockError::OutOfRange`] beyond the years -9999 to 9999.
pub fn instant(local: DateTime, tz: &TimeZone) -> Result<UnixMillis, ClockError> {
    let ambiguous = tz.to_ambiguous_timestamp(local);
    let offset = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    };
    let stamp = offset.to_timestamp(local).map_err(|_| ClockError::OutOfRange)?;
    Ok(UnixMillis(stamp.as_millisecond()))
}

/// What the wall clock of `tz` shows at `at`.
///
/// # Errors
/// [`ClockError::OutOfRange`].
pub fn wall_clock(at: UnixMillis, tz: &TimeZone) -> Result<DateTime, ClockError> {
    let stamp = Timestamp::from_millisecond(at.0).map_err(|_| ClockError::OutOfRange)?;
    Ok(tz.to_datetime(stamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, name: &str) -> String {
        let tz = zone(name).unwrap();
        let instant = instant(local(text).unwrap(), &tz).unwrap();
        Timestamp::from_millisecond(instant.0).unwrap().to_string()
    }

    #[test]
    fn an_hour_that_is_left_out_is_called_one_hour_later_on_the_new_clock() {
        // New York, 2026-03-08: 02:00 EST becomes 03:00 EDT.
        assert_eq!(at("2026-03-08T02:30", "America/New_York"), "2026-03-08T07:30:00Z");
        let tz = zone("America/New_York").unwrap();
        let instant = instant(local("2026-03-08T02:30").unwrap(), &tz).unwrap();
        assert_eq!(wall_clock(instant, &tz).unwrap().to_string(), "2026-03-08T03:30:00");
    }

    #[test]
    fn an_hour_that_comes_twice_is_the_first() {
        // London, 2026-10-25: 02:00 BST becomes 01:00 GMT.
        assert_eq!(at("2026-10-25T01:30", "Europe/London"), "2026-10-25T00:30:00Z");
        // One hour later there is only one.
        assert_eq!(at("2026-10-25T02:00", "Europe/London"), "2026-10-25T02:00:00Z");
    }

    #[test]
    fn zones_without_changes_are_plain() {
        assert_eq!(at("2026-11-20T18:15", "Asia/Kolkata"), "2026-11-20T12:45:00Z");
    }

    #[test]
    fn what_means_nothing_is_named() {
        assert_eq!(zone("Mars/Base").unwrap_err(), ClockError::UnknownZone("Mars/Base".into()));
        for text in ["tomorrow", "2026-11-20", "2026-13-01T10:00", "2026-11-20T25:00", "2026-11-20T10:00Z"] {
            assert_eq!(local(text), Err(ClockError::NotAnHour(text.into())), "{text}");
        }
    }
}
