//! The fields of a request of Exotel's, wherever they stand.

use std::{borrow::Cow, convert::Infallible, fmt};

use bytes::Bytes;
use domain::pii::Personal;
use serde_json::Value;
use url::form_urlencoded;

const MAX_BYTES: usize = 256 * 1024;
const MAX_FIELDS: usize = 1000;
/// `Stream[Legs][0][Status]` is as deep as anything seen.
const MAX_DEPTH: usize = 6;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    #[error("the request is larger than {MAX_BYTES} bytes or has more than {MAX_FIELDS} fields")]
    TooLarge,
    #[error("the body is said to be JSON and is not a JSON object")]
    NotAnObject,
    #[error("the body is said to come in parts and cannot be taken apart")]
    NotInParts,
    #[error("the request has no field {field}")]
    Missing { field: &'static str },
    #[error("the field {field} is not an id: expected up to 128 letters, digits, - and _")]
    NotAnId { field: &'static str },
}

/// Names and values. Nested JSON is flattened as Exotel's forms write it: `Legs[0][Status]`. `Debug` shows names only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads the query and a body in parts, as a form, or as JSON, by its content type; a body without one is tried as JSON when
    /// it looks so. The query comes first.
    ///
    /// # Errors
    /// See [`ParamsError`].
    pub async fn read(query: &str, content_type: &str, body: &[u8]) -> Result<Self, ParamsError> {
        if query.len() + body.len() > MAX_BYTES {
            return Err(ParamsError::TooLarge);
        }
        let mut fields = Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect());
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "multipart/form-data" => fields.take_parts(content_type, body).await?,
            "application/json" => fields.take_json(body)?,
            "" if body.trim_ascii_start().starts_with(b"{") => fields.take_json(body)?,
            _ => fields.0.extend(form_urlencoded::parse(body).into_owned()),
        }
        fields.take_json_of("Stream");
        fields.take_json_of("Legs");
        if fields.0.len() > MAX_FIELDS { Err(ParamsError::TooLarge) } else { Ok(fields) }
    }

    async fn take_parts(&mut self, content_type: &str, body: &[u8]) -> Result<(), ParamsError> {
        let boundary = multer::parse_boundary(content_type).map_err(|_| ParamsError::NotInParts)?;
        let body = Bytes::copy_from_slice(body);
        let stream = futures_util::stream::once(async move { Ok::<_, Infallible>(body) });
        let mut parts = multer::Multipart::new(stream, boundary);
        while let Some(part) = parts.next_field().await.map_err(|_| ParamsError::NotInParts)? {
            let Some(name) = part.name().map(str::to_owned) else { continue };
            let text = part.text().await.map_err(|_| ParamsError::NotInParts)?;
            self.0.push((name, text));
        }
        Ok(())
    }

    fn take_json(&mut self, body: &[u8]) -> Result<(), ParamsError> {
        let value: Value = serde_json::from_slice(body).map_err(|_| ParamsError::NotAnObject)?;
        if !value.is_object() {
            return Err(ParamsError::NotAnObject);
        }
        self.flatten("", value, 0);
        Ok(())
    }

    /// One field may hold a JSON text in place of fields with brackets.
    fn take_json_of(&mut self, name: &str) {
        let Some(text) = self.text(name).filter(|text| text.trim_start().starts_with(['{', '['])) else { return };
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            self.flatten(name, value, 0);
        }
    }

    fn flatten(&mut self, name: &str, value: Value, depth: usize) {
        if depth > MAX_DEPTH || self.0.len() > MAX_FIELDS {
            return;
        }
        let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") };
        match value {
            Value::Null => {}
            Value::Bool(flag) => self.0.push((name.to_owned(), flag.to_string())),
            Value::Number(number) => self.0.push((name.to_owned(), number.to_string())),
            Value::String(text) => self.0.push((name.to_owned(), text)),
            Value::Array(items) => {
                for (at, item) in items.into_iter().enumerate() {
                    self.flatten(&inner(&at.to_string()), item, depth + 1);
                }
            }
            Value::Object(fields) => {
                for (key, item) in fields {
                    self.flatten(&inner(&key), item, depth + 1);
                }
            }
        }
    }

    /// The first value of the field that is not empty and not the text `null`.
    pub fn text(&self, field: &str) -> Option<&str> {
        let is_there = |value: &str| !value.is_empty() && !value.eq_ignore_ascii_case("null");
        self.0.iter().find(|(key, value)| key == field && is_there(value)).map(|(_, value)| value.as_str())
    }

    /// The first of these that is there.
    pub fn any(&self, fields: &[&str]) -> Option<&str> {
        fields.iter().find_map(|field| self.text(field))
    }

    pub fn personal(&self, fields: &[&str]) -> Personal<String> {
        Personal::new(self.any(fields).unwrap_or_default().to_owned())
    }

    pub fn number<T: std::str::FromStr>(&self, field: &str) -> Option<T> {
        self.text(field)?.trim().parse().ok()
    }

    /// Keys, without the quotation marks in which Exotel wraps them.
    pub fn digits(&self) -> Option<Cow<'_, str>> {
        let text = self.any(&["digits", "Digits"])?;
        let bare = text.trim().trim_matches('"');
        let keys: String = bare.chars().filter(|c| c.is_ascii_digit() || matches!(c, '*' | '#')).collect();
        Some(Cow::Owned(keys))
    }

    pub(super) fn id(&self, field: &'static str) -> Result<String, ParamsError> {
        let text = self.text(field).ok_or(ParamsError::Missing { field })?;
        let fits = text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if fits { Ok(text.to_owned()) } else { Err(ParamsError::NotAnId { field }) }
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(query: &str, content_type: &str, body: &str) -> Params {
        Params::read(query, content_type, body.as_bytes()).await.unwrap()
    }

    #[tokio::test]
    async fn a_status_reads_the_same_in_parts_in_a_form_and_in_json() {
        let parts = "--b\r\nContent-Disposition: form-data; name=\"CallSid\"\r\n\r\nc5\r\n--b\r\n\
Content-Disposition: form-data; name=\"Legs[0][Status]\"\r\n\r\ncompleted\r\n--b--\r\n";
        for params in [
            read("", "multipart/form-data; boundary=b", parts).await,
            read("", "application/x-www-form-urlencoded", "CallSid=c5&Legs%5B0%5D%5BStatus%5D=completed").await,
            read("", "application/json", r#"{"CallSid":"c5","Legs":[{"Status":"completed"}]}"#).await,
            read("", "", r#" {"CallSid":"c5","Legs":[{"Status":"completed"}]}"#).await,
            read("CallSid=c5", "", "Legs%5B0%5D%5BStatus%5D=completed").await,
        ] {
            assert_eq!((params.text("CallSid"), params.text("Legs[0][Status]")), (Some("c5"), Some("completed")));
        }
    }

    #[tokio::test]
    async fn a_stream_field_may_be_one_json_text() {
        let params =
            read("Stream=%7B%22Status%22%3A%22completed%22%2C%22DisconnectedBy%22%3A%22user%22%7D", "", "").await;
        assert_eq!(params.text("Stream[DisconnectedBy]"), Some("user"));
    }

    #[tokio::test]
    async fn digits_come_wrapped_in_quotation_marks() {
        assert_eq!(read("digits=%2212%23%22", "", "").await.digits().as_deref(), Some("12#"));
        assert_eq!(read("digits=7", "", "").await.digits().as_deref(), Some("7"));
        assert_eq!(read("digits=%22%22", "", "").await.digits().as_deref(), Some(""));
        assert_eq!(read("", "", "").await.digits(), None);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_named() {
        let wrong =
            |kind: &'static str, body: &'static str| async move { Params::read("", kind, body.as_bytes()).await };
        assert_eq!(wrong("application/json", "[1]").await, Err(ParamsError::NotAnObject));
        assert_eq!(wrong("application/json", "{").await, Err(ParamsError::NotAnObject));
        assert_eq!(wrong("multipart/form-data", "x").await, Err(ParamsError::NotInParts));
        assert_eq!(wrong("multipart/form-data; boundary=b", "--b\r\nnonsense").await, Err(ParamsError::NotInParts));
        let large = "a".repeat(MAX_BYTES + 1);
        assert_eq!(Params::read("", "", large.as_bytes()).await, Err(ParamsError::TooLarge));
        let many = "a=1&".repeat(MAX_FIELDS + 1);
        assert_eq!(Params::read(&many, "", b"").await, Err(ParamsError::TooLarge));
        assert_eq!(read("CallSid=../x", "", "").await.id("CallSid"), Err(ParamsError::NotAnId { field: "CallSid" }));
        assert_eq!(read("", "", "").await.id("CallSid"), Err(ParamsError::Missing { field: "CallSid" }));
    }

    #[tokio::test]
    async fn deep_json_is_cut_off_and_values_do_not_show() {
        let deep = format!("{}1{}", "{\"a\":".repeat(60), "}".repeat(60));
        assert_eq!(read("", "application/json", &deep).await.pairs().count(), 0);
        let params = read("CallFrom=09123456789", "", "").await;
        assert!(!format!("{params:?}").contains("09123456789"));
    }
}
