//! Amounts of money: "₹75 lakh", "sixty to seventy lakh", "under 1.2 cr", "$450k", "pachas lakh tak".

use std::ops::Range;

use domain::intelligence::FieldValue;

use crate::text::{
    negation::is_negator,
    numbers::{Spread, spread},
    phrase::is_any,
    tokens::{Kind, Token},
};

#[derive(Debug, Clone, PartialEq)]
pub struct Money {
    pub range: Range<usize>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// ISO 4217, when it was said.
    pub currency: Option<&'static str>,
    /// A currency or a unit from lakh up was said, so it is money beyond doubt.
    pub sure: bool,
    /// Ruled out by the speaker ("not seventy").
    pub denied: bool,
    /// "about", "around".
    pub about: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    AtMost,
    AtLeast,
    About,
}

/// All amounts in `tokens`. Plain numbers are found too (`sure` is false): whether they are money is for the context to say.
pub fn amounts(tokens: &[Token<'_>]) -> Vec<Money> {
    let mut found = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        match spread(tokens, i) {
            Some(spread) => {
                let end = spread.range.end.max(i + 1);
                if let Some(money) = money(tokens, spread) {
                    i = money.range.end.max(end);
                    found.push(money);
                } else {
                    i = end;
                }
            }
            None => i += 1,
        }
    }
    found
}

fn norm<'a>(tokens: &'a [Token<'_>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.norm.as_str())
}

fn money(tokens: &[Token<'_>], spread: Spread) -> Option<Money> {
    let Spread { mut range, low, high, scale, .. } = spread;
    if is_other_measure(norm(tokens, range.end)) || !(low.is_finite() && high.is_finite()) || high > 1e15 || low < 0.0 {
        return None;
    }
    // A number glued behind a letter or sign belongs to a name or code ("B12", "#4").
    if tokens[range.start].glued
        && range.start > 0
        && tokens[range.start - 1].kind == Kind::Word
        && !is_currency(norm(tokens, range.start - 1))
    {
        return None;
    }
    let mut said = None;
    if let Some(before) = range.start.checked_sub(1) {
        let before = if norm(tokens, before) == "." && before > 0 && norm(tokens, before - 1) == "rupees" {
            before - 1
        } else {
            before
        };
        if let Some(currency) = currency(norm(tokens, before)) {
            said = Some(currency);
            range.start = before;
        }
    }
    if let Some(currency) = currency(norm(tokens, range.end)) {
        said = Some(currency);
        range.end += 1;
    }
    let denied = is_denied(tokens, &range);
    let (bound, range) = bound(tokens, range);
    let (min, max) = match bound {
        Some(Bound::AtMost) if low < high => (Some(low), Some(high)),
        Some(Bound::AtMost) => (None, Some(high)),
        Some(Bound::AtLeast) => (Some(low), (low < high).then_some(high)),
        _ => (Some(low), Some(high)),
    };
    let about = bound == Some(Bound::About);
    Some(Money { range, min, max, currency: said, sure: said.is_some() || scale >= 100_000.0, denied, about })
}

fn is_currency(word: &str) -> bool {
    currency(word).is_some()
}

fn currency(word: &str) -> Option<&'static str> {
    Some(match word {
        "₹" | "rupees" => "INR",
        "$" | "dollars" => "USD",
        "€" | "euro" | "euros" => "EUR",
        "£" | "pounds" => "GBP",
        "aed" | "dirham" | "dirhams" => "AED",
        _ => return None,
    })
}

/// Units that make a number something other than money.
fn is_other_measure(word: &str) -> bool {
    is_any(
        word,
        "bhk bedroom bed beds bath kamre rooms room % percent km kms kilometers sqft sq square feet acres \
            acre day din week hafte month mahine year saal hour ghante minute baje am pm oclock th st nd rd \
            people log users seats floor floors cars car times tarikh : kids children family members rk units \
            seater flat towers",
    )
}

