//! Quantities in digits and in English and Hindi words: "1.2 cr", "sixty five", "dedh crore", "saade teen lakh".

use std::ops::Range;

use super::phrase::is_any;
use super::tokens::{Kind, Token};

mod words;

pub use words::{digit, scale, tens_word};
use words::{fraction, hindi_small, small_word, unit_word};

/// One number. `scale` is its largest unit (100000 for lakh), 1 when it had none.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    pub range: Range<usize>,
    pub value: f64,
    pub scale: f64,
    /// Written with digits.
    pub digits: bool,
}

/// Two ends of a range, equal for a single number.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    pub range: Range<usize>,
    pub low: f64,
    pub high: f64,
    pub scale: f64,
    /// Written with digits or a scale word, so that it is a number beyond doubt.
    pub sure: bool,
}

fn norm<'a>(tokens: &'a [Token<'_>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.norm.as_str())
}

/// The quantity that begins at `at`, as long as it goes: "one crore twenty lakh" is one.
pub fn quantity(tokens: &[Token<'_>], at: usize) -> Option<Quantity> {
    let (mut value, mut i) = group(tokens, at)?;
    let digits = tokens[at].kind == Kind::Number;
    let mut largest = 1.0;
    if let Some(unit) = scale(norm(tokens, i)) {
        value *= unit;
        largest = unit;
        i += 1;
        let mut smallest = unit;
        // Each further group must carry a smaller unit, or it is another number.
        while let Some((more, end, unit)) = scaled_group(tokens, i).filter(|&(_, _, unit)| unit < smallest) {
            value += more * unit;
            smallest = unit;
            i = end;
        }
        if let Some((rest, end)) = hundreds(tokens, i).filter(|_| smallest == 1000.0) {
            value += rest;
            i = end;
        }
    }
    Some(Quantity { range: at..i, value, scale: largest, digits })
}

fn scaled_group(tokens: &[Token<'_>], at: usize) -> Option<(f64, usize, f64)> {
    let at = if norm(tokens, at) == "and" { at + 1 } else { at };
    let (value, end) = group(tokens, at)?;
    Some((value, end + 1, scale(norm(tokens, end))?))
}

fn hundreds(tokens: &[Token<'_>], at: usize) -> Option<(f64, usize)> {
    let (value, end) = group(tokens, at)?;
    (100.0..1000.0).contains(&value).then_some((value, end))
}

/// A number below its scale word: digits, words, hundreds, halves.
fn group(tokens: &[Token<'_>], at: usize) -> Option<(f64, usize)> {
    let (value, end) = simple(tokens, at)?;
    let (value, end) = if matches!(norm(tokens, end), "hundred" | "sau") && value < 100.0 {
        let skip = usize::from(norm(tokens, end + 1) == "and");
        match simple(tokens, end + 1 + skip).filter(|&(rest, _)| rest < 100.0) {
            Some((rest, after)) => (value * 100.0 + rest, after),
            None => (value * 100.0, end + 1),
        }
    } else {
        (value, end)
    };
    if norm(tokens, end) == "and" && norm(tokens, end + 1) == "a" && norm(tokens, end + 2) == "half" {
        return Some((value + 0.5, end + 3));
    }
    Some((value, end))
}

fn simple(tokens: &[Token<'_>], at: usize) -> Option<(f64, usize)> {
    let token = tokens.get(at)?;
    if token.kind == Kind::Number {
        return token.text.replace(',', "").parse().ok().map(|value| (value, at + 1));
    }
    let next = norm(tokens, at + 1);
    if let Some(value) = fraction(&token.norm) {
        return modified(tokens, at, value);
    }
    match token.norm.as_str() {
        "a" | "an" if scale(next).is_some() || next == "hundred" => return Some((1.0, at + 1)),
        "a" if next == "couple" => return Some((2.0, at + 2 + usize::from(norm(tokens, at + 2) == "of"))),
        "couple" => return Some((2.0, at + 1 + usize::from(next == "of"))),
        "half" if next == "a" && scale(norm(tokens, at + 2)).is_some() => return Some((0.5, at + 2)),
        _ => {}
    }
    let (whole, end) = if let Some(tens) = tens_word(&token.norm) {
        match unit_word(next).filter(|&unit| unit < 10) {
            Some(unit) => (f64::from(tens + unit), at + 2),
            None => (f64::from(tens), at + 1),
        }
    } else {
        (f64::from(small_word(&token.norm).or_else(|| hindi(tokens, at))?), at + 1)
    };
    Some(decimals(tokens, end).map_or((whole, end), |(part, end)| (whole + part, end)))
}

/// "sawa", "dedh", "dhai" stand alone; "saade", "sawa", "paune" shift the number after them.
fn modified(tokens: &[Token<'_>], at: usize, value: words::Fraction) -> Option<(f64, usize)> {
    match value {
        words::Fraction::Alone(value) => Some((value, at + 1)),
        words::Fraction::Shift { by, alone } => {
            let inner = tokens.get(at + 1).and_then(|token| match token.kind {
                Kind::Number => token.text.parse::<f64>().ok(),
                _ => small_word(&token.norm).or_else(|| hindi_small(&token.norm)).map(f64::from),
            });
            inner.map(|inner| (inner + by, at + 2)).or(alone.map(|value| (value, at + 1)))
        }
    }
}

/// "one point two five"
fn decimals(tokens: &[Token<'_>], at: usize) -> Option<(f64, usize)> {
    if norm(tokens, at) != "point" {
        return None;
    }
    let mut end = at + 1;
    let (mut part, mut place) = (0.0, 0.1);
    while let Some(value) = digit(norm(tokens, end)) {
        part += f64::from(value) * place;
        place /= 10.0;
        end += 1;
    }
    (end > at + 1).then_some((part, end))
}

/// Hindi number words that are also something else ("do", "saath", "so") count only beside another sign of a number.
fn hindi(tokens: &[Token<'_>], at: usize) -> Option<u32> {
    let word = norm(tokens, at);
    let value = hindi_small(word)?;
    if !is_any(word, "do saath sath bis tis teen che das sat") {
        return Some(value);
    }
    let next = norm(tokens, at + 1);
    let before = at.checked_sub(1).map_or("", |i| norm(tokens, i));
    let measured = |word: &str| scale(word).is_some() || is_measure(word);
    let number = |word: &str| hindi_small(word).is_some() || small_word(word).is_some();
    let in_spread = matches!(next, "se" | "ya") && hindi_small(norm(tokens, at + 2)).is_some();
    let after_spread = matches!(before, "se" | "ya") && at >= 2 && hindi_small(norm(tokens, at - 2)).is_some();
    let holds = measured(next) || (number(next) && word != "do") || in_spread || after_spread;
    let pair = (word == "do" && matches!(next, "teen" | "char" | "chaar")) || (word == "teen" && before == "do");
    (holds || pair).then_some(value)
}

fn is_measure(word: &str) -> bool {
    is_any(word, "bhk bedroom kamre baje din hafte mahine saal ghante minute sau tarikh")
}

/// One number or a range of two: "60 to 70 lakh", "sixty, maybe seventy", "pachas saath lakh", "do teen mahine".
pub fn spread(tokens: &[Token<'_>], at: usize) -> Option<Spread> {
    let first = quantity(tokens, at)?;
    let joined = joiner(tokens, first.range.end);
    let second = quantity(tokens, joined.end).filter(|second| {
        let adjacent = joined.is_empty();
        let shared = first.scale == 1.0 || second.scale >= first.scale || second.value > first.value;
        shared && (!adjacent || is_pair(&first, second))
    });
    let Some(second) = second else {
        let sure = first.digits || first.scale > 1.0;
        return Some(Spread { range: first.range, low: first.value, high: first.value, scale: first.scale, sure });
    };
    let low = if first.scale == 1.0 && second.scale > 1.0 && first.value < 1000.0 {
        first.value * second.scale
    } else {
        first.value
    };
    let high = if second.scale == 1.0 && first.scale > 1.0 && second.value < 1000.0 {
        second.value * first.scale
    } else {
        second.value
    };
    if high <= low {
        let sure = first.digits || first.scale > 1.0;
        return Some(Spread { range: first.range, low: first.value, high: first.value, scale: first.scale, sure });
    }
    let scale = first.scale.max(second.scale);
    Some(Spread { range: at..second.range.end, low, high, scale, sure: first.digits || second.digits || scale > 1.0 })
}

/// Words between two ends of a range; empty when they stand side by side.
fn joiner(tokens: &[Token<'_>], at: usize) -> Range<usize> {
    match norm(tokens, at) {
        "to" | "-" | "se" | "or" | "ya" | "till" => at..at + 1,
        "and" if at >= 2 && tokens[..at].iter().rev().take(6).any(|token| token.is("between")) => at..at + 1,
        "," => match norm(tokens, at + 1) {
            "maybe" | "or" | "ya" | "possibly" | "shayad" => at..at + 2,
            _ => at..at,
        },
        "maybe" | "possibly" | "shayad" => at..at + 1,
        _ => at..at,
    }
}

/// Side by side only small whole numbers of one kind are a range: "fifty sixty", "do teen".
fn is_pair(first: &Quantity, second: &Quantity) -> bool {
    !first.digits
        && !second.digits
        && first.scale == 1.0
        && second.value / second.scale > first.value
        && (first.value > 1.0 || second.value == 2.0)
        && second.value / second.scale <= first.value + 10.0
}

#[cfg(test)]
mod tests {
    use super::{super::tokens::tokenize, *};

    fn value(text: &str) -> f64 {
        quantity(&tokenize(text), 0).unwrap().value
    }

    #[test]
    fn numbers_are_read_in_words_and_digits() {
        for (text, expected) in [
            ("sixty five lakh", 6_500_000.0),
            ("1.2 cr", 12_000_000.0),
            ("one point two five crore", 12_500_000.0),
            ("dedh crore", 15_000_000.0),
            ("dhai lakh", 250_000.0),
            ("saade teen lakh", 350_000.0),
            ("sawa do crore", 22_500_000.0),
            ("paune do lakh", 175_000.0),
            ("pachas lakh", 5_000_000.0),
            ("one crore twenty lakh", 12_000_000.0),
            ("two hundred and fifty thousand", 250_000.0),
            ("a hundred", 100.0),
            ("70,00,000", 7_000_000.0),
            ("twenty five thousand five hundred", 25_500.0),
            ("one and a half crore", 15_000_000.0),
            ("half a million", 500_000.0),
            ("450k", 450_000.0),
            ("do lakh", 200_000.0),
        ] {
            assert!((value(text) - expected).abs() < 0.5, "{text}: {}", value(text));
        }
    }

    #[test]
    fn ranges_share_their_unit() {
        for (text, low, high) in [
            ("60 to 70 lakh", 6_000_000.0, 7_000_000.0),
            ("sixty, maybe seventy lakh", 6_000_000.0, 7_000_000.0),
            ("pachas saath lakh", 5_000_000.0, 6_000_000.0),
            ("saath se sattar lakh", 6_000_000.0, 7_000_000.0),
            ("80 lakh to 1 crore", 8_000_000.0, 10_000_000.0),
            ("60-70L", 6_000_000.0, 7_000_000.0),
            ("do teen", 2.0, 3.0),
        ] {
            let found = spread(&tokenize(text), 0).unwrap();
            assert_eq!((found.low, found.high), (low, high), "{text}");
        }
    }

    #[test]
    fn words_that_only_look_like_numbers_are_left_alone() {
        for text in ["do you want", "saath mein", "so what", "to be"] {
            assert_eq!(quantity(&tokenize(text), 0), None, "{text}");
        }
    }
}
