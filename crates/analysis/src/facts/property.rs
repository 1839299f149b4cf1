//! How many bedrooms, and what kind of property.

use std::{ops::Range, sync::LazyLock};

use domain::intelligence::FieldValue;

use super::{Found, later};
use crate::{
    answer::{Reply, Topic, asks, reply},
    talk::{Line, Talk},
    text::{
        negation::is_denied,
        numbers::{Spread, quantity, spread},
        phrase::{Lexicon, is_any},
        tokens::Kind,
    },
};

pub fn bedrooms(talk: &Talk<'_>) -> Option<Found> {
    let mut found = None;
    for line in talk.customer() {
        let mut in_line = None;
        for (range, low, high, confidence) in sizes(line) {
            in_line = later(in_line, size_found(line, &range, low, high, confidence));
        }
        if let Some(next) = in_line.or_else(|| bare_answer(talk, line)) {
            found = later(found, next);
        }
    }
    found
}

fn size_found(line: &Line<'_>, range: &Range<usize>, low: f64, high: f64, confidence: f32) -> Found {
    let value = if low < high {
        FieldValue::List { items: vec![low.to_string(), high.to_string()] }
    } else {
        FieldValue::Number { number: low }
    };
    let display = if low < high { format!("{low} or {high} BHK") } else { format!("{low} BHK") };
    Found::said(line, range, value, display, confidence)
}

fn sizes(line: &Line<'_>) -> Vec<(Range<usize>, f64, f64, f32)> {
    let mut found = Vec::new();
    let mut i = 0;
    while i < line.tokens.len() {
        match spread(&line.tokens, i).and_then(|spread| size(line, spread)) {
            Some((range, low, high)) => {
                i = range.end;
                if !is_denied(&line.tokens, &range) && !asks_whether(line, &range) {
                    found.push((range, low, high, 0.93));
                }
            }
            None => i += 1,
        }
    }
    found
}

/// "do you have 3 BHK?" is still a wish; "why is the 3 BHK so expensive?" is not.
fn asks_whether(line: &Line<'_>, range: &Range<usize>) -> bool {
    line.tokens[..range.start]
        .iter()
        .rev()
        .take(4)
        .any(|token| matches!(token.norm.as_str(), "why" | "current" | "currently"))
}

fn size(line: &Line<'_>, spread: Spread) -> Option<(Range<usize>, f64, f64)> {
    let Spread { range, low, high, scale, .. } = spread;
    let word_at = range.end;
    let unit = matches!(line.norm(word_at), "bhk" | "bedroom" | "kamre" | "bed" | "beds" | "bhks")
        || (line.norm(word_at) == "b" && line.norm(word_at + 1) == "hk");
    // "2 BHK or 3 BHK" names the unit twice.
    let second = matches!(line.norm(word_at + 1), "or" | "ya" | "and")
        .then(|| quantity(&line.tokens, word_at + 2))
        .flatten()
        .filter(|second| {
            matches!(line.norm(second.range.end), "bhk" | "bedroom") && second.value > low && second.value <= 10.0
        });
    if !unit || scale > 1.0 || !(1.0..=10.0).contains(&low) || high > 10.0 {
        return None;
    }
    match second.filter(|_| low == high) {
        Some(second) => Some((range.start..second.range.end + 1, low, second.value)),
        None => Some((range.start..word_at + 1, low, high)),
    }
}

/// "Two or three bedrooms?" – "Three would be better."
fn bare_answer(talk: &Talk<'_>, line: &Line<'_>) -> Option<Found> {
    let question = talk.asked_before(line.index).filter(|question| asks(question, Topic::Bedrooms))?;
    if reply(line) == Some(Reply::No) || line.word_count() > 8 {
        return None;
    }
    let at = (0..line.tokens.len()).find(|&i| quantity(&line.tokens, i).is_some())?;
    let Spread { range, low, high, scale, .. } = spread(&line.tokens, at)?;
    let next = line.norm(range.end);
    let of_rooms = next.is_empty()
        || is_any(
            next,
            ". , ! ? would is will chahiye bhk bedroom only or please should hi enough rooms works kamre theek",
        );
    if !of_rooms || scale > 1.0 || low.fract() != 0.0 && low != 2.5 || !(1.0..=6.0).contains(&low) || high > 6.0 {
        return None;
    }
    let mut found = size_found(line, &range, low, high, 0.85);
    found.asked = Some(question.quote_all());
    Some(found)
}

static KINDS: LazyLock<Lexicon<&'static str>> = LazyLock::new(|| {
    Lexicon::new(&[
        ("apartment", "flat; apartment; condo"),
        ("villa", "villa; row villa"),
        ("plot", "plot; plots"),
        ("house", "independent house; house; makaan; bungalow; kothi; row house; duplex; townhouse; independent home"),
        ("office", "office space; commercial space; commercial office"),
        ("shop", "shop; showroom; dukaan; retail space"),
        ("studio", "studio; studio apartment; studio flat"),
        ("penthouse", "penthouse"),
        ("pg", "pg; paying guest"),
        ("land", "land; zameen; farm land; agricultural land"),
        ("warehouse", "warehouse; godown"),
    ])
});

pub fn kind(talk: &Talk<'_>) -> Option<Found> {
    let mut found = None;
    for line in talk.customer() {
        for hit in KINDS.all(&line.tokens) {
            if is_denied(&line.tokens, &hit.range) || is_own(line, hit.range.start) || is_label(line, &hit.range) {
                continue;
            }
            let value = FieldValue::Choice { code: (*hit.meaning).to_owned() };
            let next = Found::said(line, &hit.range, value, capital(hit.meaning), 0.88);
            // Later casual mentions ("the flat") do not overturn a choice unless the words say so.
            let replaces = found.is_none() || is_chosen(line, hit.range.start);
            if replaces {
                found = later(found, next);
            }
        }
    }
    found
}

fn is_chosen(line: &Line<'_>, at: usize) -> bool {
    line.tokens[..at]
        .iter()
        .rev()
        .take(5)
        .any(|token| is_any(&token.norm, "want prefer need looking rather actually instead only sorry not nahi better"))
        || line.tokens[at..].iter().take(4).any(|token| matches!(token.norm.as_str(), "chahiye" | "lena" | "instead"))
}

/// What the customer has or sells is not what they look for.
fn is_own(line: &Line<'_>, at: usize) -> bool {
    line.tokens[..at]
        .iter()
        .rev()
        .take(3)
        .any(|token| is_any(&token.norm, "current my our sell mera hamara present own existing rented"))
}

/// "Palm Villa", "flat number 12": a name or an address, not a wish.
fn is_label(line: &Line<'_>, range: &Range<usize>) -> bool {
    let before = range.start.checked_sub(1).map(|i| &line.tokens[i]);
    let numbered = matches!(line.norm(range.end), "number" | "no" | "#");
    numbered
        || line.tokens[range.start].is_capitalised()
            && before.is_some_and(|token| {
                token.is_capitalised() && token.kind == Kind::Word && token.text.len() > 3 && !token.is("bhk")
            })
}

fn capital(code: &str) -> String {
    if code == "pg" {
        return "PG".to_owned();
    }
    let mut chars = code.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
