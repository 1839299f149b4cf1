//! The decoded parameters of a webhook, in the order in which they came.

use std::{fmt, str::FromStr};

use domain::{pii::Personal, time::UnixMillis};
use serde_json::Value;
use url::form_urlencoded;

/// Real webhooks stay under 10 kB; speech results and custom parameters may make them longer.
const MAX_BYTES: usize = 256 * 1024;
const MAX_PAIRS: usize = 1000;
const MAX_SID_CHARS: usize = 64;
const ACCOUNT: &str = "AccountSid";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("the webhook has no field {field}")]
    Missing { field: &'static str },
    #[error("the field {field} is not a Twilio id: expected up to 64 letters and digits")]
    NotASid { field: &'static str },
    #[error("the body is said to be JSON and is not a JSON object")]
    NotAnObject,
    #[error("the request names no account, or several")]
    Account,
    #[error("the webhook is larger than {MAX_BYTES} bytes or has more than {MAX_PAIRS} fields")]
    TooLarge,
}

/// Decoded key and value pairs. Keys may repeat. `Debug` shows the keys only, because values are people's data.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads an `application/x-www-form-urlencoded` body or query string.
    pub fn parse(body: &[u8]) -> Result<Self, WebhookError> {
        if body.len() > MAX_BYTES {
            return Err(WebhookError::TooLarge);
        }
        let pairs: Vec<_> = form_urlencoded::parse(body).into_owned().take(MAX_PAIRS + 1).collect();
        if pairs.len() > MAX_PAIRS { Err(WebhookError::TooLarge) } else { Ok(Self(pairs)) }
    }

    /// Reads a body by its content type: the top-level texts, numbers and booleans of a JSON object
    /// (<https://www.twilio.com/docs/usage/webhooks/webhooks-security>, "Validate JSON requests"), else the fields of a form.
    pub fn read(content_type: &str, body: &[u8]) -> Result<Self, WebhookError> {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Self::parse(body);
        }
        if body.len() > MAX_BYTES {
            return Err(WebhookError::TooLarge);
        }
        let fields: serde_json::Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| WebhookError::NotAnObject)?;
        if fields.len() > MAX_PAIRS {
            return Err(WebhookError::TooLarge);
        }
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        Ok(Self(fields.into_iter().filter_map(|(key, value)| Some((key, text(value)?))).collect()))
    }

    /// The one account that the body and the query of the address name. It is a claim until the signature was checked.
    ///
    /// # Errors
    /// [`WebhookError::Account`] when there is none, or the places name different ones.
    pub fn account(&self, path_and_query: &str) -> Result<String, WebhookError> {
        let query = path_and_query.split_once('?').map_or("", |(_, query)| query);
        let query = Self::parse(query.as_bytes())?;
        let mut named = self.pairs().chain(query.pairs()).filter(|(key, _)| *key == ACCOUNT).map(|(_, value)| value);
        let first = named.next().filter(|account| !account.is_empty()).ok_or(WebhookError::Account)?;
        if named.all(|other| other == first) { Ok(first.to_owned()) } else { Err(WebhookError::Account) }
    }

    /// With the account of [`Self::account`] among the fields, where only the query has named it.
    #[must_use]
    pub fn with_account(mut self, account: &str) -> Self {
        if self.text(ACCOUNT).is_none() {
            self.0.push((ACCOUNT.to_owned(), account.to_owned()));
        }
        self
    }

    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The first value of the field, when it is not empty.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.pairs().find(|(key, value)| *key == field && !value.is_empty()).map(|(_, value)| value)
    }

    pub(super) fn owned(&self, field: &str) -> Option<String> {
        self.text(field).map(str::to_owned)
    }

    pub(super) fn personal(&self, field: &str) -> Option<Personal<String>> {
        self.owned(field).map(Personal::new)
    }

    pub(super) fn number<T: FromStr>(&self, field: &str) -> Option<T> {
        self.text(field)?.trim().parse().ok()
    }

    pub(super) fn flag(&self, field: &str) -> Option<bool> {
        match self.text(field)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    pub(super) fn rfc2822(&self, field: &str) -> Option<UnixMillis> {
        let zoned = jiff::fmt::rfc2822::parse(self.text(field)?).ok()?;
        Some(UnixMillis(zoned.timestamp().as_millisecond()))
    }

    pub(super) fn sid(&self, field: &'static str) -> Result<String, WebhookError> {
        let text = self.text(field).ok_or(WebhookError::Missing { field })?;
        let fits = text.len() <= MAX_SID_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits { Ok(text.to_owned()) } else { Err(WebhookError::NotASid { field }) }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_body_is_read_as_its_top_level_values() {
        let body = br#"{"AccountSid":"AC1","CallDuration":42,"DialBridged":true,"To":null,"More":{"CallSid":"CA2"}}"#;
        let form = Form::read("application/json; charset=utf-8", body).unwrap();
        assert_eq!((form.text("AccountSid"), form.text("CallDuration")), (Some("AC1"), Some("42")));
        assert_eq!((form.flag("DialBridged"), form.text("To"), form.text("CallSid")), (Some(true), None, None));
        for bad in ["", "[]", "7", "{", "AccountSid=AC1"] {
            assert_eq!(Form::read("Application/JSON", bad.as_bytes()), Err(WebhookError::NotAnObject), "{bad}");
        }
        assert_eq!(Form::read("", b"AccountSid=AC1").unwrap().text("AccountSid"), Some("AC1"));
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_BYTES));
        assert_eq!(Form::read("application/json", large.as_bytes()), Err(WebhookError::TooLarge));
    }

    #[test]
    fn the_account_is_the_one_that_every_place_names() {
        let account = |body: &str, path: &str| Form::parse(body.as_bytes()).unwrap().account(path);
        for (body, path) in [
            ("AccountSid=AC1", "/voice"),
            ("", "/voice?bodySHA256=00&AccountSid=AC1"),
            ("AccountSid=AC1", "/voice?AccountSid=AC1"),
        ] {
            assert_eq!(account(body, path), Ok("AC1".to_owned()), "{body} {path}");
        }
        let named = Form::default().with_account("AC1");
        assert_eq!(named.clone().with_account("AC2"), named);
        for (body, path) in [
            ("", "/voice"),
            ("AccountSid=", "/voice"),
            ("AccountSid=AC1", "/voice?AccountSid=AC2"),
            ("AccountSid=AC1&AccountSid=AC2", "/voice"),
            ("AccountSid=AC1&AccountSid=", "/voice"),
        ] {
            assert_eq!(account(body, path), Err(WebhookError::Account), "{body} {path}");
        }
    }

    #[test]
    fn oversized_forms_are_refused() {
        assert_eq!(Form::parse(&vec![b'a'; MAX_BYTES + 1]), Err(WebhookError::TooLarge));
        assert_eq!(Form::parse("a=1&".repeat(MAX_PAIRS + 1).as_bytes()), Err(WebhookError::TooLarge));
        assert_eq!(Form::parse(b"a=1&a=&a=2").unwrap().text("a"), Some("1"));
    }
}
