//! E-mail addresses, written ("asha@example.com") or spoken ("ravi dot kumar at gmail dot com").

use std::ops::Range;

use domain::{intelligence::FieldValue, pii::Personal};

use super::{Found, confirmations, later};
use crate::{
    answer::{Topic, asks},
    talk::{Line, Talk},
    text::{
        numbers::{digit, tens_word},
        phrase::is_any,
        tokens::Kind,
    },
};

/// An address in a line.
struct Address {
    range: Range<usize>,
    text: String,
    confidence: f32,
}

pub fn read(talk: &Talk<'_>) -> Option<Found> {
    let mut found = None;
    for (question, answer) in confirmations(talk) {
        if let Some(address) = addresses(question).into_iter().last() {
            found =
                Some(Found::confirmed(question, &address.range, answer, value(&address.text), address.text.clone()));
        }
    }
    for line in talk.customer() {
        let asked = talk.asked_before(line.index).is_some_and(|question| asks(question, Topic::Email));
        for mut address in addresses(line) {
            if asked {
                address.confidence = address.confidence.max(0.9);
            }
            let next = Found::said(line, &address.range, value(&address.text), address.text, address.confidence);
            found = later(found, next);
        }
    }
    found
}

fn value(text: &str) -> FieldValue {
    FieldValue::Text { text: Personal::new(text.to_owned()) }
}

fn addresses(line: &Line<'_>) -> Vec<Address> {
    (0..line.tokens.len()).filter_map(|at| address_at(line, at)).collect()
}

/// An address whose "@" or "at" is token `at`.
fn address_at(line: &Line<'_>, at: usize) -> Option<Address> {
    let sign = line.norm(at);
    let written = sign == "@";
    if !written && sign != "at" {
        return None;
    }
    let domain_at = match (line.norm(at + 1), line.norm(at + 2)) {
        ("the", "rate") => at + 3 + usize::from(line.norm(at + 3) == "of"),
        ("rate", _) => at + 2,
        _ => at + 1,
    };
    let (host, end) = host(line, domain_at)?;
    let (local, start, cued) = local(line, at, written)?;
    let confidence = match (written, cued) {
        (true, _) => 0.97,
        (false, true) => 0.9,
        (false, false) => 0.75,
    };
    Some(Address { range: start..end, text: format!("{local}@{host}").to_lowercase(), confidence })
}

/// "gmail dot com", "yahoo.co.in": at least one dot and a known end.
fn host(line: &Line<'_>, at: usize) -> Option<(String, usize)> {
    let mut host = part(line, at)?;
    let mut end = at + 1;
    let mut dots = 0;
    while is_dot(line, end) {
        let Some(label) = part(line, end + 1) else { break };
        // A full stop before a new sentence is no dot of a host.
        if line.norm(end) == "." && !line.tokens.get(end + 1).is_some_and(|token| token.glued) {
            break;
        }
        host = format!("{host}.{label}");
        dots += 1;
        end += 2;
    }
    let top = host.rsplit('.').next().unwrap_or_default();
    (dots > 0 && is_top_level(top)).then_some((host, end))
}

fn is_dot(line: &Line<'_>, at: usize) -> bool {
    matches!(line.norm(at), "dot" | "." | "point" | "daut")
}

fn part(line: &Line<'_>, at: usize) -> Option<String> {
    let token = line.tokens.get(at)?;
    matches!(token.kind, Kind::Word | Kind::Number).then(|| token.text.to_lowercase())
}

/// The part before the sign: walks left over words joined by dots, figures and single letters. Plain words without a joiner
/// belong to it only when a cue ("email is") marks where it begins.
fn local(line: &Line<'_>, sign: usize, written: bool) -> Option<(String, usize, bool)> {
    let mut start = sign;
    while start > 0 && is_local(line, start - 1) {
        let glued = line.tokens.get(start).is_some_and(|token| token.glued);
        if written && start < sign && !glued && line.norm(sign) == "@" && line.tokens[sign].glued {
            break;
        }
        start -= 1;
    }
    let cue = start.checked_sub(1).map_or("", |i| line.norm(i));
    let cued = is_any(cue, "is email id hai address : on to pe par it its");
    if !cued && !written {
        start = joined_start(line, sign)?;
    }
    let mut text = String::new();
    let mut i = start;
    while i < sign {
        match line.norm(i) {
            "dot" | "point" | "." => text.push('.'),
            "underscore" | "_" => text.push('_'),
            "dash" | "hyphen" | "-" => text.push('-'),
            "plus" | "+" => text.push('+'),
            "double" => {
                let value = digit(line.norm(i + 1))?;
                text.push_str(&format!("{value}{value}"));
                i += 1;
            }
            word if tens_word(word).is_some() => {
                let tens = tens_word(word)?;
                let unit = digit(line.norm(i + 1)).filter(|&unit| unit > 0 && i + 1 < sign);
                text.push_str(&(tens + unit.unwrap_or(0)).to_string());
                i += usize::from(unit.is_some());
            }
            word => match digit(word).filter(|_| line.tokens[i].kind == Kind::Word && word.len() > 1) {
                Some(value) => text.push_str(&value.to_string()),
                None => text.push_str(&line.tokens[i].text.replace(['\'', '’'], "").to_lowercase()),
            },
        }
        i += 1;
    }
    let whole = text.trim_matches('.');
    let valid = !whole.is_empty()
        && whole.len() <= 64
        && whole.is_ascii()
        && !whole.contains("..")
        && whole.len() == text.len();
    valid.then_some((text, start, cued))
}

/// Without a cue: the last word, and more to the left only through joiners.
fn joined_start(line: &Line<'_>, sign: usize) -> Option<usize> {
    let mut start = sign.checked_sub(1)?;
    if !matches!(line.tokens[start].kind, Kind::Word | Kind::Number) || is_function_word(line.norm(start)) {
        return None;
    }
    loop {
        let joiner = start.checked_sub(1).filter(|&i| is_joiner(line.norm(i)));
        let figure = line.tokens[start].kind == Kind::Number || digit(line.norm(start)).is_some();
        match (joiner, start.checked_sub(1)) {
            (Some(joiner), _) if joiner > 0 => start = joiner - 1,
            (None, Some(before))
                if figure && line.tokens[before].kind != Kind::Stop && !is_function_word(line.norm(before)) =>
            {
                start = before;
            }
            _ => return Some(start),
        }
    }
}

fn is_joiner(word: &str) -> bool {
    is_any(word, "dot point underscore dash hyphen _ - plus + .")
}

fn is_local(line: &Line<'_>, at: usize) -> bool {
    let token = &line.tokens[at];
    match token.kind {
        Kind::Stop => token.text == "." && token.glued && line.tokens.get(at + 1).is_some_and(|next| next.glued),
        Kind::Symbol => is_joiner(&token.norm),
        Kind::Word | Kind::Number => !is_function_word(&token.norm),
    }
}

fn is_function_word(word: &str) -> bool {
    is_any(
        word,
        "is email id hai address on to me my mera it its at the send pe par ko us and look yes sure ok please \
            that thats write of in was are you your haan ji no not ka ki hi",
    )
}

fn is_top_level(label: &str) -> bool {
    is_any(
        label,
        "com in org net co io edu gov info me biz uk us ai dev app example test ae au ca sg de tech online \
            nic",
    )
}
