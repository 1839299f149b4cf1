//! JSON bodies.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::error::{ErrorCode, FieldError};

use crate::error::refuse;

/// A JSON body of the documented shape. At most 256 KiB (set by the router).
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let is_json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"));
        if !is_json {
            return Err(refuse(ErrorCode::MalformedBody, "expected Content-Type: application/json", Vec::new()));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                refuse(ErrorCode::TooLarge, "the body is larger than 256 KiB", Vec::new())
            } else {
                rejection.into_response()
            }
        })?;
        parse(&bytes).map(Self).map_err(|refusal| *refusal)
    }
}

/// Where a text of the body holds the character NUL, which PostgreSQL cannot store.
fn nul_in(value: &Value, at: &str) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(|| at.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| nul_in(item, &format!("{at}[{index}]")))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, field)| {
            let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            if name.contains('\0') { Some(at) } else { nul_in(field, &at) }
        }),
        _ => None,
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Box<Response>> {
    // In JSON it can only be written so.
    if bytes.windows(6).any(|six| six == b"\\u0000")
        && let Ok(value) = serde_json::from_slice(bytes)
        && let Some(field) = nul_in(&value, "")
    {
        let fields = vec![FieldError { field, problem: "expected text without the character NUL".to_owned() }];
        return Err(Box::new(refuse(ErrorCode::InvalidFields, "a text holds a character that cannot be kept", fields)));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            let fields = vec![FieldError { field: path, problem: inner.to_string() }];
            Box::new(refuse(ErrorCode::InvalidFields, "a field is missing or of the wrong type", fields))
        } else {
            Box::new(refuse(ErrorCode::MalformedBody, format!("not JSON: {inner}"), Vec::new()))
        }
    })?;
    json.end().map_err(|error| Box::new(refuse(ErrorCode::MalformedBody, format!("not JSON: {error}"), Vec::new())))?;
    Ok(value)
}
