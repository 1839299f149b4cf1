//! What a record of the CRM says of a person.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{CrmApi, CrmField, CrmPlan, Texts, path::text_at};
use crate::{
    imports::{Draft, Problem, Reason},
    pii::Personal,
    time::UnixMillis,
};

/// Characters of an id at most.
pub const MOST_ID: usize = 128;
const MOST_STAGE: usize = 40;
const NEAR_MS: i64 = 5_000;

/// A record that is a lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub external_id: String,
    /// By the CRM's clock; `None` where it does not say.
    pub changed_at: Option<UnixMillis>,
    /// As files and forms give it.
    pub draft: Draft,
    /// What the CRM says of the fields that are compared, by their names; a field without a text is empty there.
    pub texts: Texts,
    /// Fields whose value was doubtful: nothing is known of them.
    pub doubtful: BTreeSet<String>,
    /// The doubtful values: path and reason.
    pub doubts: Vec<(String, Reason)>,
    pub do_not_call: bool,
}

/// Why a record is no lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordProblem {
    NoId,
    /// The path of the number, and what is wrong with it.
    Number {
        path: String,
        reason: Reason,
    },
}

/// The id under which the CRM knows the record.
pub fn external_id(api: &CrmApi, record: &Value) -> Option<String> {
    id_at(record, &api.id_path)
}

fn id_at(value: &Value, path: &str) -> Option<String> {
    text_at(value, path).filter(|id| id.chars().count() <= MOST_ID && !id.chars().any(char::is_control))
}

/// # Errors
/// See [`RecordProblem`].
pub fn read_record(api: &CrmApi, plan: &CrmPlan, record: &Value) -> Result<Record, RecordProblem> {
    let external_id = external_id(api, record).ok_or(RecordProblem::NoId)?;
    let cells: Vec<(String, String)> = plan
        .rules
        .iter()
        .map(|rule| (rule.path.clone(), text_at(record, &rule.path).filter(|_| rule.flow.pulls()).unwrap_or_default()))
        .collect();
    let path_of = |column: u32| plan.rules.get(column as usize).map(|rule| rule.path.clone()).unwrap_or_default();
    let draft = match plan.as_form().read_row(&cells) {
        Ok(draft) => draft,
        Err(Problem { column, what }) => {
            return Err(RecordProblem::Number { path: path_of(column), reason: Reason::from(what) });
        }
    };
    let doubts = draft.notices.iter().map(|one| (path_of(one.column), Reason::from(one.what))).collect();
    let field_of = |column: u32| plan.rules.get(column as usize).map(super::CrmRule::field).unwrap_or_default();
    // A text that was cut is known well enough.
    let unknown = draft.notices.iter().filter(|one| Reason::from(one.what) != Reason::TextShortened);
    let doubtful: BTreeSet<String> = unknown.map(|one| field_of(one.column)).collect();
    let mut texts = Texts::new();
    for rule in plan.rules.iter().filter(|rule| rule.is_compared() && rule.flow.pulls()) {
        let text = match rule.to {
            CrmField::Name => Some(draft.name.clone()),
            CrmField::Phone => draft.numbers.first().map(|found| Personal::new(found.number.as_str().to_owned())),
            CrmField::Email => draft.email.clone(),
            CrmField::Language => draft.language.clone().map(Personal::new),
            CrmField::Stage => {
                text_at(record, &rule.path).map(|text| Personal::new(text.chars().take(MOST_STAGE).collect()))
            }
            CrmField::Pincode => draft.fields.reveal().get("pincode").cloned().map(Personal::new),
            CrmField::Field => {
                let key = rule.key.as_deref().unwrap_or_default().trim();
                draft.fields.reveal().get(key).cloned().map(Personal::new)
            }
            CrmField::DoNotCall | CrmField::Source | CrmField::SourceDetail => None,
        };
        if let Some(text) = text.filter(|text| !text.reveal().trim().is_empty()) {
            texts.insert(rule.field(), Personal::new(text.reveal().trim().to_owned()));
        }
    }
    Ok(Record {
        external_id,
        changed_at: text_at(record, &api.updated_path).and_then(|text| instant(&text)),
        do_not_call: draft.do_not_call,
        draft,
        texts,
        doubtful,
        doubts,
    })
}

/// An instant of the CRM's clock by ours, from what both show now. A few seconds are the way and the rounding.
pub fn by_our_clock(at: UnixMillis, their_now: Option<UnixMillis>, our_now: UnixMillis) -> UnixMillis {
    let ahead = their_now.map_or(0, |their_now| our_now.0.saturating_sub(their_now.0));
    if ahead.abs() < NEAR_MS { at } else { UnixMillis(at.0.saturating_add(ahead)) }
}

/// ISO 8601 with or without a zone (UTC then), seconds or milliseconds since 1970.
pub fn instant(text: &str) -> Option<UnixMillis> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        // Seconds of the year 5138 are milliseconds of 1973.
        let ms = if number.abs() < 100_000_000_000 { number.checked_mul(1000)? } else { number };
        return Some(UnixMillis(ms));
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(UnixMillis(at.as_millisecond()));
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    Some(UnixMillis(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}
