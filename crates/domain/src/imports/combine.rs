//! A row about somebody who is known already.

use std::collections::BTreeMap;

use super::{Draft, Duplicates};
use crate::pii::Personal;

/// What is known: texts of `name`, `email`, `source` and `fields.<key>`; absent or blank is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Present {
    pub texts: BTreeMap<String, Personal<String>>,
}

/// A field that is to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue {
    pub field: String,
    pub to: Personal<String>,
}

/// What the row changes of the lead, field by field, in the order of their names. Nothing that is there is emptied.
pub fn combine(present: &Present, draft: &Draft, how: Duplicates) -> Vec<FieldValue> {
    let mut given: BTreeMap<String, &str> = BTreeMap::new();
    given.insert("name".to_owned(), draft.name.reveal());
    if let Some(email) = &draft.email {
        given.insert("email".to_owned(), email.reveal());
    }
    for (key, value) in draft.fields.reveal() {
        given.insert(format!("fields.{key}"), value);
    }
    given
        .into_iter()
        .filter(|(field, value)| {
            let now = present.texts.get(field).map(|text| text.reveal().trim()).unwrap_or_default();
            let wanted = match how {
                Duplicates::Skip => false,
                Duplicates::Update => true,
                Duplicates::Merge => now.is_empty(),
            };
            wanted && !value.trim().is_empty() && value.trim() != now
        })
        .map(|(field, value)| FieldValue { field, to: Personal::new(value.trim().to_owned()) })
        .collect()
}
