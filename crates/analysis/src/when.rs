//! Points in time that people say: "tomorrow", "kal shaam 5 baje", "Saturday at eleven", "in 2 weeks", "25th December".
//!
//! Everything is resolved against the call's own date in the customer's zone. What lies in the past ("I called yesterday")
//! is no appointment and is left out.

use std::ops::Range;

use domain::{
    intelligence::{CallContext, When},
    time::UnixMillis,
};
use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use crate::text::{
    negation::is_negator,
    phrase::is_any,
    tokens::{Kind, Token, clause_around},
};

mod calendar;
mod clock;
mod days;

use clock::{Clock, DayPart};

/// How exactly a day was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    Day,
    Week,
    Month,
    Year,
}

/// The days that an expression covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    pub first: Date,
    pub last: Date,
    pub grain: Grain,
    /// Counted from the call ("in three months"), not named.
    pub counted: bool,
}

/// One expression of time in a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    pub range: Range<usize>,
    pub days: Option<Days>,
    pub time: Option<Time>,
    pub part: Option<DayPart>,
    /// Ruled out by the speaker ("not Saturday").
    pub denied: bool,
}

#[derive(Debug, Clone)]
enum Piece {
    Days(Days),
    /// Hours and minutes from the moment of the call.
    Moment(DateTime),
    Clock(Clock),
    Part(DayPart),
}

