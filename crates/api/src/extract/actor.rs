//! The signed-in user behind a request.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};
use backend::{Actor, Backend, error::BackendError};

use crate::error::Refusal;

/// The token of `Authorization: Bearer`, if there is one.
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

pub struct SignedIn(pub Actor);

impl FromRequestParts<Backend> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, backend: &Backend) -> Result<Self, Refusal> {
        let token = bearer_token(&parts.headers).ok_or(BackendError::NotSignedIn)?;
        Ok(Self(backend.authenticate(token).await?))
    }
}
