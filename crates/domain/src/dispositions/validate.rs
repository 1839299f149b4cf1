//! Checks a result before anything follows from it.

use super::{Disposition, DispositionInput, LANGUAGE_FIELD, LeadFacts, NOTES_LIMIT, NextAction};
use crate::{
    time::UnixMillis,
    zone::{self, ClockError},
};

/// What is wrong with a field and what the agent can do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("{0:?} is not an outcome of this call; expected one of {1}")]
    UnknownCode(String, String),
    #[error("choose one of {0}")]
    SubCodeMissing(String),
    #[error("{0:?} does not belong to this outcome; expected one of {1}")]
    UnknownSubCode(String, String),
    #[error("this outcome needs it")]
    Missing,
    #[error("{0} characters; at most {NOTES_LIMIT} fit")]
    TooLong(usize),
    #[error("say when to call back")]
    CallbackMissing,
    #[error("this outcome has no callback")]
    CallbackNotAsked,
    #[error("that moment has passed")]
    CallbackPast,
    #[error("{0}")]
    Clock(ClockError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidField {
    /// Path in the input: `code`, `sub_code`, `notes`, `callback.local_time`, `callback.zone`, `fields.<key>`.
    pub field: String,
    pub problem: Problem,
}

/// Every field that is not right, in the order of the form. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the result is not complete: {}", .0.iter().map(|f| format!("{}: {}", f.field, f.problem)).collect::<Vec<_>>().join("; "))]
pub struct DispositionError(pub Vec<InvalidField>);

/// Finds the chosen outcome and checks that everything it asks for is there. A required lead field may be known already.
///
/// # Errors
/// All invalid fields at once.
pub fn validate<'set>(
    set: &'set [Disposition],
    input: &DispositionInput,
    lead: &LeadFacts,
    now: UnixMillis,
) -> Result<&'set Disposition, DispositionError> {
    let Some(chosen) = set.iter().find(|disposition| disposition.code == input.code) else {
        let known = list(set.iter().map(|disposition| disposition.code.as_str()));
        return Err(DispositionError(vec![invalid("code", Problem::UnknownCode(input.code.clone(), known))]));
    };
    let mut problems = Vec::new();
    problems.extend(sub_code(chosen, input));
    problems.extend(notes(chosen, input));
    for key in chosen.required.iter().filter(|key| !matches!(key.as_str(), "sub_code" | "notes")) {
        let given = input.fields.get(key).or_else(|| lead.fields.get(key));
        if given.is_none_or(|text| text.trim().is_empty()) {
            problems.push(invalid(&format!("fields.{key}"), Problem::Missing));
        }
    }
    let speaks = super::follow::language_of(input, lead).is_some();
    if chosen.next_action == NextAction::ReassignByLanguage && !speaks && !requires(chosen, LANGUAGE_FIELD) {
        problems.push(invalid(&format!("fields.{LANGUAGE_FIELD}"), Problem::Missing));
    }
    problems.extend(callback(chosen, input, now));
    if problems.is_empty() { Ok(chosen) } else { Err(DispositionError(problems)) }
}

fn sub_code(chosen: &Disposition, input: &DispositionInput) -> Option<InvalidField> {
    let known = || list(chosen.sub_codes.iter().map(|sub| sub.code.as_str()));
    let problem = match input.sub_code.as_deref().filter(|code| !code.is_empty()) {
        Some(code) if chosen.sub_codes.iter().any(|sub| sub.code == code) => return None,
        Some(code) => Problem::UnknownSubCode(code.to_owned(), known()),
        None if requires(chosen, "sub_code") => Problem::SubCodeMissing(known()),
        None => return None,
    };
    Some(invalid("sub_code", problem))
}

fn notes(chosen: &Disposition, input: &DispositionInput) -> Option<InvalidField> {
    let length = input.notes.chars().count();
    if length > NOTES_LIMIT {
        return Some(invalid("notes", Problem::TooLong(length)));
    }
    (requires(chosen, "notes") && input.notes.trim().is_empty()).then(|| invalid("notes", Problem::Missing))
}

fn callback(chosen: &Disposition, input: &DispositionInput, now: UnixMillis) -> Vec<InvalidField> {
    let asked = chosen.next_action == NextAction::Callback;
    let given = match (&input.callback, asked) {
        (Some(given), true) => given,
        (Some(_), false) => return vec![invalid("callback", Problem::CallbackNotAsked)],
        (None, true) => return vec![invalid("callback", Problem::CallbackMissing)],
        (None, false) => return Vec::new(),
    };
    let tz = zone::zone(&given.zone);
    let local = zone::local(&given.local_time);
    match (tz, local) {
        (Ok(tz), Ok(local)) => match zone::instant(local, &tz) {
            Ok(due) if due > now => Vec::new(),
            Ok(_) => vec![invalid("callback.local_time", Problem::CallbackPast)],
            Err(error) => vec![invalid("callback.local_time", Problem::Clock(error))],
        },
        (tz, local) => [("callback.zone", tz.err()), ("callback.local_time", local.err())]
            .into_iter()
            .filter_map(|(field, error)| error.map(|error| invalid(field, Problem::Clock(error))))
            .collect(),
    }
}

fn requires(chosen: &Disposition, key: &str) -> bool {
    chosen.required.iter().any(|required| required == key)
}

fn invalid(field: &str, problem: Problem) -> InvalidField {
    InvalidField { field: field.to_owned(), problem }
}

fn list<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    codes.collect::<Vec<_>>().join(", ")
}
