//! Whether a set of outcomes can be used.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Disposition, NextAction};

/// What a campaign is for; says with which outcomes its set begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "DispositionSetKind"), schema(as = DispositionSetKind))]
pub enum SetKind {
    #[default]
    Sales,
    Service,
    Collections,
    Survey,
}

impl SetKind {
    pub const ALL: [Self; 4] = [Self::Sales, Self::Service, Self::Collections, Self::Survey];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Service => "service",
            Self::Collections => "collections",
            Self::Survey => "survey",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// Something about a set that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetProblem {
    /// Such as `[3].shortcut`; empty for the set as a whole.
    pub field: String,
    pub problem: String,
}

const MOST_OUTCOMES: usize = 60;
const MOST_SUBS: usize = 30;
const MOST_REQUIRED: usize = 10;
const LONGEST_LABEL: usize = 60;
const LONGEST_CODE: usize = 40;
const LONGEST_TEXT: usize = 200;
/// A year.
const LATEST_MINUTES: u32 = 366 * 24 * 60;
const LATEST_DAYS: u32 = 366;

/// # Errors
/// Everything that is wrong, in the order of the set.
pub fn check_set(set: &[Disposition]) -> Result<(), Vec<SetProblem>> {
    let mut found = Found::default();
    if set.is_empty() || set.len() > MOST_OUTCOMES {
        found.add(String::new(), format!("expected 1 to {MOST_OUTCOMES} outcomes"));
    }
    let (mut codes, mut keys) = (HashMap::new(), HashMap::new());
    for (n, one) in set.iter().enumerate() {
        check_words(&mut found, n, one);
        if let Some(before) = codes.insert(one.code.as_str(), n) {
            found.add(format!("[{n}].code"), format!("{:?} is the code of {:?} already", one.code, set[before].label));
        }
        let Some(key) = one.shortcut.as_deref().filter(|key| !key.is_empty()) else { continue };
        if !is_shortcut(key) {
            found.add(format!("[{n}].shortcut"), format!("{key:?} is no key: expected 1 to 9 or a to z"));
        } else if let Some(before) = keys.insert(key, n) {
            let problem = format!("the key {key:?} chooses {:?} already", set[before].label);
            found.add(format!("[{n}].shortcut"), problem);
        }
    }
    if found.0.is_empty() { Ok(()) } else { Err(found.0) }
}

#[derive(Default)]
struct Found(Vec<SetProblem>);

impl Found {
    fn add(&mut self, field: String, problem: String) {
        self.0.push(SetProblem { field, problem });
    }

    fn require(&mut self, holds: bool, field: String, problem: &str) {
        if !holds {
            self.add(field, problem.to_owned());
        }
    }
}

fn check_words(found: &mut Found, n: usize, one: &Disposition) {
    let at = |field: &str| format!("[{n}].{field}");
    found.require(is_code(&one.code), at("code"), "expected 1 to 40 of a-z 0-9 _");
    found.require(fits(&one.label, LONGEST_LABEL), at("label"), "expected 1 to 60 characters");
    found.require(one.sub_codes.len() <= MOST_SUBS, at("sub_codes"), "expected at most 30");
    let mut subs: Vec<&str> = one.sub_codes.iter().map(|sub| sub.code.as_str()).collect();
    subs.sort_unstable();
    subs.dedup();
    found.require(subs.len() == one.sub_codes.len(), at("sub_codes"), "expected each only once");
    let right = one.sub_codes.iter().all(|sub| is_code(&sub.code) && fits(&sub.label, LONGEST_LABEL));
    found.require(right, at("sub_codes"), "expected codes of a-z 0-9 _ with labels of 1 to 60 characters");
    let keys = one.required.len() <= MOST_REQUIRED && one.required.iter().all(|key| is_code(key));
    found.require(keys, at("required"), "expected at most 10 names of fields, of a-z 0-9 _");
    let can = !one.sub_codes.is_empty() || !one.required.iter().any(|key| key == "sub_code");
    found.require(can, at("required"), "a sub-code is asked for, and there is none to choose");
    let stage = one.stage.as_deref().is_none_or(is_code);
    found.require(stage, at("stage"), "expected 1 to 40 of a-z 0-9 _");
    if let Some(problem) = wrong_action(&one.next_action) {
        found.add(at("next_action"), problem.to_owned());
    }
}

