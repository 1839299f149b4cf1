//! Query parameters.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
    response::Response,
};
use serde::de::DeserializeOwned;
use wire::error::{ErrorCode, FieldError};

use crate::error::refuse;

pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        if let Some(fields) = impossible(parts.uri.query().unwrap_or_default()) {
            return Err(refuse(ErrorCode::InvalidFields, "a query parameter has a value that is not possible", fields));
        }
        Query::<T>::from_request_parts(parts, state).await.map(|Query(value)| Self(value)).map_err(|rejection| {
            let text = rejection.body_text();
            let detail = text.rsplit_once("query string: ").map_or(text.as_str(), |(_, detail)| detail);
            let (field, problem) = detail.split_once(": ").unwrap_or(("query", detail));
            let fields = vec![FieldError { field: field.to_owned(), problem: problem.to_owned() }];
            refuse(ErrorCode::InvalidFields, "a query parameter has a value that is not possible", fields)
        })
    }
}

/// Longer than any value that means something: cursors have about 100 characters.
const LONGEST_VALUE: usize = 1_000;

/// What no parameter takes.
fn impossible(query: &str) -> Option<Vec<FieldError>> {
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let problem = if value.contains("%00") {
            "expected text without the character NUL"
        } else if value.len() > LONGEST_VALUE {
            "expected at most 1000 characters"
        } else {
            return None;
        };
        Some(vec![FieldError { field: name.to_owned(), problem: problem.to_owned() }])
    })
}
