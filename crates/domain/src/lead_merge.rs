//! Two leads that are one person: what the one that stays is afterwards.
//!
//! A person chooses for each field whose value stays. Numbers, wishes not to be called, and what happened are never chosen away.

use std::collections::{BTreeMap, BTreeSet};

use crate::{pii::Personal, time::UnixMillis};

/// Numbers of a lead beside the first.
pub const MOST_OTHER_NUMBERS: usize = 20;

/// Fields that every lead has, by the names under which changes are kept; `fields.<key>` beside them.
pub const FIELDS: [&str; 11] =
    ["name", "phone", "email", "stage", "heat", "owner", "campaign", "language", "zone", "source", "source_detail"];
/// A lead has them always.
const NEVER_EMPTY: [&str; 5] = ["name", "phone", "stage", "heat", "zone"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// E.164.
    pub number: Personal<String>,
    pub kind: Option<String>,
    pub extension: Option<String>,
}

/// One of the two as the rule sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// Present values by field; an empty field is not there.
    pub values: BTreeMap<String, Personal<String>>,
    /// What belongs to the value of `phone`.
    pub phone_kind: Option<String>,
    pub phone_extension: Option<String>,
    pub others: Vec<Number>,
    pub do_not_call: bool,
    pub attempts: u32,
    /// 0 to 100.
    pub priority: u32,
    pub last_contact_at: Option<UnixMillis>,
}

/// What the lead that stays is afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Fields that get the other's value, which may be none.
    pub taken: BTreeMap<String, Option<Personal<String>>>,
    pub phone_kind: Option<String>,
    pub phone_extension: Option<String>,
    /// Numbers beside the first: all that either had, each once.
    pub others: Vec<Number>,
    pub do_not_call: bool,
    pub attempts: u32,
    pub priority: u32,
    pub last_contact_at: Option<UnixMillis>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeRefusal {
    #[error("names a field that neither lead has")]
    UnknownField(String),
    #[error("the two have more than 20 other numbers together; remove some first")]
    TooManyNumbers,
}

/// `take`: the fields of which the other's value stays; all others keep what they have.
///
/// # Errors
/// `UnknownField` for a name that is no field of either, `TooManyNumbers` when they do not fit into one lead.
pub fn merge(kept: &Side, other: &Side, take: &BTreeSet<String>) -> Result<Merged, MergeRefusal> {
    let mut taken = BTreeMap::new();
    for field in take {
        let own = field.starts_with("fields.") && (kept.values.contains_key(field) || other.values.contains_key(field));
        if !own && !FIELDS.contains(&field.as_str()) {
            return Err(MergeRefusal::UnknownField(field.clone()));
        }
        let value = other.values.get(field).cloned();
        let empties = value.is_none() && NEVER_EMPTY.contains(&field.as_str());
        if value.as_ref() != kept.values.get(field) && !empties {
            taken.insert(field.clone(), value);
        }
    }
    let swaps = taken.contains_key("phone");
    let (first, second) = if swaps { (other, kept) } else { (kept, other) };
    let others = numbers(first, second);
    if others.len() > MOST_OTHER_NUMBERS {
        return Err(MergeRefusal::TooManyNumbers);
    }
    Ok(Merged {
        taken,
        phone_kind: first.phone_kind.clone(),
        phone_extension: first.phone_extension.clone(),
        others,
        do_not_call: kept.do_not_call || other.do_not_call,
        attempts: kept.attempts.saturating_add(other.attempts),
        priority: kept.priority.max(other.priority),
        last_contact_at: kept.last_contact_at.max(other.last_contact_at),
    })
}

/// Every number of the two but the first of `first`, each once, those of the first lead before the second's.
fn numbers(first: &Side, second: &Side) -> Vec<Number> {
    let phone = |side: &Side| {
        side.values.get("phone").map(|number| Number {
            number: number.clone(),
            kind: side.phone_kind.clone(),
            extension: side.phone_extension.clone(),
        })
    };
    let mut seen: BTreeSet<String> =
        first.values.get("phone").map(|number| number.reveal().clone()).into_iter().collect();
    let all = first.others.iter().cloned().chain(phone(second)).chain(second.others.iter().cloned());
    all.filter(|one| seen.insert(one.number.reveal().clone())).collect()
}