fn wrong_action(action: &NextAction) -> Option<&'static str> {
    let minutes = |count: u32| (1..=LATEST_MINUTES).contains(&count);
    match action {
        NextAction::Retry { after_minutes } | NextAction::Reschedule { after_minutes } if !minutes(*after_minutes) => {
            Some("expected 1 minute to a year")
        }
        NextAction::Visit { due_in_minutes } if !minutes(*due_in_minutes) => Some("expected 1 minute to a year"),
        NextAction::Task { due_in_minutes: Some(due), .. } if !minutes(*due) => Some("expected 1 minute to a year"),
        NextAction::Task { text, .. } if !fits(text, LONGEST_TEXT) => {
            Some("expected what is to be done, 1 to 200 characters")
        }
        NextAction::Nurture { sequence, .. } if !fits(sequence, LONGEST_LABEL) => {
            Some("expected the name of the sequence, 1 to 60 characters")
        }
        NextAction::Nurture { after_days, .. } if !(1..=LATEST_DAYS).contains(after_days) => {
            Some("expected 1 to 366 days")
        }
        _ => None,
    }
}

fn is_shortcut(key: &str) -> bool {
    matches!(key.as_bytes(), [b'1'..=b'9' | b'a'..=b'z'])
}

fn is_code(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(fits)
}

fn fits(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispositions::{default_set, set_of};

    fn problems(set: &[Disposition]) -> Vec<(String, String)> {
        check_set(set).unwrap_err().into_iter().map(|one| (one.field, one.problem)).collect()
    }

    #[test]
    fn what_each_kind_starts_with_can_be_used() {
        for kind in SetKind::ALL {
            assert_eq!(check_set(&set_of(kind)), Ok(()), "{kind:?}");
            assert_eq!(SetKind::parse(kind.as_str()), Some(kind));
        }
        let codes = |kind| set_of(kind).into_iter().map(|one| one.code).collect::<Vec<_>>();
        assert!(codes(SetKind::Collections).contains(&"promise_to_pay".to_owned()));
        assert!(codes(SetKind::Service).contains(&"resolved".to_owned()));
        assert_ne!(codes(SetKind::Survey), codes(SetKind::Sales));
    }

    #[test]
    fn no_two_shortcuts_are_alike_and_the_refusal_names_the_other() {
        let mut set = default_set();
        (set[0].shortcut, set[2].shortcut) = (Some("i".into()), Some("i".into()));
        assert_eq!(problems(&set), [("[2].shortcut".into(), "the key \"i\" chooses \"Interested\" already".into())]);
        set[2].shortcut = Some("0".into());
        assert_eq!(problems(&set), [("[2].shortcut".into(), "\"0\" is no key: expected 1 to 9 or a to z".into())]);
        set[2].shortcut = Some("c".into());
        assert_eq!(check_set(&set), Ok(()));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let mut set = default_set();
        set[0].sub_codes.clear();
        set[1].code = "interested".into();
        set[2].label = " ".into();
        set[3].next_action = NextAction::Retry { after_minutes: 0 };
        set[4].next_action = NextAction::Nurture { sequence: String::new(), after_days: 3 };
        set[5].next_action = NextAction::Task { text: "x".repeat(201), due_in_minutes: None };
        let fields: Vec<String> = problems(&set).into_iter().map(|(field, _)| field).collect();
        let expected =
            ["[0].required", "[1].code", "[2].label", "[3].next_action", "[4].next_action", "[5].next_action"];
        assert_eq!(fields, expected);
        assert_eq!(problems(&[]), [(String::new(), "expected 1 to 60 outcomes".into())]);
    }
}
