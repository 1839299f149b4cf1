//! Corpus rows, canonical values and the count of hits and misses.

use std::collections::BTreeSet;

use domain::{
    intelligence::{Analysis, CallContext, ExtractedField, FieldValue, Segment, Speaker, Transcript},
    pii::Personal,
};

/// The call of every corpus row: Friday, 20 November 2026, 10:30 in India.
pub fn context() -> CallContext {
    CallContext::new("2026-11-20T10:30", "Asia/Kolkata", "IN").unwrap()
}

pub fn segment(speaker: Speaker, start_s: f64, text: &str) -> Segment {
    Segment { speaker, start_s, end_s: start_s + 3.0, text: Personal::new(text.to_owned()), confidence: None }
}

/// One question and one answer; an empty question is left out.
pub fn exchange(asked: &str, said: &str) -> Transcript {
    let mut segments = Vec::new();
    if !asked.is_empty() {
        segments.push(segment(Speaker::Agent, 0.0, asked));
    }
    segments.push(segment(Speaker::Customer, 4.0, said));
    Transcript { segments, duration_s: 8.0, ..Transcript::default() }
}

/// A value in one line: `2`, `6000000-7000000 INR`, `2026-11-21T11:00`, `loan_needed`, `a|b`.
pub fn canonical(value: &FieldValue) -> String {
    let end = |amount: &Option<u64>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    match value {
        FieldValue::Text { text } => text.reveal().clone(),
        FieldValue::Number { number } => number.to_string(),
        FieldValue::Money { min, max, currency } if min == max => format!("{} {currency}", end(min)),
        FieldValue::Money { min, max, currency } => format!("{}-{} {currency}", end(min), end(max)),
        FieldValue::Date { date } => date.to_string(),
        FieldValue::Moment(when) if when.day_only => when.local.date().to_string(),
        FieldValue::Moment(when) => when.local.strftime("%Y-%m-%dT%H:%M").to_string(),
        FieldValue::Choice { code } => code.clone(),
        FieldValue::List { items } => items.join("|"),
        FieldValue::Timeline { class, .. } => class.as_str().to_owned(),
    }
}

pub fn facts(analysis: &Analysis) -> BTreeSet<String> {
    let fact = |field: &ExtractedField| format!("{}={}", field.key.as_str(), canonical(&field.value));
    analysis.fields.iter().map(fact).collect()
}

/// Facts found, wrongly found, and missed.
#[derive(Debug, Default)]
pub struct Tally {
    pub right: usize,
    pub wrong: Vec<String>,
    pub missed: Vec<String>,
}

impl Tally {
    pub fn count(&mut self, name: &str, found: &BTreeSet<String>, expected: &BTreeSet<String>) {
        self.right += found.intersection(expected).count();
        self.wrong.extend(found.difference(expected).map(|fact| format!("{name}: {fact}")));
        self.missed.extend(expected.difference(found).map(|fact| format!("{name}: {fact}")));
    }

    pub fn precision(&self) -> f64 {
        ratio(self.right, self.right + self.wrong.len())
    }

    pub fn recall(&self) -> f64 {
        ratio(self.right, self.right + self.missed.len())
    }

    /// Prints the figures and every miss.
    pub fn report(&self, title: &str) {
        println!(
            "{title}: precision {:.3}, recall {:.3} ({} right, {} wrong, {} missed)",
            self.precision(),
            self.recall(),
            self.right,
            self.wrong.len(),
            self.missed.len()
        );
        self.wrong.iter().for_each(|fact| println!("  wrong   {fact}"));
        self.missed.iter().for_each(|fact| println!("  missed  {fact}"));
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}
