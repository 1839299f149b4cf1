//! Paths into JSON: `contact.phones.0.number`.

use serde_json::{Map, Value};

/// Steps of a path at most.
const DEEPEST: usize = 8;
const LONGEST: usize = 200;

/// Whether a text is a path: names or places of a list, with dots between.
pub fn is_path(text: &str) -> bool {
    let steps = text.split('.');
    text.len() <= LONGEST
        && steps.clone().count() <= DEEPEST
        && steps.into_iter().all(|step| !step.is_empty() && !step.contains(char::is_control))
}

/// Whether one of the steps is a place in a list: such a path can be read and not written.
pub(super) fn has_place(path: &str) -> bool {
    path.split('.').any(|step| step.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What stands at the path; the whole for an empty one.
pub fn value_at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if path.is_empty() {
        return Some(value);
    }
    path.split('.').try_fold(value, |value, step| match value {
        Value::Object(fields) => fields.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The text at the path; several are one with commas. `None` where nothing stands, or an object does.
pub fn text_at(value: &Value, path: &str) -> Option<String> {
    let text = match value_at(value, path)? {
        Value::Array(items) => items.iter().filter_map(plain).collect::<Vec<_>>().join(", "),
        other => plain(other)?,
    };
    Some(text.replace('\0', "").trim().to_owned()).filter(|text| !text.is_empty())
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Puts a value at a path without places of lists, and makes the objects on the way.
pub(super) fn put(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            into.insert(path.to_owned(), value);
        }
        Some((step, rest)) => {
            let inner = into.entry(step).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
