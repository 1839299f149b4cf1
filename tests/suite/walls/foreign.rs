//! What belongs to one tenant, by the texts that only its own answers hold.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use switchboard_tests::{TestServer, document::operations, estate::MARK};

use super::{ask, is_open};

/// Shorter texts stand in answers by chance.
const SHORTEST: usize = 8;

pub struct Foreign(BTreeSet<String>);

impl Foreign {
    /// Every text of the owner's answers that is somebody's own (has a capital, a digit, a blank or an `@`) and was not in what
    /// the stranger had seen before the owner came.
    pub fn of(answers: &[(String, Value)], known: &str) -> Self {
        let mut texts = BTreeSet::new();
        answers.iter().for_each(|(_, body)| collect(body, &mut texts));
        let own =
            |text: &String| text.chars().any(|one| one.is_uppercase() || one.is_ascii_digit() || " @".contains(one));
        texts.retain(|text| text.len() >= SHORTEST && own(text) && !known.contains(text.as_str()));
        assert!(texts.len() > 80, "the owner has {} texts: {texts:?}", texts.len());
        texts.extend([MARK.to_owned(), MARK.to_lowercase()]);
        Self(texts)
    }

    pub fn found_in(&self, text: &str) -> Vec<&str> {
        self.0.iter().map(String::as_str).filter(|one| text.contains(one)).collect()
    }
}

fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// All answers of the operations that need no id, as one text.
pub async fn all_that_is_read(server: &TestServer, token: &str) -> String {
    let mut all = String::new();
    for operation in operations().iter().filter(|one| one.method == Method::GET && one.parameters().is_empty()) {
        if !is_open(operation) {
            all.push_str(&ask(server, &Method::GET, &operation.path, token, None).await.text);
        }
    }
    all
}
