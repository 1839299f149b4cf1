//! Phone numbers in figures and words: "98xxx 00000", "nine eight double zero …", "+91 …". A number that does not fit the
//! tenant's country or carry its own country code is left out.

use std::ops::Range;

use domain::{intelligence::FieldValue, pii::Personal};

use super::{Found, confirmations, later};
use crate::{
    talk::{Line, Talk},
    text::{
        numbers::{digit, scale, tens_word},
        phrase::is_any,
        tokens::Kind,
    },
};

struct Number {
    range: Range<usize>,
    e164: String,
    confidence: f32,
}

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let country = talk.context.tenant_country.as_str();
    let mut found = None;
    for (question, answer) in confirmations(talk) {
        if let Some(number) = numbers(question, country).into_iter().last() {
            found = Some(Found::confirmed(question, &number.range, answer, value(&number.e164), number.e164.clone()));
        }
    }
    for line in talk.customer() {
        for number in numbers(line, country) {
            let next = Found::said(line, &number.range, value(&number.e164), number.e164, number.confidence);
            found = later(found, next);
        }
    }
    found.or_else(|| in_parts(talk, country))
}

fn value(e164: &str) -> FieldValue {
    FieldValue::Text { text: Personal::new(e164.to_owned()) }
}

/// A number dictated over several lines ("nine eight one two three" – "yes" – "four five …"). Quotes its first part.
fn in_parts(talk: &Talk<'_>, country: &str) -> Option<Found> {
    let lines: Vec<_> = talk.customer().collect();
    (0..lines.len()).find_map(|first| {
        let mut digits = String::new();
        let mut parts = Vec::new();
        for line in &lines[first..(first + 4).min(lines.len())] {
            let run =
                runs(line).into_iter().find(|run| run.digits.len() >= 2 && run.range.len() * 2 >= line.word_count())?;
            digits.push_str(&run.digits);
            parts.push(line.quote(&run.range));
            if let Some((e164, _)) = normalise(&digits, false, country).filter(|_| parts.len() > 1) {
                let mut found = Found::said(lines[first], &(0..0), value(&e164), e164.clone(), 0.75);
                found.evidence = parts.remove(0);
                found.more = parts;
                return Some(found);
            }
        }
        None
    })
}

fn numbers(line: &Line<'_>, country: &str) -> Vec<Number> {
    runs(line)
        .into_iter()
        .filter_map(|run| {
            let (e164, sure) = normalise(&run.digits, run.plus, country)?;
            let other = (run.range.start.saturating_sub(5)..run.range.start).any(|i| is_someone_else(line.norm(i)));
            let confidence = if sure { 0.95 } else { 0.6 } - if other { 0.35 } else { 0.0 };
            Some(Number { range: run.range, e164, confidence })
        })
        .collect()
}

fn is_someone_else(word: &str) -> bool {
    is_any(word, "wifes husbands friends brothers sons fathers wife husband office bhai")
}

struct Run {
    range: Range<usize>,
    digits: String,
    plus: bool,
}

/// Runs of figures, digit words, "double" and "triple", with small pauses inside.
fn runs(line: &Line<'_>) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut i = 0;
    while i < line.tokens.len() {
        let Some(run) = run_at(line, i) else {
            i += 1;
            continue;
        };
        i = run.range.end.max(i + 1);
        let amount =
            scale(line.norm(i)).is_some() || matches!(line.norm(i), "%" | "rupees" | "dollars" | "sqft" | "square");
        let money = run.range.start > 0 && matches!(line.norm(run.range.start - 1), "₹" | "$" | "rupees" | "€" | "£");
        if !amount && !money {
            runs.push(run);
        }
    }
    runs
}

fn run_at(line: &Line<'_>, at: usize) -> Option<Run> {
    let plus = matches!(line.norm(at), "+" | "plus");
    let mut i = at + usize::from(plus);
    let (mut digits, mut end) = (String::new(), i);
    while i < line.tokens.len() && digits.len() < 20 {
        if let Some((piece, next)) = piece(line, i) {
            digits.push_str(&piece);
            i = next;
            end = next;
        } else if !digits.is_empty() && is_pause(line, i) {
            i += 1;
        } else {
            break;
        }
    }
    (!digits.is_empty()).then_some(Run { range: at..end, digits, plus })
}

fn is_pause(line: &Line<'_>, at: usize) -> bool {
    let token = &line.tokens[at];
    matches!(token.norm.as_str(), "-" | "," | "." | "then" | "aur" | "and")
}

/// Digits of the words at `at`: "98200", "double nine", "nine", "ninety eight".
fn piece(line: &Line<'_>, at: usize) -> Option<(String, usize)> {
    let token = &line.tokens[at];
    if token.kind == Kind::Number {
        let plain = token.text.replace(',', "");
        return (!plain.contains('.')).then_some((plain, at + 1));
    }
    let times = match token.norm.as_str() {
        "double" => 2,
        "triple" => 3,
        _ => 1,
    };
    if times > 1 {
        let next = line.tokens.get(at + 1)?;
        let value = digit(&next.norm).or_else(|| next.text.parse().ok().filter(|&value: &u32| value < 10))?;
        return Some((value.to_string().repeat(times), at + 2));
    }
    if let Some(tens) = tens_word(&token.norm) {
        return match digit(line.norm(at + 1)).filter(|&unit| unit > 0) {
            Some(unit) => Some(((tens + unit).to_string(), at + 2)),
            None => Some((tens.to_string(), at + 1)),
        };
    }
    digit(&token.norm).map(|value| (value.to_string(), at + 1))
}

/// E.164 and whether the digits fit the numbering plan beyond doubt.
fn normalise(digits: &str, plus: bool, country: &str) -> Option<(String, bool)> {
    if plus {
        return (8..=15).contains(&digits.len()).then(|| (format!("+{digits}"), true));
    }
    let (code, length) = match country {
        "IN" => ("91", 10),
        "US" | "CA" => ("1", 10),
        "GB" => ("44", 10),
        "AE" | "AU" => (if country == "AE" { "971" } else { "61" }, 9),
        "SG" => ("65", 8),
        _ => return None,
    };
    let national = match digits.len() {
        n if n == length && !digits.starts_with('0') => digits,
        n if n == length + 1 && digits.starts_with('0') && code != "1" => &digits[1..],
        n if n == length + code.len() && digits.starts_with(code) => &digits[code.len()..],
        _ => return None,
    };
    let mobile = country != "IN" || national.starts_with(['6', '7', '8', '9']);
    Some((format!("+{code}{national}"), mobile))
}
