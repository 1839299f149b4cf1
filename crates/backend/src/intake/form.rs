//! The body of a form as fields with texts.

use serde_json::Value;
use url::form_urlencoded;

use crate::error::BackendError;

/// A form has fewer; more would be somebody's whole database.
const MOST_FIELDS: usize = 200;
const LONGEST_NAME: usize = 200;
/// Objects in objects.
const DEEPEST: usize = 4;

/// JSON objects and forms of the web.
pub(super) fn read(content_type: &str, body: &[u8]) -> Result<Vec<(String, String)>, BackendError> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut fields = Vec::new();
    match kind.as_str() {
        "application/json" => {
            let value: Value = serde_json::from_slice(body).map_err(|_| not_a_form())?;
            let Value::Object(object) = value else { return Err(not_a_form()) };
            for (name, value) in &object {
                flatten(name, value, DEEPEST, &mut fields);
            }
        }
        "application/x-www-form-urlencoded" => {
            fields.extend(form_urlencoded::parse(body).map(|(name, text)| (name.into_owned(), text.into_owned())));
        }
        _ => return Err(not_a_form()),
    }
    if fields.len() > MOST_FIELDS {
        return Err(BackendError::field("body", "expected at most 200 fields"));
    }
    fields.retain(|(name, _)| !name.is_empty() && name.len() <= LONGEST_NAME);
    Ok(fields)
}

fn not_a_form() -> BackendError {
    BackendError::field("body", "expected a JSON object, or a form of the web")
}

/// `{"utm": {"source": "x"}}` is the field `utm.source`; several texts are one with commas.
fn flatten(name: &str, value: &Value, deeper: usize, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::String(text) => fields.push((name.to_owned(), text.clone())),
        Value::Bool(_) | Value::Number(_) => fields.push((name.to_owned(), value.to_string())),
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().filter_map(plain).collect();
            if !texts.is_empty() {
                fields.push((name.to_owned(), texts.join(", ")));
            }
        }
        Value::Object(inner) if deeper > 0 => {
            for (part, value) in inner {
                flatten(&format!("{name}.{part}"), value, deeper - 1, fields);
            }
        }
        Value::Object(_) => {}
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(content_type: &str, body: &str) -> Vec<(String, String)> {
        read(content_type, body.as_bytes()).unwrap_or_default()
    }

    #[test]
    fn json_and_forms_give_the_same_fields() {
        let expected = [("age".to_owned(), "7".to_owned()), ("name".to_owned(), "Asha Rao".to_owned())];
        assert_eq!(fields("application/json; charset=utf-8", r#"{"age":7,"name":"Asha Rao","x":null}"#), expected);
        assert_eq!(fields("application/x-www-form-urlencoded", "age=7&name=Asha+Rao"), expected);
    }

    #[test]
    fn what_is_inside_gets_the_name_of_its_path() {
        let found =
            fields("application/json", r#"{"utm":{"source":"s","deep":{"a":{"b":{"c":{"d":1}}}}},"of":["a",2]}"#);
        assert_eq!(found, [("of".to_owned(), "a, 2".to_owned()), ("utm.source".to_owned(), "s".to_owned())]);
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for (kind, body) in [("text/plain", "a=1"), ("application/json", "[1]"), ("application/json", "{")] {
            assert!(read(kind, body.as_bytes()).is_err(), "{kind} {body}");
        }
        let many: Vec<String> = (0..201).map(|n| format!("f{n}=1")).collect();
        assert!(read("application/x-www-form-urlencoded", many.join("&").as_bytes()).is_err());
    }
}
