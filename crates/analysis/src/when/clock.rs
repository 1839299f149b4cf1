//! Times of day: "5:30 pm", "half past five", "shaam ko 5 baje", "saade paanch baje", "eleven o'clock".

use jiff::civil::Time;

use crate::text::{
    numbers::{Quantity, quantity},
    phrase::is_any,
    tokens::{Kind, Token},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayPart {
    Morning,
    Afternoon,
    Evening,
    Night,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Am,
    Pm,
}

/// A time as said; which half of the day may still be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    hour: i8,
    minute: i8,
    half: Option<Half>,
}

impl Clock {
    /// Without am, pm or a part of the day, office hours decide: 8 to 11 is morning, 12 noon, 1 to 7 after noon.
    pub fn resolve(self, part: Option<DayPart>) -> Option<Time> {
        let hour = match (self.half, part, self.hour) {
            (_, _, hour) if hour > 12 || hour == 0 => hour,
            (Some(Half::Am), _, 12) => 0,
            (Some(Half::Am), ..) | (None, Some(DayPart::Morning), _) => self.hour,
            (Some(Half::Pm), _, 12) | (None, _, 12) => 12,
            (Some(Half::Pm), ..) => self.hour + 12,
            (None, Some(DayPart::Night), hour) if hour < 5 => hour,
            (None, Some(_), hour) => hour + 12,
            (None, None, hour) if hour < 8 => hour + 12,
            (None, None, hour) => hour,
        };
        Time::new(hour, self.minute, 0, 0).ok()
    }
}

fn norm<'a>(tokens: &'a [Token<'_>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.norm.as_str())
}

/// "morning", "shaam ko"; "good morning" is a greeting.
pub fn part_at(tokens: &[Token<'_>], at: usize) -> Option<(usize, DayPart)> {
    let before = at.checked_sub(1).map_or("", |i| norm(tokens, i));
    if matches!(before, "good" | "shubh") {
        return None;
    }
    let part = match norm(tokens, at) {
        "morning" | "subah" | "savere" | "sawere" => DayPart::Morning,
        "afternoon" | "dopahar" => DayPart::Afternoon,
        "evening" | "shaam" => DayPart::Evening,
        "night" | "raat" => DayPart::Night,
        _ => return None,
    };
    Some((at + 1, part))
}

/// A time that begins at `at`. `after_day` allows a bare hour ("Saturday eleven").
pub fn at(tokens: &[Token<'_>], at: usize, after_day: bool) -> Option<(usize, Clock)> {
    match norm(tokens, at) {
        "noon" | "midday" => return Some((at + 1, Clock { hour: 12, minute: 0, half: Some(Half::Pm) })),
        "midnight" => return Some((at + 1, Clock { hour: 0, minute: 0, half: None })),
        "half" | "quarter" => return past_or_to(tokens, at),
        _ => {}
    }
    let announced = matches!(norm(tokens, at), "at" | "@" | "around" | "by" | "after" | "before" | "till");
    let start = if announced { at + 1 } else { at };
    if announced && matches!(norm(tokens, start), "half" | "quarter") {
        return past_or_to(tokens, start);
    }
    let (end, hour, minute) = hour_and_minute(tokens, start)?;
    let (end, half, marked) = marker(tokens, end);
    let clock = Clock { hour, minute, half };
    let strong = marked || (minute > 0 && is_colon(tokens, start));
    let weak = (announced && norm(tokens, at) == "at") || after_day;
    (strong || (weak && hour <= 12 && hour > 0 && is_free(tokens, end))).then_some((end, clock))
}

fn is_colon(tokens: &[Token<'_>], at: usize) -> bool {
    norm(tokens, at + 1) == ":"
}

fn hour_and_minute(tokens: &[Token<'_>], at: usize) -> Option<(usize, i8, i8)> {
    let Quantity { range, value, scale, .. } = quantity(tokens, at)?;
    if scale > 1.0 || !(0.0..=24.0).contains(&value) {
        return None;
    }
    let token = &tokens[at];
    if let Some((hour, minute)) = token.text.split_once('.').filter(|_| token.kind == Kind::Number) {
        let minute: i8 = minute.parse().ok().filter(|_| minute.len() == 2)?;
        return valid(range.end, hour.parse().ok()?, minute);
    }
    // "saade paanch", "sawa", "paune" come as fractions of the hour.
    let hour = value.floor() as i8;
    let minute = ((value - value.floor()) * 60.0).round() as i8;
    if minute > 0 {
        return valid(range.end, hour, minute);
    }
    if norm(tokens, range.end) == ":" {
        let token = tokens.get(range.end + 1).filter(|token| token.kind == Kind::Number && token.text.len() == 2)?;
        return valid(range.end + 2, hour, token.text.parse().ok()?);
    }
    let spoken = quantity(tokens, range.end)
        .filter(|minute| !minute.digits && matches!(minute.value as i64, 15 | 20 | 30 | 40 | 45));
    match spoken {
        Some(minute) if minute.scale == 1.0 => valid(minute.range.end, hour, minute.value as i8),
        _ => valid(range.end, hour, 0),
    }
}

fn valid(end: usize, hour: i8, minute: i8) -> Option<(usize, i8, i8)> {
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((end, hour, minute))
}

/// am, pm, o'clock, baje. Returns the end, the half, and whether anything marked a time.
fn marker(tokens: &[Token<'_>], at: usize) -> (usize, Option<Half>, bool) {
    match norm(tokens, at) {
        "am" => (at + 1, Some(Half::Am), true),
        "pm" => (at + 1, Some(Half::Pm), true),
        "oclock" | "baje" => (at + 1, None, true),
        "o" if norm(tokens, at + 1) == "clock" => (at + 2, None, true),
        _ => (at, None, false),
    }
}

/// "half past five", "quarter to six"
fn past_or_to(tokens: &[Token<'_>], at: usize) -> Option<(usize, Clock)> {
    let minutes = if norm(tokens, at) == "half" { 30 } else { 15 };
    let hour = quantity(tokens, at + 2).filter(|q| q.scale == 1.0 && (1.0..=12.0).contains(&q.value))?;
    let (end, half, _) = marker(tokens, hour.range.end);
    let value = hour.value as i8;
    match norm(tokens, at + 1) {
        "past" => Some((end, Clock { hour: value, minute: minutes, half })),
        "to" if minutes == 15 => {
            let hour = if value == 1 { 12 } else { value - 1 };
            Some((end, Clock { hour, minute: 45, half }))
        }
        _ => None,
    }
}

/// After a bare hour nothing may follow that makes it a count of something.
fn is_free(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(next) = tokens.get(at) else { return true };
    next.kind == Kind::Stop
        || is_any(
            &next.norm,
            "on in is are works work ok please then sharp and for would will should if tomorrow today kal aaj \
            parson ko tak ke pe par this next itself sir madam maam instead not good theek thik suits fine se to \
            or ya but",
        )
        || super::calendar::weekday(&next.norm).is_some()
        || part_at(tokens, at).is_some()
}
