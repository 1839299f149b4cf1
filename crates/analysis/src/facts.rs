//! Facts about the customer and the deal, one kind per file. Each is read from the customer's own words; an agent's words
//! count only as the question that a customer's "yes" answers.

use std::{ops::Range, sync::LazyLock};

use domain::intelligence::{Evidence, ExtractedField, FieldKey, FieldValue};

use crate::{
    ENGINE,
    answer::{Reply, answer_range, reply},
    talk::{Line, Talk},
    text::phrase::{Lexicon, phrases},
};

mod appointment;
mod budget;
mod decision;
mod email;
mod financing;
mod name;
mod names_of_places;
mod objections;
mod phone;
mod place;
mod products;
mod property;
mod requirements;
mod timeline;

pub use objections::heard_in as objections_in;

/// A value with its ground, before it becomes a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub value: FieldValue,
    pub display: String,
    pub evidence: Evidence,
    pub asked: Option<Evidence>,
    pub more: Vec<Evidence>,
    pub confidence: f32,
}

impl Found {
    /// A value said in tokens `range` of `line`; `confidence` is lowered by how well the line was heard.
    fn said(line: &Line<'_>, range: &Range<usize>, value: FieldValue, display: String, confidence: f32) -> Self {
        let confidence = confidence * line.trust;
        Self { value, display, evidence: line.quote(range), asked: None, more: Vec::new(), confidence }
    }

    /// A value that `question` named and `answer` confirmed.
    fn confirmed(
        question: &Line<'_>,
        range: &Range<usize>,
        answer: &Line<'_>,
        value: FieldValue,
        display: String,
    ) -> Self {
        Self {
            value,
            display,
            evidence: answer.quote(&answer_range(answer)),
            asked: Some(question.quote(range)),
            more: Vec::new(),
            confidence: 0.8 * answer.trust,
        }
    }

    fn field(self, key: FieldKey) -> ExtractedField {
        ExtractedField {
            key,
            value: self.value,
            display: domain::pii::Personal::new(self.display),
            evidence: self.evidence,
            asked: self.asked,
            more: self.more,
            confidence: rounded(self.confidence),
            engine: ENGINE.to_owned(),
        }
    }
}

/// Two decimals within 0..1: more would pretend to be measured.
pub fn rounded(confidence: f32) -> f32 {
    (confidence.clamp(0.0, 1.0) * 100.0).round() / 100.0
}

/// One item of a list with where it was said.
#[derive(Debug, Clone)]
struct Item {
    label: String,
    evidence: Evidence,
    confidence: f32,
}

impl Item {
    fn new(line: &Line<'_>, range: &Range<usize>, label: String, confidence: f32) -> Self {
        Self { label, evidence: line.quote(range), confidence: confidence * line.trust }
    }
}

/// A list field from its items; each label once, in the order in which they were said.
fn list(items: Vec<Item>) -> Option<Found> {
    let mut kept: Vec<Item> = Vec::new();
    for item in items {
        if !kept.iter().any(|known| known.label.eq_ignore_ascii_case(&item.label)) {
            kept.push(item);
        }
    }
    let first = kept.first()?;
    Some(Found {
        evidence: first.evidence.clone(),
        confidence: kept.iter().map(|item| item.confidence).fold(1.0, f32::min),
        display: kept.iter().map(|item| item.label.as_str()).collect::<Vec<_>>().join(", "),
        more: kept.iter().skip(1).map(|item| item.evidence.clone()).collect(),
        asked: None,
        value: FieldValue::List { items: kept.into_iter().map(|item| item.label).collect() },
    })
}

/// Agent lines with the customer's immediate "yes".
fn confirmations<'a, 't>(talk: &'a Talk<'t>) -> impl Iterator<Item = (&'a Line<'t>, &'a Line<'t>)> {
    talk.lines
        .iter()
        .filter(|line| line.speaker == domain::intelligence::Speaker::Agent)
        .filter_map(|line| talk.reply_to(line.index).map(|answer| (line, answer)))
        .filter(|(_, answer)| reply(answer) == Some(Reply::Yes))
}

/// The later of two findings, unless the earlier is clearly surer: people correct themselves.
fn later(earlier: Option<Found>, next: Found) -> Option<Found> {
    match earlier {
        Some(earlier) if earlier.confidence > next.confidence + 0.2 => Some(earlier),
        _ => Some(next),
    }
}

/// Who sells names a price, a place and features of what they have, not of what they want.
static SELLS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "want to sell; selling my; sell my; sell our; bechna hai; bechna chahta; looking to sell; apna flat bech; ghar bechna",
    )
});

type Reader = fn(&Talk<'_>) -> Option<Found>;

/// All fields, in the order of [`FieldKey`].
pub fn extract(talk: &Talk<'_>) -> Vec<ExtractedField> {
    let readers: [(FieldKey, Reader); 15] = [
        (FieldKey::CustomerName, name::read),
        (FieldKey::Email, email::read),
        (FieldKey::Phone, phone::read),
        (FieldKey::Budget, budget::read),
        (FieldKey::PreferredLocation, place::read),
        (FieldKey::Bedrooms, property::bedrooms),
        (FieldKey::PropertyType, property::kind),
        (FieldKey::Requirements, requirements::read),
        (FieldKey::Timeline, timeline::read),
        (FieldKey::Financing, financing::read),
        (FieldKey::DecisionMaker, decision::read),
        (FieldKey::PainPoints, objections::pains),
        (FieldKey::Objections, objections::read),
        (FieldKey::MentionedProducts, products::read),
        (FieldKey::Appointment, appointment::read),
    ];
    let sells = talk.customer().any(|line| SELLS.occurs(&line.tokens));
    let of_buyers = |key: FieldKey| {
        matches!(key, FieldKey::Budget | FieldKey::PreferredLocation | FieldKey::Requirements | FieldKey::Financing)
    };
    let asked = readers.into_iter().filter(|(key, _)| !(sells && of_buyers(*key)));
    asked.filter_map(|(key, read)| read(talk).map(|found| found.field(key))).collect()
}