/// What undoing makes of one field: the value from before, unless somebody has changed it since.
pub fn restored<'a, T: PartialEq>(before: &'a T, merged: &T, now: &'a T) -> &'a T {
    if now == merged { before } else { now }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn side(values: &[(&str, &str)], others: &[&str]) -> Side {
        Side {
            values: values
                .iter()
                .map(|(field, text)| ((*field).to_owned(), Personal::new((*text).to_owned())))
                .collect(),
            others: others.iter().map(|number| number_of(number)).collect(),
            ..Side::default()
        }
    }

    fn number_of(text: &str) -> Number {
        Number { number: Personal::new(text.to_owned()), kind: None, extension: None }
    }

    fn take(fields: &[&str]) -> BTreeSet<String> {
        fields.iter().map(|field| (*field).to_owned()).collect()
    }

    fn texts(numbers: &[Number]) -> Vec<&str> {
        numbers.iter().map(|one| one.number.reveal().as_str()).collect()
    }

    #[test]
    fn each_field_keeps_the_value_that_was_chosen() {
        let kept = side(&[("name", "Asha"), ("phone", "+911"), ("email", "a@x"), ("fields.budget", "1")], &[]);
        let other =
            side(&[("name", "Asha Verma"), ("phone", "+912"), ("fields.budget", "2"), ("fields.floor", "3")], &[]);
        let merged = merge(&kept, &other, &take(&["name", "email", "fields.floor"])).unwrap();
        let values: Vec<_> = merged
            .taken
            .iter()
            .map(|(field, to)| (field.as_str(), to.as_ref().map(|to| to.reveal().as_str())))
            .collect();
        assert_eq!(values, [("email", None), ("fields.floor", Some("3")), ("name", Some("Asha Verma"))]);
        assert_eq!(texts(&merged.others), ["+912"]);
    }

    #[test]
    fn the_number_that_does_not_stay_first_stays_behind_it() {
        let kept = Side { phone_extension: Some("7".into()), ..side(&[("phone", "+911")], &["+913"]) };
        let other = side(&[("phone", "+912")], &["+911", "+914"]);
        let merged = merge(&kept, &other, &take(&["phone"])).unwrap();
        assert_eq!(texts(&merged.others), ["+911", "+914", "+913"]);
        assert_eq!(merged.phone_extension, None);
        let merged = merge(&kept, &other, &take(&[])).unwrap();
        assert_eq!(
            (texts(&merged.others), merged.phone_extension.as_deref()),
            (vec!["+913", "+912", "+914"], Some("7"))
        );
    }

    #[test]
    fn a_field_that_nobody_has_and_numbers_that_do_not_fit_are_refused() {
        let (kept, other) = (side(&[("phone", "+911")], &[]), side(&[("phone", "+912")], &[]));
        for field in ["fields.none", "tenant", ""] {
            assert_eq!(merge(&kept, &other, &take(&[field])), Err(MergeRefusal::UnknownField(field.to_owned())));
        }
        let many: Vec<String> = (0..20).map(|n| format!("+91{n:04}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(merge(&side(&[("phone", "+911")], &many), &other, &take(&[])), Err(MergeRefusal::TooManyNumbers));
    }

    #[test]
    fn a_lead_never_loses_what_every_lead_has() {
        let kept = side(&[("name", "Asha"), ("phone", "+911"), ("stage", "new")], &[]);
        let merged = merge(&kept, &Side::default(), &take(&["name", "phone", "stage"])).unwrap();
        assert!(merged.taken.is_empty());
    }

    #[test]
    fn undoing_leaves_what_was_changed_since() {
        assert_eq!(restored(&1, &2, &2), &1);
        assert_eq!(restored(&1, &2, &3), &3);
    }

    proptest! {
        #[test]
        fn no_number_and_no_wish_is_lost(
            a in prop::collection::btree_set(1_u8..20, 1..6), b in prop::collection::btree_set(1_u8..20, 1..6),
            swap: bool, refuses: (bool, bool), tries: (u32, u32),
        ) {
            let made = |numbers: &BTreeSet<u8>| {
                let all: Vec<String> = numbers.iter().map(|n| format!("+91{n}")).collect();
                let rest: Vec<&str> = all[1..].iter().map(String::as_str).collect();
                side(&[("phone", &all[0])], &rest)
            };
            let kept = Side { do_not_call: refuses.0, attempts: tries.0, ..made(&a) };
            let other = Side { do_not_call: refuses.1, attempts: tries.1, ..made(&b) };
            let merged = merge(&kept, &other, &if swap { take(&["phone"]) } else { take(&[]) }).unwrap();
            let first = merged.taken.get("phone").cloned().flatten().or_else(|| kept.values.get("phone").cloned()).unwrap();
            let mut all: Vec<&str> = texts(&merged.others);
            all.push(first.reveal());
            let together: BTreeSet<String> = a.union(&b).map(|n| format!("+91{n}")).collect();
            prop_assert_eq!(all.len(), together.len(), "a number stands twice");
            prop_assert!(together.iter().all(|number| all.contains(&number.as_str())));
            prop_assert_eq!(merged.do_not_call, refuses.0 || refuses.1);
            prop_assert!(merged.attempts >= tries.0.max(tries.1));
        }
    }
}
