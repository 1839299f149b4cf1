//! The decoded parameters of a webhook, in the order in which they came.

use std::{fmt, str::FromStr};

use domain::{pii::Personal, time::UnixMillis};
use url::form_urlencoded;

/// Real webhooks stay under 10 kB; speech results and custom parameters may make them longer.
const MAX_BYTES: usize = 256 * 1024;
const MAX_PAIRS: usize = 1000;
const MAX_SID_CHARS: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("the webhook has no field {field}")]
    Missing { field: &'static str },
    #[error("the field {field} is not a Twilio id: expected up to 64 letters and digits")]
    NotASid { field: &'static str },
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
    fn oversized_forms_are_refused() {
        assert_eq!(Form::parse(&vec![b'a'; MAX_BYTES + 1]), Err(WebhookError::TooLarge));
        assert_eq!(Form::parse("a=1&".repeat(MAX_PAIRS + 1).as_bytes()), Err(WebhookError::TooLarge));
        assert_eq!(Form::parse(b"a=1&a=&a=2").unwrap().text("a"), Some("1"));
    }
}