fn is_denied(tokens: &[Token<'_>], range: &Range<usize>) -> bool {
    let start = range.start.saturating_sub(2);
    let before = tokens[start..range.start].iter().rev().take_while(|token| token.kind != Kind::Stop);
    let bound_next = |word: &str| matches!(word, "more" | "above" | "over" | "less" | "below" | "exceed" | "beyond");
    let denied =
        before.clone().any(|token| is_negator(&token.norm)) && !before.clone().any(|token| bound_next(&token.norm));
    denied || norm(tokens, range.end) == "nahi"
}

/// "I don't want to spend more than": a limit from above.
fn denies_more(tokens: &[Token<'_>], at: usize) -> bool {
    let words = tokens[at.saturating_sub(6)..at].iter().rev().take_while(|token| token.kind != Kind::Stop);
    words.into_iter().any(|token| is_negator(&token.norm) || token.is("no"))
}

/// Words around an amount that make it a limit. Widens the range over them.
fn bound(tokens: &[Token<'_>], range: Range<usize>) -> (Option<Bound>, Range<usize>) {
    let before = |n: usize| range.start.checked_sub(n).map_or("", |i| norm(tokens, i));
    let pair = (before(2), before(1));
    let (bound, taken) = match pair {
        ("se", "zyada")
        | ("not", "above" | "over" | "beyond" | "exceeding")
        | ("up" | "upto", "to")
        | ("less" | "lower", "than") => (Some(Bound::AtMost), 2),
        ("more" | "greater", "than") if denies_more(tokens, range.start - 2) => (Some(Bound::AtMost), 2),
        ("more" | "greater", "than") | ("at", "least") | ("starting", "from") => (Some(Bound::AtLeast), 2),
        (_, "under" | "below" | "upto" | "within" | "maximum" | "max" | "till") | ("at", "most") => {
            (Some(Bound::AtMost), 1)
        }
        (_, "above" | "over" | "minimum" | "min") => (Some(Bound::AtLeast), 1),
        (_, "around" | "about" | "approximately" | "roughly" | "approx" | "lagbhag" | "kareeb" | "karib" | "like") => {
            (Some(Bound::About), 1)
        }
        _ => (None, 0),
    };
    if bound.is_some() {
        return (bound, range.start - taken..range.end);
    }
    let after = |n: usize| norm(tokens, range.end + n);
    let (bound, taken) = match (after(0), after(1), after(2)) {
        ("se", "kam" | "neeche", _)
        | ("ke", "andar" | "under" | "bheetar", _)
        | ("or" | "and", "less" | "below", _) => (Some(Bound::AtMost), 2),
        ("tak" | "max" | "maximum", ..) => (Some(Bound::AtMost), 1),
        ("se", "zyada", "nahi") => (Some(Bound::AtMost), 3),
        ("se", "zyada" | "upar", _) | ("or" | "and", "more" | "above", _) => (Some(Bound::AtLeast), 2),
        ("ke", "aas" | "around" | "kareeb", _) => (Some(Bound::About), 2),
        _ => (None, 0),
    };
    (bound, range.start..range.end + taken)
}

impl Money {
    /// Whole units; the tenant's currency stands in for one that was not said.
    pub fn value(&self, country: &str) -> FieldValue {
        let whole = |amount: f64| amount.round().max(0.0) as u64;
        FieldValue::Money {
            min: self.min.map(whole),
            max: self.max.map(whole),
            currency: self.currency.unwrap_or_else(|| home_currency(country)).to_owned(),
        }
    }

    pub fn display(&self, country: &str) -> String {
        let currency = self.currency.unwrap_or_else(|| home_currency(country));
        let text = match (self.min, self.max) {
            (Some(min), Some(max)) if min < max => range_text(min, max, currency),
            (None, Some(max)) => format!("up to {}", one_text(max, currency)),
            (Some(min), None) => format!("from {}", one_text(min, currency)),
            (Some(amount), Some(_)) => one_text(amount, currency),
            (None, None) => String::new(),
        };
        if self.about { format!("about {text}") } else { text }
    }
}

pub fn home_currency(country: &str) -> &'static str {
    match country {
        "US" => "USD",
        "GB" => "GBP",
        "AE" => "AED",
        "DE" | "FR" | "IT" | "ES" | "NL" | "IE" | "AT" | "BE" | "PT" | "FI" | "GR" => "EUR",
        "AU" => "AUD",
        "CA" => "CAD",
        "SG" => "SGD",
        _ => "INR",
    }
}

fn sign(currency: &str) -> String {
    match currency {
        "INR" => "₹".to_owned(),
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        other => format!("{other} "),
    }
}

/// The unit that people of the currency speak in, and its word.
fn unit(amount: f64, currency: &str) -> (f64, &'static str) {
    match currency {
        "INR" if amount >= 1e7 => (1e7, " crore"),
        "INR" if amount >= 1e5 => (1e5, " lakh"),
        "INR" => (1.0, ""),
        _ if amount >= 1e6 => (1e6, " million"),
        _ if amount >= 1e4 => (1e3, "k"),
        _ => (1.0, ""),
    }
}

/// At most two decimals, thousands grouped.
fn figure(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text.len() {
        4.. if (1000.0..1e6).contains(&value) && !text.contains('.') => {
            format!("{},{}", &text[..text.len() - 3], &text[text.len() - 3..])
        }
        _ => text.to_owned(),
    }
}

fn one_text(amount: f64, currency: &str) -> String {
    let (size, word) = unit(amount, currency);
    format!("{}{}{word}", sign(currency), figure(amount / size))
}

fn range_text(min: f64, max: f64, currency: &str) -> String {
    let (size, word) = unit(max, currency);
    if unit(min, currency).0 == size {
        format!("{}{}–{}{word}", sign(currency), figure(min / size), figure(max / size))
    } else {
        format!("{}–{}", one_text(min, currency), one_text(max, currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens::tokenize;

    #[test]
    fn amounts_are_shown_as_people_say_them() {
        for (text, country, expected) in [
            ("sixty to seventy lakh", "IN", "₹60–70 lakh"),
            ("80 lakh to 1.2 crore", "IN", "₹80 lakh–₹1.2 crore"),
            ("under 75 lakh", "IN", "up to ₹75 lakh"),
            ("pachas lakh tak", "IN", "up to ₹50 lakh"),
            ("around 1.2 cr", "IN", "about ₹1.2 crore"),
            ("$450k", "US", "$450k"),
            ("25,000 rupees", "IN", "₹25,000"),
            ("70 lakh se zyada nahi", "IN", "up to ₹70 lakh"),
        ] {
            let found = amounts(&tokenize(text));
            assert_eq!(found.iter().map(|money| money.display(country)).collect::<Vec<_>>(), [expected], "{text}");
        }
    }

    #[test]
    fn counts_of_other_things_are_no_money() {
        for text in ["2 BHK", "5 baje", "three bedroom", "1200 sq ft", "in 3 weeks", "10 percent"] {
            assert_eq!(amounts(&tokenize(text)), [], "{text}");
        }
    }
}
