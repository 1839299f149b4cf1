//! Days, weeks, months: named ("Saturday", "25th December"), relative ("kal", "next month") and counted ("in 2 weeks").

use jiff::{
    Span, ToSpan,
    civil::{Date, DateTime, Weekday},
};

use super::{Days, Grain, add_days, calendar};
use crate::text::{
    numbers::{quantity, spread},
    phrase::is_any,
    tokens::{Kind, Token},
};

fn norm<'a>(tokens: &'a [Token<'_>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.norm.as_str())
}

fn day(date: Date) -> Days {
    Days { first: date, last: date, grain: Grain::Day, counted: false }
}

/// The days that the words at `at` name, and where the words end.
pub fn at(tokens: &[Token<'_>], at: usize, today: Date) -> Option<(usize, Days)> {
    relative(tokens, at, today)
        .or_else(|| named_weekday(tokens, at, today))
        .or_else(|| period(tokens, at, today))
        .or_else(|| numeric_date(tokens, at, today))
        .or_else(|| month_date(tokens, at, today))
        .or_else(|| counted(tokens, at, today))
}

/// "in half an hour", "ek ghante baad", "10 minute mein"
pub fn moment_at(tokens: &[Token<'_>], at: usize, now: DateTime) -> Option<(usize, DateTime)> {
    let announced = matches!(norm(tokens, at), "in" | "after" | "within");
    let start = if announced { at + 1 } else { at };
    let (amount, end) = match (norm(tokens, start), norm(tokens, start + 1), norm(tokens, start + 2)) {
        ("half", "an", "hour") => (0.5, start + 2),
        ("half", "hour", _) => (0.5, start + 1),
        ("an" | "a" | "one", "hour", _) => (1.0, start + 1),
        _ => quantity(tokens, start).filter(|q| q.scale == 1.0).map(|q| (q.value, q.range.end))?,
    };
    let minutes = match norm(tokens, end) {
        "minute" => amount,
        "hour" | "ghante" => amount * 60.0,
        _ => return None,
    };
    let follows = matches!(norm(tokens, end + 1), "baad" | "mein" | "later" | "me" | "ke" | "from");
    if !(announced || follows) || !(0.0..=100_000.0).contains(&minutes) {
        return None;
    }
    let end = if follows { end + 2 } else { end + 1 };
    now.checked_add((minutes.round() as i64).minutes()).ok().map(|moment| (end.min(tokens.len()), moment))
}

fn relative(tokens: &[Token<'_>], at: usize, today: Date) -> Option<(usize, Days)> {
    let (ahead, len) = match (norm(tokens, at), norm(tokens, at + 1), norm(tokens, at + 2)) {
        ("day", "after", "tomorrow") => (2, 3),
        ("tomorrow" | "kal", ..) => (1, 1),
        ("parson", ..) => (2, 1),
        ("today" | "aaj" | "tonight", ..) => (0, 1),
        _ => return None,
    };
    add_days(today, ahead).map(|date| (at + len, day(date)))
}

/// "Saturday", "this Saturday", "next Saturday" (that of the coming week), "on sat", "weekend".
fn named_weekday(tokens: &[Token<'_>], at: usize, today: Date) -> Option<(usize, Days)> {
    let lead = norm(tokens, at);
    let announced = is_any(lead, "this next coming agle is iss on upcoming aane");
    let skip = usize::from(announced) + usize::from(lead == "aane" && norm(tokens, at + 1) == "wale");
    let named = norm(tokens, at + skip);
    let end = at + skip + 1;
    if named == "weekend" {
        let saturday = upcoming(today, Weekday::Saturday)?;
        let shift = if matches!(lead, "next" | "agle") { 7 } else { 0 };
        let first = if today.weekday() == Weekday::Sunday { today } else { add_days(saturday, shift)? };
        return Some((end, Days { first, last: add_days(first, 1)?, grain: Grain::Day, counted: false }));
    }
    let weekday =
        calendar::weekday(named).or_else(|| calendar::short_weekday(named).filter(|_| announced && lead != "is"))?;
    let coming = upcoming(today, weekday)?;
    let same_week = coming.weekday().to_monday_one_offset() > today.weekday().to_monday_one_offset();
    let date = if matches!(lead, "next" | "agle") && same_week { add_days(coming, 7)? } else { coming };
    Some((end, day(date)))
}

/// The next such day after today.
fn upcoming(today: Date, weekday: Weekday) -> Option<Date> {
    today.nth_weekday(1, weekday).ok()
}

/// "next week", "is mahine", "end of the month", "next year"
fn period(tokens: &[Token<'_>], at: usize, today: Date) -> Option<(usize, Days)> {
    let (ends, start) = match (norm(tokens, at), norm(tokens, at + 1), norm(tokens, at + 2)) {
        ("end", "of", "the") => (true, at + 3),
        ("end", "of", _) => (true, at + 2),
        ("month", "end", _) => return Some((at + 2, day(today.last_of_month()))),
        ("year", "end", _) => return Some((at + 2, day(today.last_of_year()))),
        _ => (false, at),
    };
    let (ahead, unit_at) = match norm(tokens, start) {
        "this" | "is" | "iss" => (0, start + 1),
        "next" | "agle" | "coming" => (1, start + 1),
        _ if ends => (0, start),
        _ => return None,
    };
    let monday = add_days(today, -i64::from(today.weekday().to_monday_zero_offset()))?;
    let days = match norm(tokens, unit_at) {
        "week" | "hafte" => {
            let first = add_days(monday, 7 * ahead)?;
            Days { first, last: add_days(first, 6)?, grain: Grain::Week, counted: false }
        }
        "month" | "mahine" => {
            let first = today.first_of_month().checked_add(ahead.months()).ok()?;
            Days { first, last: first.last_of_month(), grain: Grain::Month, counted: false }
        }
        "year" | "saal" => {
            let first = today.first_of_year().checked_add(ahead.years()).ok()?;
            Days { first, last: first.last_of_year(), grain: Grain::Year, counted: false }
        }
        _ => return None,
    };
    Some((unit_at + 1, if ends { day(days.last) } else { days }))
}

/// 25/12, 25-12-2026, 2026-12-25. Day before month, as in India and Europe.
fn numeric_date(tokens: &[Token<'_>], at: usize, today: Date) -> Option<(usize, Days)> {
    let number = |i: usize| -> Option<i16> {
        let token = tokens.get(i)?;
        if token.kind == Kind::Number { token.text.parse().ok() } else { None }
    };
    let separator = norm(tokens, at + 1);
    if !matches!(separator, "/" | "-") || !tokens[at + 1].glued {
        return None;
    }
    let (first, second) = (number(at)?, number(at + 2)?);
    let third = (norm(tokens, at + 3) == separator).then(|| number(at + 4)).flatten();
    let small = |value: i16| i8::try_from(value).ok();
    let date = match third {
        Some(day) if first > 1900 => Date::new(first, small(second)?, small(day)?).ok()?,
        Some(year) => Date::new(if year < 100 { 2000 + year } else { year }, small(second)?, small(first)?).ok()?,
        None if separator == "/" => yearless(small(second)?, small(first)?, today)?,
        None => return None,
    };
    Some((at + if third.is_some() { 5 } else { 3 }, day(date)))
}

/// "25th December 2026", "December 25", "the 25th", "25 tarikh", "by March".
fn month_date(tokens: &[Token<'_>], at: usize, today: Date) -> Option<(usize, Days)> {
    if let Some((number, end, ordinal)) = day_number(tokens, at) {
        let skip = usize::from(norm(tokens, end) == "of");
        if let Some(month) = calendar::month(norm(tokens, end + skip)) {
            return with_year(tokens, end + skip + 1, month, number, today);
        }
        let before = at.checked_sub(1).map_or("", |i| norm(tokens, i));
        if norm(tokens, end) == "tarikh" || (ordinal && matches!(before, "the" | "on")) && is_date_end(tokens, end) {
            let end = end + usize::from(norm(tokens, end) == "tarikh");
            return next_day_of_month(number, today).map(|date| (end, day(date)));
        }
    }
    let month = calendar::month(norm(tokens, at))?;
    if let Some((number, end, _)) = day_number(tokens, at + 1).filter(|(number, ..)| (1..=31).contains(number)) {
        return with_year(tokens, end, month, number, today);
    }
    let before = at.checked_sub(1).map_or("", |i| norm(tokens, i));
    let announced = is_any(before, "in by before till around of next from until this");
    let hindi = matches!(norm(tokens, at + 1), "mein" | "tak" | "ke" | "se");
    if !(announced || hindi) {
        return None;
    }
    let year = if month >= today.month() { today.year() } else { today.year() + 1 };
    let (year, end) = said_year(tokens, at + 1).unwrap_or((year, at + 1));
    let first = Date::new(year, month, 1).ok()?;
    Some((end, Days { first, last: first.last_of_month(), grain: Grain::Month, counted: false }))
}

fn is_date_end(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at).is_none_or(|next| {
        next.kind == Kind::Stop || is_any(&next.norm, "at in is works would please morning evening ko")
    })
}

/// "25", "25th", "twenty fifth", "fifth". Returns the day, the end, and whether it was an ordinal.
fn day_number(tokens: &[Token<'_>], at: usize) -> Option<(i8, usize, bool)> {
    if let Some(value) = calendar::ordinal(norm(tokens, at)) {
        return Some((value, at + 1, true));
    }
    let tens = match norm(tokens, at) {
        "twenty" => Some(20),
        "thirty" => Some(30),
        _ => None,
    };
    if let (Some(tens), Some(unit)) = (tens, calendar::ordinal(norm(tokens, at + 1)).filter(|&unit| unit < 10)) {
        return Some((tens + unit, at + 2, true));
    }
    let number =
        quantity(tokens, at).filter(|q| q.scale == 1.0 && q.value.fract() == 0.0 && (1.0..=31.0).contains(&q.value))?;
    let suffix =
        tokens.get(number.range.end).is_some_and(|t| t.glued && matches!(t.norm.as_str(), "th" | "st" | "nd" | "rd"));
    Some((number.value as i8, number.range.end + usize::from(suffix), suffix))
}

fn with_year(tokens: &[Token<'_>], at: usize, month: i8, number: i8, today: Date) -> Option<(usize, Days)> {
    match said_year(tokens, at) {
        Some((year, end)) => Date::new(year, month, number).ok().map(|date| (end, day(date))),
        None => yearless(month, number, today).map(|date| (at, day(date))),
    }
}

fn said_year(tokens: &[Token<'_>], at: usize) -> Option<(i16, usize)> {
    let at = at + usize::from(norm(tokens, at) == ",");
    let token = tokens.get(at).filter(|token| token.kind == Kind::Number && token.text.len() == 4)?;
    token.text.parse().ok().filter(|year| (2000..2200).contains(year)).map(|year| (year, at + 1))
}

/// This year's date, or next year's when it is over.
fn yearless(month: i8, number: i8, today: Date) -> Option<Date> {
    let this_year = Date::new(today.year(), month, number).ok().filter(|date| *date >= today);
    this_year.or_else(|| Date::new(today.year() + 1, month, number).ok())
}

fn next_day_of_month(number: i8, today: Date) -> Option<Date> {
    let this = Date::new(today.year(), today.month(), number).ok().filter(|date| *date > today);
    this.or_else(|| {
        let next = today.first_of_month().checked_add(1.month()).ok()?;
        Date::new(next.year(), next.month(), number).ok()
    })
}

/// "in 2 weeks", "teen mahine mein", "within six months", "2 to 3 months". Without a word that points ahead the caller
/// decides by context; a point in days needs one.
fn counted(tokens: &[Token<'_>], at: usize, today: Date) -> Option<(usize, Days)> {
    let announced = matches!(norm(tokens, at), "in" | "within" | "after" | "next" | "agle" | "another");
    let mut start = at + usize::from(announced);
    while announced && matches!(norm(tokens, start), "the" | "next" | "about" | "around" | "another" | "maybe") {
        start += 1;
    }
    let (low, high, end) = amount(tokens, start)?;
    let unit = norm(tokens, end);
    let (grain, span): (Grain, fn(i64) -> Span) = match unit {
        "day" | "din" => (Grain::Day, |n| n.days()),
        "week" | "hafte" => (Grain::Week, |n| n.weeks()),
        "month" | "mahine" => (Grain::Month, |n| n.months()),
        "year" | "saal" => (Grain::Year, |n| n.years()),
        _ => return None,
    };
    let mut end = end + 1;
    let ahead = match (norm(tokens, end), norm(tokens, end + 1)) {
        ("baad" | "later" | "mein", _) => 1,
        ("from", "now") | ("ke", "andar" | "baad" | "bheetar") | ("ka", "time") => 2,
        ("time", _) => 1,
        _ => 0,
    };
    end += ahead;
    if !announced && ahead == 0 && grain == Grain::Day {
        return None;
    }
    let shift = |count: f64| -> Option<Date> {
        let whole = count.floor();
        let rest = if count.fract() > 0.0 {
            match grain {
                Grain::Year => 183,
                Grain::Month => 15,
                Grain::Week => 4,
                Grain::Day => 1,
            }
        } else {
            0
        };
        today.checked_add(span(whole as i64)).ok().and_then(|date| add_days(date, rest))
    };
    let (first, last) = (shift(low)?, shift(high)?);
    Some((end, Days { first, last, grain, counted: true }))
}

fn amount(tokens: &[Token<'_>], at: usize) -> Option<(f64, f64, usize)> {
    if matches!(norm(tokens, at), "a" | "an") && matches!(norm(tokens, at + 1), "day" | "week" | "month" | "year") {
        return Some((1.0, 1.0, at + 1));
    }
    if norm(tokens, at) == "few" || (norm(tokens, at) == "a" && norm(tokens, at + 1) == "few") {
        return None;
    }
    let found = spread(tokens, at).filter(|found| found.scale == 1.0 && found.high <= 400.0 && found.low > 0.0)?;
    Some((found.low, found.high, found.range.end))
}
