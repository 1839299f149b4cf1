use proptest::prelude::*;

use super::*;

fn hours(from: u16, to: u16) -> CallingHours {
    CallingHours { days: vec![1, 2, 3, 4, 5, 6], from_minute: from, to_minute: to }
}

fn at(text: &str) -> UnixMillis {
    UnixMillis(text.parse::<Timestamp>().unwrap().as_millisecond())
}

fn opens(text: &str) -> Window {
    Window::Closed { opens_at: Some(at(text)) }
}

fn closes(text: &str) -> Window {
    Window::Open { closes_at: at(text) }
}

#[test]
fn the_persons_clock_decides() {
    let day = hours(9 * 60, 21 * 60);
    // Friday 2026-11-20, 08:59 and 09:00 in Kolkata.
    assert_eq!(look(&day, "Asia/Kolkata", at("2026-11-20T03:29:00Z")), Ok(opens("2026-11-20T03:30:00Z")));
    assert_eq!(look(&day, "Asia/Kolkata", at("2026-11-20T03:30:00Z")), Ok(closes("2026-11-20T15:30:00Z")));
    assert_eq!(look(&day, "America/Los_Angeles", at("2026-11-20T03:30:00Z")), Ok(closes("2026-11-20T05:00:00Z")));
}

#[test]
fn saturday_evening_waits_for_monday() {
    let day = hours(9 * 60, 21 * 60);
    assert_eq!(look(&day, "Europe/London", at("2026-11-21T21:00:00Z")), Ok(opens("2026-11-23T09:00:00Z")));
}

#[test]
fn clocks_that_change_in_the_night_move_the_opening() {
    let day = hours(9 * 60, 21 * 60);
    // New York: 2026-03-07 is still EST, Monday the 9th is EDT.
    assert_eq!(look(&day, "America/New_York", at("2026-03-08T03:00:00Z")), Ok(opens("2026-03-09T13:00:00Z")));
    assert_eq!(look(&day, "America/New_York", at("2026-03-06T03:00:00Z")), Ok(opens("2026-03-06T14:00:00Z")));
}

#[test]
fn an_opening_that_the_clock_leaves_out_is_at_the_step() {
    let night = CallingHours { days: vec![7], from_minute: 150, to_minute: 300 };
    // Sunday 2026-03-08, New York: 01:59 EST is followed by 03:00 EDT.
    assert_eq!(look(&night, "America/New_York", at("2026-03-08T06:59:00Z")), Ok(opens("2026-03-08T07:00:00Z")));
}

#[test]
fn a_clock_that_steps_back_before_the_opening_closes_again() {
    let night = CallingHours { days: vec![7], from_minute: 90, to_minute: 300 };
    // Sunday 2026-10-25, London: 01:59 BST is followed by 01:00 GMT.
    assert_eq!(look(&night, "Europe/London", at("2026-10-25T00:30:00Z")), Ok(closes("2026-10-25T01:00:00Z")));
    assert_eq!(look(&night, "Europe/London", at("2026-10-25T01:00:00Z")), Ok(opens("2026-10-25T01:30:00Z")));
}

#[test]
fn hours_until_midnight_close_at_midnight() {
    let evening = CallingHours { days: vec![5], from_minute: 1200, to_minute: 1440 };
    assert_eq!(look(&evening, "Asia/Kolkata", at("2026-11-20T18:00:00Z")), Ok(closes("2026-11-20T18:30:00Z")));
}

#[test]
fn hours_that_never_open_say_so_and_hours_that_never_close_too() {
    let never = CallingHours { days: vec![], from_minute: 0, to_minute: 1440 };
    assert_eq!(look(&never, "UTC", at("2026-11-20T18:00:00Z")), Ok(Window::Closed { opens_at: None }));
    let always = CallingHours { days: (1..=7).collect(), from_minute: 0, to_minute: 1440 };
    let forever = Window::Open { closes_at: UnixMillis(i64::MAX) };
    assert_eq!(look(&always, "Europe/Berlin", at("2026-10-24T18:00:00Z")), Ok(forever));
}

#[test]
fn hours_until_midnight_end_there_also_before_a_night_in_which_the_clock_steps() {
    // Morocco's clock went from 02:00 to 03:00 on Sunday, 9 June 2019.
    let saturdays = CallingHours { days: vec![6], from_minute: 765, to_minute: 1440 };
    let window = look(&saturdays, "Africa/Casablanca", at("2019-06-08T15:57:00Z"));
    assert_eq!(window, Ok(Window::Open { closes_at: at("2019-06-09T00:00:00Z") }));
}

#[test]
fn what_means_nothing_is_named() {
    assert_eq!(look(&hours(0, 1), "Mars/Base", UnixMillis(0)), Err(ClockError::UnknownZone("Mars/Base".into())));
    assert_eq!(hours(600, 540).check(), Err(HoursError::NotASpan));
    assert_eq!(hours(600, 1441).check(), Err(HoursError::NotASpan));
    assert_eq!(CallingHours { days: vec![], ..hours(0, 1) }.check(), Err(HoursError::NoDays));
    assert_eq!(CallingHours { days: vec![8], ..hours(0, 1) }.check(), Err(HoursError::NotAWeekday(8)));
    assert_eq!(hours(0, 1440).check(), Ok(()));
}

proptest! {
    #[test]
    fn the_announced_change_is_the_next_one(
        zone in prop::sample::select(vec![
            "Asia/Kolkata", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
        ]),
        seconds in 1_300_000_000..1_900_000_000i64,
        days in prop::collection::vec(1..8u8, 1..4),
        from in 0..1439u16,
        length in 1..1440u16,
        probe in 0.0..1.0f64,
    ) {
        let hours = CallingHours { days, from_minute: from, to_minute: (from + length).min(1440) };
        let now = UnixMillis(seconds * 1000);
        let tz = crate::zone::zone(zone).unwrap();
        let is_open = |at: i64| hours.holds(crate::zone::wall_clock(UnixMillis(at), &tz).unwrap());
        let (open, until) = match look(&hours, zone, now).unwrap() {
            Window::Open { closes_at } => (true, closes_at.0),
            Window::Closed { opens_at } => (false, opens_at.unwrap().0),
        };
        prop_assert_eq!(is_open(now.0), open);
        prop_assert_eq!(is_open(until), !open);
        prop_assert_eq!(is_open(until - 1), open);
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a point between the two")]
        let between = now.0 + ((until - 1 - now.0) as f64 * probe) as i64;
        prop_assert_eq!(is_open(between), open);
    }
}