/// All future expressions of time in `tokens`, joined where day and hour belong together.
pub fn mentions(tokens: &[Token<'_>], now: DateTime) -> Vec<Mention> {
    let pieces = pieces(tokens, now);
    let mut found: Vec<(Range<usize>, Vec<Piece>)> = Vec::new();
    for (range, piece) in pieces {
        match found.last_mut() {
            Some((open, parts)) if fits(parts, &piece) && is_joined(tokens, open.end..range.start) => {
                open.end = range.end;
                parts.push(piece);
            }
            _ => found.push((range, vec![piece])),
        }
    }
    found.into_iter().filter_map(|(range, parts)| mention(tokens, range, &parts, now)).collect()
}

fn pieces(tokens: &[Token<'_>], now: DateTime) -> Vec<(Range<usize>, Piece)> {
    let mut pieces: Vec<(Range<usize>, Piece)> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let after_day = pieces.last().is_some_and(|(range, piece)| {
            matches!(piece, Piece::Days(_) | Piece::Part(_)) && is_joined(tokens, range.end..i)
        });
        let next = days::moment_at(tokens, i, now)
            .map(|(end, moment)| (end, Piece::Moment(moment)))
            .or_else(|| clock::at(tokens, i, after_day).map(|(end, clock)| (end, Piece::Clock(clock))))
            .or_else(|| days::at(tokens, i, now.date()).map(|(end, days)| (end, Piece::Days(days))))
            .or_else(|| clock::part_at(tokens, i).map(|(end, part)| (end, Piece::Part(part))));
        match next {
            Some((end, piece)) if end > i => {
                pieces.push((i..end, piece));
                i = end;
            }
            _ => i += 1,
        }
    }
    pieces
}

fn fits(parts: &[Piece], next: &Piece) -> bool {
    !parts.iter().any(|part| {
        matches!(
            (part, next),
            (Piece::Days(_) | Piece::Moment(_), Piece::Days(_) | Piece::Moment(_))
                | (Piece::Clock(_) | Piece::Moment(_), Piece::Clock(_) | Piece::Moment(_))
                | (Piece::Part(_), Piece::Part(_))
        )
    })
}

/// Up to three small words may stand between a day and its hour.
fn is_joined(tokens: &[Token<'_>], gap: Range<usize>) -> bool {
    gap.len() <= 3 && tokens[gap].iter().all(|token| token.is(",") || is_small(&token.norm))
}

fn is_small(word: &str) -> bool {
    is_any(
        word,
        "at on ko mein the in of around by about ke ki say maybe after karib kareeb lagbhag sharp itself only \
            hi se",
    )
}

fn mention(tokens: &[Token<'_>], range: Range<usize>, parts: &[Piece], now: DateTime) -> Option<Mention> {
    let mut mention = Mention { range: range.clone(), days: None, time: None, part: None, denied: false };
    let mut clock = None;
    for part in parts {
        match *part {
            Piece::Days(days) => mention.days = Some(days),
            Piece::Moment(at) => {
                mention.days = Some(Days { first: at.date(), last: at.date(), grain: Grain::Day, counted: true });
                mention.time = Some(at.time());
            }
            Piece::Clock(read) => clock = Some(read),
            Piece::Part(part) => mention.part = Some(part),
        }
    }
    mention.time = clock.and_then(|clock: Clock| clock.resolve(mention.part)).or(mention.time);
    let over = mention.days.is_some_and(|days| days.last < now.date());
    if over || is_past(tokens, &range) {
        return None;
    }
    mention.denied = is_ruled_out(tokens, &range);
    Some(mention)
}

/// "last Saturday", "two weeks ago", "kal call kiya tha", "for the last three months", "since Monday".
fn is_past(tokens: &[Token<'_>], range: &Range<usize>) -> bool {
    let clause = clause_around(tokens, range.start);
    let before = tokens[clause.start.min(range.start)..range.start].iter().rev().take(3);
    let after = &tokens[range.end..clause.end.max(range.end)];
    let mut before = before.map(|token| token.norm.as_str());
    let looks_back = before.any(|word| matches!(word, "last" | "pichle" | "since" | "past" | "previous"));
    let ago = match after.first().map_or("", |token| token.norm.as_str()) {
        "ago" | "pehle" => true,
        "back" | "se" => is_count(&tokens[range.clone()]),
        _ => false,
    };
    looks_back || ago || (is_two_way(&tokens[range.clone()]) && after.iter().any(|token| tells_past(&token.norm)))
}

fn tells_past(word: &str) -> bool {
    is_any(word, "tha thi thee aaya aayi gaya gayi kiya hua mila dekha")
}

fn is_count(words: &[Token<'_>]) -> bool {
    let units = ["day", "din", "week", "hafte", "month", "mahine", "year", "saal"];
    words.last().is_some_and(|last| units.contains(&last.norm.as_str()))
}

/// `kal` and `parson` are both tomorrow and yesterday.
fn is_two_way(words: &[Token<'_>]) -> bool {
    words.iter().any(|token| matches!(token.norm.as_str(), "kal" | "parson"))
}

fn is_ruled_out(tokens: &[Token<'_>], range: &Range<usize>) -> bool {
    let clause = clause_around(tokens, range.start);
    let start = clause.start.min(range.start).max(range.start.saturating_sub(4));
    let later = |i: usize| matches!(tokens[i + 1].norm.as_str(), "before" | "until" | "till" | "earlier");
    let before = (start..range.start).any(|i| is_negator(&tokens[i].norm) && !(i + 1 < tokens.len() && later(i)));
    let after = tokens[range.end..(range.end + 3).min(tokens.len())]
        .iter()
        .take_while(|token| token.kind != Kind::Stop)
        .any(|token| matches!(token.norm.as_str(), "nahi" | "not" | "wont" | "doesnt" | "isnt" | "cant" | "mat"));
    before || after
}

impl Mention {
    /// The point in time, on the clock of the call's zone. A time without a day is the next time the clock shows it; a week
    /// or month without a day is its first day to come.
    pub fn when(&self, context: &CallContext) -> Option<When> {
        let now = context.call_date;
        let date = match (self.days, self.time) {
            (Some(days), _) => days.first.max(now.date()),
            (None, Some(time)) if time > now.time() => now.date(),
            (None, Some(_)) => now.date().tomorrow().ok()?,
            (None, None) => return None,
        };
        resolve(date, self.time, context)
    }

    pub fn has_day(&self) -> bool {
        self.days.is_some_and(|days| days.grain == Grain::Day)
    }
}

/// A wall-clock day and time in the call's zone. In a gap of daylight saving the clock is moved on, in a fold the first
/// passing counts (RFC 5545 section 3.3.5).
pub fn resolve(date: Date, time: Option<Time>, context: &CallContext) -> Option<When> {
    let tz = TimeZone::get(&context.zone).ok()?;
    let zoned = tz.to_ambiguous_zoned(date.to_datetime(time.unwrap_or_default())).compatible().ok()?;
    Some(When {
        at: UnixMillis(zoned.timestamp().as_millisecond()),
        local: zoned.datetime(),
        zone: context.zone.clone(),
        day_only: time.is_none(),
    })
}

/// "Sat 21 Nov 2026, 11:00"
pub fn display(when: &When) -> String {
    let shape = if when.day_only { "%a %-d %b %Y" } else { "%a %-d %b %Y, %H:%M" };
    when.local.strftime(shape).to_string()
}

fn add_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(days.days()).ok()
}

/// A weekday or month name, which is never the name of a person or place. "May" and "April" can be both and are left open.
pub fn is_calendar_word(word: &str) -> bool {
    calendar::weekday(word).is_some() || calendar::month(word).is_some_and(|month| !matches!(month, 4..=6))
}

/// The hour in a bare answer to "what time?": "eleven", "around 4".
pub fn bare_hour(tokens: &[Token<'_>]) -> Option<(Range<usize>, Time)> {
    (0..tokens.len().min(6)).find_map(|i| {
        let (end, clock) = clock::at(tokens, i, true)?;
        clock.resolve(None).map(|time| (i..end, time))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens::tokenize;

    fn read(text: &str, context: &CallContext) -> Vec<String> {
        let moments = mentions(&tokenize(text), context.call_date).into_iter().filter(|mention| !mention.denied);
        let shape = |when: When| when.local.strftime(if when.day_only { "%m-%d" } else { "%m-%d %H:%M" }).to_string();
        moments.filter_map(|mention| mention.when(context)).map(shape).collect()
    }

    /// Friday, 20 November 2026, 10:30.
    fn friday() -> CallContext {
        CallContext::new("2026-11-20T10:30", "Asia/Kolkata", "IN").unwrap()
    }

    #[test]
    fn days_and_hours_are_resolved_against_the_call() {
        for (text, expected) in [
            ("tomorrow at 5 pm", "11-21 17:00"),
            ("at half past five tomorrow", "11-21 17:30"),
            ("kal shaam 5 baje", "11-21 17:00"),
            ("shaam ko 5 baje", "11-20 17:00"),
            ("subah 9 baje", "11-21 09:00"),
            ("parson subah saade das baje", "11-22 10:30"),
            ("Saturday at eleven", "11-21 11:00"),
            ("next Saturday at eleven", "11-28 11:00"),
            ("on Wednesday", "11-25"),
            ("next Wednesday", "11-25"),
            ("Friday", "11-27"),
            ("this weekend", "11-21"),
            ("next week", "11-23"),
            ("agle mahine", "12-01"),
            ("month end", "11-30"),
            ("in 2 weeks", "12-04"),
            ("do din baad", "11-22"),
            ("in three days at noon", "11-23 12:00"),
            ("25th December", "12-25"),
            ("on the 5th", "12-05"),
            ("december twenty fifth at quarter to six", "12-25 17:45"),
            ("25/12", "12-25"),
            ("2026-12-25 10:15 am", "12-25 10:15"),
            ("pachis tarikh ko", "11-25"),
            ("3rd January 2027", "01-03"),
            ("in half an hour", "11-20 11:00"),
            ("ek ghante baad", "11-20 11:30"),
            ("after ten minutes", "11-20 10:40"),
            ("day after tomorrow evening at 7:30", "11-22 19:30"),
            ("Monday 6 p.m.", "11-23 18:00"),
            ("raat 8 baje", "11-20 20:00"),
            ("paune chhe baje kal", "11-21 17:45"),
        ] {
            assert_eq!(read(text, &friday()), [expected], "{text}");
        }
    }

    #[test]
    fn the_past_and_what_is_ruled_out_are_no_dates() {
        for text in [
            "I called yesterday",
            "kal maine call kiya tha",
            "last Saturday",
            "two weeks ago",
            "for the last three months",
            "since Monday",
            "not on Saturday",
            "Sunday nahi",
            "do mahine se dekh raha hoon",
            "good morning",
            "look at two flats",
        ] {
            assert_eq!(read(text, &friday()), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn clock_changes_follow_the_zone() {
        let utc = |date: &str, zone: &str, text: &str| {
            let context = CallContext::new(date, zone, "US").unwrap();
            mentions(&tokenize(text), context.call_date)[0].when(&context).unwrap().at.0
        };
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        // Summer time ends on 1 November 2026 in New York: the same hour is one hour later in UTC.
        assert_eq!(utc("2026-10-30T10:00", "America/New_York", "tomorrow at 9 am"), at("2026-10-31T13:00:00Z"));
        assert_eq!(utc("2026-10-31T10:00", "America/New_York", "tomorrow at 9 am"), at("2026-11-01T14:00:00Z"));
        // 02:30 does not exist on 8 March 2026: the clock is moved on to 03:30.
        assert_eq!(utc("2026-03-07T10:00", "America/New_York", "tomorrow at 2:30 am"), at("2026-03-08T07:30:00Z"));
        // 01:30 comes twice on 1 November 2026: the first passing counts.
        assert_eq!(utc("2026-10-31T10:00", "America/New_York", "tomorrow at 1:30 am"), at("2026-11-01T05:30:00Z"));
    }
}
